//! What marks are found by: titles, relatives, the verbs of living and working, and lists of names.

use std::sync::LazyLock;

use regex::Regex;

use super::Reason;
use crate::domain::free_text::gazetteer::{self, words};
use crate::domain::free_text::redact::pattern::{pattern, pattern_with_case};
use crate::domain::free_text::redact::public_numbers;

/// A pattern whose group `mark` is the part to show.
struct Rule {
    reason: Reason,
    pattern: Regex,
    /// Whether it is one after all.
    holds: fn(&str) -> bool,
}

/// A capital word or two.
const NAMES: &str = r"[A-Z][A-Za-z'’\-]{1,20} (?: \x20 [A-Z][A-Za-z'’\-]{1,20} )?";

const KOREAN_TITLE: &str = "선생 | 교수 | 원장 | 과장 | 박사 | 간호사 | 코디 | 쌤 | 의사 | 목사 | 신부 | 스님 | 수녀 | 사장 | 팀장 | 부장 | 실장 | 대표 | 복지사 | 치료사 | 약사 | 영양사 | 전도사 | 권사 | 집사 | 장로";
const RELATIVE: &str = "아들 | 딸 | 남편 | 아내 | 와이프 | 엄마 | 아빠 | 언니 | 누나 | 오빠 | 동생 | 손자 | 손녀 | 손주 | 며느리 | 사위 | 조카 | 친구 | 이모 | 고모 | 삼촌";
const EVENT: &str = "장례 | 결혼 | 돌잔치 | 졸업 | 이혼 | 사고 | 화재 | 입학 | 출산 | 제사 | 기일 | 칠순 | 환갑 | 재판 | 퇴직 | 은퇴 | 개업 | 폐업 | 이사";
const ENGLISH_EVENT: &str = "wedding | funeral | graduation | accident | divorce | christening | baptism | anniversary | trial | retirement | court";
const EMPLOYER: &str = "전자 | 자동차 | 중공업 | 건설 | 화학 | 제철 | 조선 | 은행 | 증권 | 생명 | 화재 | 백화점 | 마트 | 병원 | 의원 | 약국 | 학교 | 대학 | 유치원 | 어린이집 | 학원 | 교회 | 성당 | 회사 | 상사 | 물산 | 공사 | 공단 | 시청 | 군청 | 구청 | 도청 | 우체국 | 경찰서 | 소방서 | 도서관 | 공장 | 농협 | 수협 | 연구소 | 식당 | 미용실 | 통신 | 항공 | 신문 | 방송";
const MONTHS: &str =
    "(?: jan | feb | mar | apr | may | jun | jul | aug | sep | oct | nov | dec ) [a-z]{0,6}";

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let any = |_: &str| true;
    let rule = |reason, source: String, holds| Rule {
        reason,
        pattern: pattern(&source),
        holds,
    };
    let cased = |reason, source: String, holds| Rule {
        reason,
        pattern: pattern_with_case(&source),
        holds,
    };
    let surname = words(include_str!("../data/surnames.txt"))
        .collect::<Vec<_>>()
        .join("|");
    let occupation = words(include_str!("../data/occupations.txt"))
        .collect::<Vec<_>>()
        .join("|");
    let provinces = gazetteer::provinces().join("|");
    let districts = gazetteer::districts().join("|");
    let cities = gazetteer::short_cities().join("|");
    vec![
        rule(Reason::Name, format!(r"(?: ^ | [^가-힣] ) (?<mark> (?: {surname} ) [가-힣]{{0,2}} \s? (?: {KOREAN_TITLE} ) (?: 님 )? )"), is_titled),
        rule(Reason::Name, format!(r"(?: ^ | [^가-힣] ) (?<mark> (?: {surname} ) [가-힣]{{2}} \s? (?: 님 | 씨 ) )"), is_titled),
        rule(Reason::Name, format!(r"(?: 저는 | 나는 | 이름은 | 성함은 | 이름이 ) \s? (?<mark> (?: {surname} ) [가-힣]{{2}} ) \s? (?: 입니다 | 이에요 | 예요 | 이라고 | 라고 | 이고 | 인데 )"), is_own_name),
        rule(Reason::Name, format!(r"(?: {RELATIVE} ) \s (?<mark> [가-힣]{{1,3}} (?: 이 )? ) (?: 가 | 는 | 랑 | 를 | 도 | 한테 | 에게 | 야 | 씨 ) (?: [^가-힣] | $ )"), is_given_name),
        cased(Reason::Name, format!(r"(?-u:\b) (?<mark> (?: Nurse | Dr | Doctor | Prof | Professor | Sister | Mr | Mrs | Ms | Miss | Consultant | Surgeon | Father | Pastor | Rev | nurse | dr ) \.? \x20 {NAMES} )"), is_capital_name),
        cased(Reason::Name, format!(r"(?: [Mm]y \x20 name \x20 is | [Mm]y \x20 name's | I(?: 'm | ’m | \x20 am | \x20 was ) \x20 called | [Cc]all \x20 me | named | [Ss]igned | [Rr]egards ) ,? \s (?<mark> {NAMES} )"), any),
        cased(Reason::Name, format!(r"(?: [Mm]y | [Oo]ur ) \x20 (?: son | daughter | husband | wife | mother | mum | mom | father | dad | brother | sister | partner | friend | aunt | uncle | grandson | granddaughter | niece | nephew | doctor | oncologist | surgeon | nurse ) ,? \x20 (?<mark> {NAMES} )"), any),
        rule(Reason::Place, format!(r"(?<mark> (?: (?: {provinces} ) \s? )? (?: (?: {cities} ) \s )? (?: {districts} ) (?: \s [가-힣]{{1,4}} [읍면동리] )? ) (?: [^가-힣] | $ | 에 | 의 | 로 | 까 | 쪽 | 주 | 사 | 시 | 살 )"), is_district),
        rule(Reason::Place, r"(?: ^ | [^가-힣] ) (?<mark> [가-힣]{1,4} (?: 읍 | 면 | 동 | 리 | 마을 | 섬 ) ) (?: 에서 | 에 \s? (?: 살 | 사는 | 거주 ) | \s? (?: 주민 | 출신 | 사람 | 토박이 ) | 에 )".to_owned(), gazetteer::is_place),
        cased(Reason::Place, format!(r"(?: (?: live | lives | lived | living | born | grew \x20 up | raised | based ) \x20 in | [Ff]rom | moved \x20 to | (?: village | town | island | farm ) \x20 (?: of | called | near ) ) \x20 (?: a \x20 (?: village | town ) \x20 called \x20 )? (?<mark> {NAMES} )"), is_capital_place),
        rule(Reason::Workplace, format!(r"(?<mark> [가-힣a-z0-9]{{1,8}} (?: {EMPLOYER} ) (?: 교 )? ) (?: 에서 | 에 | 을 | 를 | 의 )? \s? (?: 다니 | 다녔 | 일하 | 일했 | 일해 | 근무 | 재직 | 퇴직 | 퇴사 | 교사 | 직원 | 사원 | 생산직 | 원장 | 그만 | 입사 | 운영 | 선생 | 교수 | 과장 | 부장 | 출근 | 복직 )"), any),
        cased(Reason::Workplace, r"(?: [Ww]ork | [Ww]orks | [Ww]orked | working | employed | teach | teaches | taught | job | boss | manager | studied | student ) \x20 (?: at | for | by | with ) \x20 (?: the \x20 )? (?<mark> [A-Z][\w&'’\-]{1,20} (?: \x20 (?: [A-Z][\w&'’\-]{1,20} | of | and | & ) ){0,3} )".to_owned(), any),
        rule(Reason::Occupation, format!(r"(?: ^ | [^가-힣] ) (?<mark> (?: {occupation} ) ) (?: 이라 | 라서 | 입니다 | 이에요 | 예요 | 로 \s | 으로 \s | 이었 | 였 | 인데 | 이고 | \s 일 | 생활 | 하다 | 출신 )"), any),
        rule(Reason::Occupation, r"(?-u:\b) (?: i (?: \x20 am | 'm | ’m | \x20 was ) | work (?: s | ed | ing )? \x20 as | job \x20 as ) \x20 an? \x20 (?<mark> (?: [a-z]{2,14} \x20 ){0,2} [a-z]{2,12} (?: er | or | ist | ian | man | woman | pilot | keeper | smith | monk | nun | priest | chef | judge | mayor | vet ) ) (?-u:\b)".to_owned(), is_occupation),
        rule(Reason::Event, format!(r"(?<mark> [0-9]{{1,2}} \s? 월 \s? [0-9]{{1,2}} \s? 일 [^\n0-9\[]{{0,10}}? (?: {EVENT} ) (?: 식 | 날 )? )"), any),
        rule(Reason::Event, format!(r"(?<mark> (?: {EVENT} ) (?: 식 | 날 )? [^\n0-9\[]{{0,10}}? [0-9]{{1,2}} \s? 월 \s? [0-9]{{1,2}} \s? 일 )"), any),
        rule(Reason::Event, format!(r"(?-u:\b) (?<mark> (?: {ENGLISH_EVENT} ) [^\n\[]{{0,16}}? (?: [0-9]{{1,2}} (?: st | nd | rd | th )? \x20 {MONTHS} | {MONTHS} \x20 [0-9]{{1,2}} ) ) (?-u:\b)"), any),
        rule(Reason::Event, format!(r"(?-u:\b) (?<mark> (?: [0-9]{{1,2}} (?: st | nd | rd | th )? \x20 {MONTHS} | {MONTHS} \x20 [0-9]{{1,2}} ) [^\n\[]{{0,20}}? (?: {ENGLISH_EVENT} ) ) (?-u:\b)"), any),
        // Runs of digits, groups of them, letters with digits, a door: whatever no rule for removal knew.
        rule(Reason::Number, r"(?: ^ | [^0-9.,\-/a-z] ) (?<mark> [a-z]{0,3}-? [0-9]{4,} (?: -[0-9]{1,8} )? ) (?: [^0-9a-z%,.\-원보명개걸칼년번] | [.,] (?: \s | $ ) | $ )".to_owned(), is_odd_number),
        rule(Reason::Number, r"(?: ^ | [^0-9.,\-/a-z] ) (?<mark> 0[0-9]{1,3} (?: [-\x20/.] [0-9]{2,4} ){1,4} ) (?: [^0-9.\-/] | $ )".to_owned(), |number| !number.starts_with("0.")),
        rule(Reason::Number, r"(?<mark> \# \s? [a-z]?[0-9]{2,5} ) (?: [^0-9] | $ )".to_owned(), any),
        cased(Reason::Number, r"(?: ^ | [^A-Za-z0-9] ) (?<mark> [a-z][a-z.\-]{3,20} [0-9]{2,} [a-z0-9]{0,8} ) (?: [^a-zA-Z0-9] | $ )".to_owned(), |name| !name.starts_with("covid")),
        rule(Reason::Number, r"(?<mark> [0-9a-z]{1,4} \s? 동 \s? [a-z]?[0-9]{1,4} \s? 호 ) (?: [^실선] | $ )".to_owned(), any),
        // Latin letters in Korean text behind a word for a name are one, and so are words that dots join.
        rule(Reason::Name, r"(?: 아이디 | 계정 | 닉네임 | 카톡 | 인스타 | 텔레그램 | 메일 ) [^\n\[0-9a-z]{1,12} (?<mark> [a-z][a-z0-9._\-]{4,30} )".to_owned(), any),
        cased(Reason::Name, r"(?: ^ | [^A-Za-z0-9@.] ) (?<mark> [a-z]{3,15} (?: \. [a-z]{3,15} ){1,3} ) (?: [\s,)가-힣] | $ )".to_owned(), any),
    ]
});

