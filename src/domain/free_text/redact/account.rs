//! Account names of messengers and social networks, after a word that names the service or says that a name follows.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::finding::{Finding, without_overlap};
use super::kind::Kind;
use super::pattern::{pattern, stands_alone, values};

/// Services whose names are no other words.
const KOREAN_SERVICE: &str = r"카톡 | 카카오 \s? 톡 | 카카오 | 인스타 (?: 그램 )? | 텔레 (?: 그램 )? | 디스코드 | 디코 | 페이스북 | 페북 | 트위터 | 스레드 | 쓰레드 | 위챗 | 왓츠앱 | 틱톡 | 스냅챗 | 티스토리 | 트위치 | 지메일 | 쥐메일 | 한메일 | 핫메일 | 아웃룩 | 아이클라우드";

/// Services whose names are other words too, or whose names other things have behind them.
const KOREAN_WORD: &str = "라인 | 네이버 | 유튜브 | 유튭 | 밴드 | 다음 | 구글 | 블로그 | 브런치 | 당근 | 시그널 | 야후 | 네이트 | 카스 | 오픈챗 | 오픈톡";

/// Providers of e-mail, of which people give the name only.
const MAIL: &str = "gmail | hotmail | hanmail | icloud | outlook | 지메일 | 쥐메일 | 한메일 | 핫메일 | 아웃룩 | 아이클라우드 | 네이버 | 다음 | 네이트 | naver";

const ENGLISH_SERVICE: &str = r"kakao (?: \s? talk )? | insta (?: gram )? | ig | telegram | line | naver | discord | facebook | fb | twitter | threads | wechat | whats \s? app | youtube | tiktok | snap (?: chat )? | skype | signal | reddit | bluesky | linkedin | viber | mastodon | gmail | hotmail | hanmail | icloud";

/// A name as services allow it.
const NAME: &str =
    r"(?: @ | u/ | live: )? [a-z0-9_] [a-z0-9_.\-]{1,29} [a-z0-9_] (?: \#[0-9]{3,5} )?";

/// In Korean text a Latin word behind the name of a service is an account.
static KOREAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?: {KOREAN_SERVICE} | (?: {KOREAN_SERVICE} | {KOREAN_WORD} ) \s? (?: 아이디 | 아디 | id | 계정 | 채널 | 닉네임 | 친구 | 이름 | 주소 | 메일 ) | 아이디 | 계정 | 닉네임 | 닉넴 | 대화명 )
        [\s:=(]{{0,2}} (?: 은 | 는 | 이 | 가 | 으로 | 로 )? [\s:=(]{{0,2}} (?<value> {NAME} )"
    ))
});

/// An English cue that a name follows, so that any word is one.
static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?-u:\b) (?: (?: {ENGLISH_SERVICE} ) \s? (?: user \s? name | id | handle | account | name ) | user \s? name | screen \s? name | handle | user \s? id )
        (?-u:\b) [\s:=]{{0,3}} (?: is | as )? [\s:=]{{0,3}} (?<value> {NAME} )"
    ))
});

/// A provider of e-mail and a colon, or "my" and a service, where the name ends the clause.
static LISTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?: (?: {MAIL} ) \s? [:=] \s? | (?-u:\b) my \s (?: {ENGLISH_SERVICE} ) \s? (?: is | : ) \s? ) (?<value> {NAME} ) (?: \.? \s* $ | [.,;)\n] )"
    ))
});

/// A name between the word for e-mail and the provider: "메일은 haneul 이고 지메일이에요".
static MAILED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?: 메일 | 멜 | (?-u:\b) e? -? mail ) (?: \s? (?: 주소 | 아이디 | address | id ) )? (?: 은 | 는 )? [\s:]{{1,3}} (?: is \s )? (?<value> {NAME} ) [\s,(]{{0,2}} (?: 이고 | 인데 | 이요 | 요 | on | with )? [\s,(]{{0,2}} (?: {MAIL} )"
    ))
});

/// A name behind "as", which may be that of a person: "find me on facebook as …".
static UNDER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?-u:\b) on \s (?: {ENGLISH_SERVICE} ) \s (?: as | under ) \s (?: the \s name \s )? (?<value> {NAME} (?: \x20 (?-i:[A-Z]) [a-z'’]{{1,15}} ){{0,2}} )"
    ))
});

/// The name of a service alone: what follows must look like a name.
static SERVICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?-u:\b) (?: {ENGLISH_SERVICE} | id | dm \s me | go (?: es )? \s by | follow \s me | add \s me ) (?-u:\b) [\s:=]{{0,3}} (?: is | as | 은 | 는 )? [\s:=]{{0,3}} (?<value> {NAME} )"
    ))
});