/// The parts to show, as bytes, in order and without overlap.
pub(super) fn find(text: &str) -> Vec<(usize, usize, Reason)> {
    let mut found = Vec::new();
    for rule in RULES.iter() {
        for captures in rule.pattern.captures_iter(text) {
            let mark = captures
                .name("mark")
                .filter(|mark| (rule.holds)(mark.as_str()));
            found.extend(mark.map(|mark| (mark.start(), mark.end(), rule.reason)));
        }
    }
    found.sort_by_key(|&(start, end, _)| (start, std::cmp::Reverse(end)));
    let public = public_numbers(text);
    found.retain(|&(start, end, reason)| {
        let shared = |&(from, to): &(usize, usize)| start < to && from < end;
        reason != Reason::Number || !public.iter().any(shared)
    });
    let mut last = 0;
    found.retain(|&(start, end, _)| {
        let apart = start >= last;
        last = last.max(end);
        apart
    });
    found
}

/// Roles and departments that start like a surname: 주치의 선생님, 전공의, 방사선과 교수님.
fn is_titled(mark: &str) -> bool {
    const ROLES: [&str; 44] = [
        "의사", "담당", "주치", "전공", "전담", "전문", "지도", "방사", "원무", "고객", "보호",
        "신경", "정신", "정형", "성형", "마취", "안과", "소아", "한의", "한방", "연구", "상담",
        "영양", "사회", "선배", "여자", "남자", "우리", "이번", "저번", "모든", "여러", "어떤",
        "어느", "다른", "같은", "수간", "주임", "책임", "진료", "진단", "하나", "부모", "사모",
    ];
    let rest = mark.trim_start();
    !ROLES.iter().any(|role| rest.starts_with(role))
        && !rest.starts_with("이 ")
        && !rest.starts_with("제 ")
        && !rest.starts_with("그 ")
}

/// Whether a number is none of those that remarks are full of: years, times, round amounts.
fn is_odd_number(number: &str) -> bool {
    let year = number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
    !year && !number.ends_with("00")
}

fn is_own_name(mark: &str) -> bool {
    !["암", "자", "증", "기", "녀", "부"]
        .iter()
        .any(|end| mark.ends_with(end))
        && !mark.starts_with("유방")
}

/// A word behind a relative that is a name as far as one can tell: two or three syllables and no common word.
fn is_given_name(mark: &str) -> bool {
    const COMMON: [&str; 30] = [
        "병원",
        "항암",
        "수술",
        "간병",
        "걱정",
        "건강",
        "학교",
        "회사",
        "직장",
        "결혼",
        "집",
        "밥",
        "돈",
        "마음",
        "생각",
        "얼굴",
        "때문",
        "하나",
        "둘",
        "모두",
        "역시",
        "혼자",
        "같이",
        "보호자",
        "환자",
        "누구",
        "사이",
        "아이",
        "덕분",
        "이야기",
    ];
    let name = mark.trim_end_matches('이');
    mark.ends_with('이')
        && name.chars().count() == 2
        && !COMMON.iter().any(|word| mark.starts_with(word))
}

fn is_capital_name(mark: &str) -> bool {
    const NONE: [&str; 16] = [
        "I",
        "The",
        "My",
        "He",
        "She",
        "It",
        "And",
        "But",
        "Practitioner",
        "Specialist",
        "Who",
        "Said",
        "In",
        "On",
        "At",
        "Was",
    ];
    !mark
        .split(' ')
        .nth(1)
        .is_some_and(|word| NONE.contains(&word))
}