/// Such a word of Korean alone: what follows must look like a name.
static WORD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?: {KOREAN_WORD} ) \s? [:=(]? \s? (?: 은 | 는 | 이 | 가 )? [\s:=(]{{0,2}} (?<value> {NAME} )"
    ))
});

/// A word of following and adding, or a word between the service and the name: what follows must look like a name.
static ADDING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?: 친추 | 친구 \s? 추가 | 팔로우 | 맞팔 | 디엠 | (?: {KOREAN_SERVICE} | {KOREAN_WORD} ) \s? [가-힣a-z]{{1,4}} ) [\s:=(]{{1,2}} (?: 은 | 는 )? \s? (?<value> {NAME} )"
    ))
});

/// A name before the word that says what it is: "sunny_7 로 친추", "haru_77 on instagram".
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?: ^ | [\s,(:] ) (?<value> {NAME} ) (?: \s? (?: 으로 | 로 ) \s? (?: 검색 | 친추 | 친구 | 추가 | 팔로우 | 디엠 | 연락 | 톡 | 메시지 | {KOREAN_SERVICE} | {KOREAN_WORD} ) | \s? (?: 이라는 | 라는 | 가 \s 제 | 이 \s 제 ) \s? (?: 아이디 | 계정 | 닉네임 | 닉 ) | \s (?: on | at ) \s (?: {ENGLISH_SERVICE} ) (?-u:\b) )"
    ))
});

/// A name in Korean letters before the word that says so.
static CALLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: ^ | \s ) (?<value> [가-힣a-z0-9_]{2,12}? ) \s? (?: 이라는 | 라는 | 이란 | 란 ) \s? (?: 닉네임 | 닉 | 아이디 | 대화명 | 별명 | 계정 )",
    )
});

/// What a search on a service finds, where it is said to be oneself: "틱톡에서 … 치면 저 나와요".
static SEARCHED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?: {KOREAN_SERVICE} | {KOREAN_WORD} ) (?: 에서 | 에다 | 에 )? \s (?<value> [가-힣a-z0-9_.]{{2,16}} ) \s? (?: 을 | 를 | 라고 | 이라고 )? \s? (?: 치면 | 치시면 | 쳐보시면 | 검색하면 | 검색하시면 | 검색해보시면 | 찾으면 ) \s (?: 저 | 제 | 나 | 내 | 우리 )"
    ))
});

/// A Latin word with an underscore, which no prose has.
static UNDERSCORE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?<value> [a-z]{2} [a-z0-9.]{0,20} _ [a-z0-9_.]{0,20} [a-z0-9_] )"));

/// An at sign at the beginning of a word.
static SIGN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?: ^ | [\s(:가-힣] ) (?<value> @ [a-z0-9_] [a-z0-9_.\-]{1,29} [a-z0-9_] )")
});

/// Names whose form alone shows them: Discord's with four digits, Reddit's with a letter and a slash.
static FORMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: ^ | [\s(:,] | (?-u:\b) ) (?<value> [a-z가-힣0-9_.]{2,32} \#[0-9]{4,5} | /? u/ [a-z0-9_\-]{3,25} )",
    )
});

/// What has a number behind a sign and is no name.
const NUMBERED: [&str; 14] = [
    "room", "issue", "case", "box", "apt", "unit", "bed", "page", "ticket", "lot", "batch",
    "suite", "no", "part",
];

/// Words behind "u/", which is a unit too.
const PER_UNIT: [&str; 8] = [
    "day", "week", "hour", "min", "dose", "meal", "month", "minute",
];

/// What people call a channel or themselves on a service, in Korean letters, where they say that it is theirs.
static CHANNEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?: {KOREAN_SERVICE} | {KOREAN_WORD} | 카페 | 팟캐스트 ) \s? (?: 채널 (?: \s? (?: 명 | 이름 ) )? | 이름 ) [\s:=]{{0,2}} (?: 은 | 는 | 이 | 가 )? [\s:=]{{1,2}}
        (?<value> ['\x22]? [가-힣a-z0-9_]{{2,20}}? ['\x22]? ) \s? (?: (?: 을 | 를 )? \s? (?: 하는 | 합니다 | 해요 | 운영 ) | 입니다 | 이에요 | 예요 | (?: 이 )? 라고 \s | (?: 으 )? 로 \s (?: 검색 | 활동 ) | 검색 | 구독 | [.,!)]? \s* $ )"
    ))
});