/// Cities and countries of millions tell nothing.
fn is_capital_place(mark: &str) -> bool {
    const LARGE: [&str; 26] = [
        "Seoul",
        "Korea",
        "South Korea",
        "London",
        "England",
        "Scotland",
        "Wales",
        "Ireland",
        "Britain",
        "New York",
        "America",
        "Canada",
        "Australia",
        "Germany",
        "France",
        "Spain",
        "Italy",
        "Japan",
        "China",
        "India",
        "January",
        "Monday",
        "Friday",
        "Paris",
        "Busan",
        "Europe",
    ];
    const MONTHS: [&str; 24] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Mon",
        "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "I ", "My ", "The ", "This", "That",
    ];
    !LARGE.contains(&mark) && !MONTHS.iter().any(|start| mark.starts_with(start))
}

/// A district, not a word that starts like one.
fn is_district(mark: &str) -> bool {
    mark.chars().count() >= 3
}

fn is_occupation(mark: &str) -> bool {
    const COMMON: [&str; 34] = [
        "cancer", "survivor", "sufferer", "mother", "father", "sister", "brother", "daughter",
        "carer", "smoker", "member", "former", "later", "older", "younger", "number", "human",
        "woman", "man", "fighter", "walker", "runner", "lover", "drinker", "eater", "sleeper",
        "burden", "worrier", "optimist", "realist", "prisoner", "stranger", "winner", "bother",
    ];
    let last = mark.rsplit(' ').next().unwrap_or_default().to_lowercase();
    !COMMON.contains(&last.as_str())
}