/// A name in Korean letters, where the sentence ends or a verb says that it is the name.
static NICKNAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: 닉네임 | 닉넴 | 대화명 | 별명 ) [\s:=]{0,2} (?: 은 | 는 )? [\s:=]{0,2}
        ['\x22‘“]? (?<value> [가-힣] [가-힣a-z0-9_]{0,9}? [가-힣a-z0-9_] ) ['\x22’”]? \s? (?: (?: 을 | 를 )? \s? (?: 쓰 | 씁 | 써 ) | 입니다 | 이에요 | 예요 | 이예요 | 에요 | 임(?: [^가-힣] | $ ) | 이구요 | 이고요 | (?: 으 )? 로 \s (?: 활동 | 검색 | 써 ) | [.,!)]? \s* $ )",
    )
});

/// Words that are no account name.
static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "the was and is are for not has had group groups chat app post posts page pages message messages account accounts name
     video videos live story stories reels shorts cafe blog with but because where when that this which too very also helps help
     user users card number password talk ads between about after before from does did broken changed blocked private public
     down locked hacked gone new old empty full dead here below fine closed deleted disabled set great good none"
        .split_whitespace()
        .collect()
});

/// Finds account names.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let kind = Kind::AccountName;
    let named = |_: &str, value: &str, after: &str| is_name(value) && ends(after);
    let marked = |_: &str, value: &str, after: &str| looks_like_name(value) && ends(after);
    // "닉네임 바꿔요" at the end of a text is a verb.
    let own = |_: &str, value: &str, after: &str| {
        !after.trim().is_empty() || !value.ends_with(['요', '어', '고', '음', '함'])
    };
    let mut found = Vec::new();
    // Most pieces have no Latin letter or no word for a name, and need not be searched.
    if piece.contains(|c: char| c.is_ascii_alphabetic()) {
        for pattern in [&KOREAN, &ENGLISH, &LISTED, &MAILED, &UNDER] {
            found.extend(values(piece, pattern, kind, named));
        }
        found.extend(values(piece, &WORD, kind, |_, value, after| {
            (looks_like_name(value) || (value.contains('-') && is_name(value))) && ends(after)
        }));
        for pattern in [&SERVICE, &ADDING, &BEFORE, &SIGN] {
            found.extend(values(piece, pattern, kind, marked));
        }
    }
    if piece.contains(['#', '/']) {
        found.extend(values(piece, &FORMED, kind, |before, value, after| {
            let fits = match value.split_once('#') {
                Some((name, _)) => {
                    !NUMBERED.iter().any(|word| word.eq_ignore_ascii_case(name))
                        && name.contains(char::is_alphabetic)
                }
                None => {
                    let name = value.rsplit('/').next().unwrap_or_default();
                    !before.trim_end().ends_with(|c: char| c.is_ascii_digit())
                        && !PER_UNIT.iter().any(|word| word.eq_ignore_ascii_case(name))
                }
            };
            fits && !before.ends_with('/') && stands_alone(before, after) && ends(after)
        }));
    }
    if piece.contains('_') {
        found.extend(values(piece, &UNDERSCORE, kind, |before, _, after| {
            stands_alone(before, after) && ends(after)
        }));
    }
    if ["치", "찾", "검색"].iter().any(|word| piece.contains(word)) {
        found.extend(values(piece, &SEARCHED, kind, |_, _, _| true));
    }
    if ["채널", "이름"].iter().any(|word| piece.contains(word)) {
        found.extend(values(piece, &CHANNEL, kind, own));
    }
    if ["닉", "대화명", "별명", "아이디", "계정"]
        .iter()
        .any(|word| piece.contains(word))
    {
        found.extend(values(piece, &NICKNAME, kind, own));
        found.extend(values(piece, &CALLED, kind, |_, _, _| true));
    }
    without_overlap(found)
}

fn is_name(value: &str) -> bool {
    let bare = value.trim_start_matches('@').trim_end_matches('.');
    let letters = bare.bytes().any(|c| c.is_ascii_alphabetic());
    let abbreviation = bare.len() <= 6 && bare.bytes().all(|c| c.is_ascii_uppercase() || c == b'-');
    letters
        && bare.len() >= 3
        && !abbreviation
        && !WORDS.contains(bare.to_ascii_lowercase().as_str())
}

/// Whether it has what names have and words have not: a digit, an underscore, a dot inside, a sign before it.
fn looks_like_name(value: &str) -> bool {
    let marked = value
        .trim_end_matches('.')
        .contains(|c: char| c.is_ascii_digit() || matches!(c, '_' | '.' | '#' | ':' | '/' | '@'));
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    // "2nd", "180mg"
    let amount =
        value.starts_with(|c: char| c.is_ascii_digit()) && letters <= 3 && !value.contains('_');
    is_name(value) && marked && !amount
}

/// Whether the name ends here, and is no part of an address.
fn ends(after: &str) -> bool {
    !after.starts_with(['@', '/'])
}
