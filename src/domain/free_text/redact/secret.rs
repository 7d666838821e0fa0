//! What opens something: passwords, PINs, door codes, one-time codes. A word names them.

use std::sync::LazyLock;

use regex::Regex;

use super::date::is_year;
use super::finding::{Finding, without_overlap};
use super::kind::Kind;
use super::pattern::{pattern, values};
use super::unit::unit_follows;

static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:
          비밀 \s? 번호 | 비번 | 패스워드 | 암호 | 패스 \s? 코드 | 핀 \s? 번호 | 인증 \s? (?: 번호 | 코드 ) | 도어락 | 번호키 | 키패드 | 잠금 \s? 번호 | 공동 \s? 출입 (?: 문 )? | 출입 \s? (?: 번호 | 코드 ) | 사물함 | 디지털 \s? 키 | 공동 \s? 현관 (?: 문 )? | 현관 \s? (?: 문 )? (?: \s? 번호 )?
        | (?-u:\b) (?: pass \s? (?: word | code | phrase ) | pw | pwd | pin (?: \s (?: code | number ) )? | otp
          | (?: door | gate | entry | access | alarm | key \s? safe | key | lock \s? box | lock | safe | building | security | verification | one-time | login ) \s (?: code | pin ) | code \s (?: to | for | of ) \s (?: the \s | my \s | our \s )? [a-z]{3,10} | combination ) (?-u:\b) (?: ['’]s )?
        )
        (?: \s? (?: 번호 | 비번 | 비밀 \s? 번호 | 코드 ) )? [\s:=(]{0,3} (?: 은 | 는 | 이 | 가 | 을 | (?-u:\b)(?: is | was )(?-u:\b) )? (?: \s? [0-9] \s? 자리 )? [\s:=(]{0,3}
        (?<value> (?: (?: 샵 | 우물정자? | 별 (?: 표 )? ) \s? )? [공영일이삼사오육칠팔구]{4,8} (?: \s? (?: 샵 | 우물정자? | 별 (?: 표 )? ) )? | (?: (?: zero | oh | one | two | three | four | five | six | seven | eight | nine ) [\x20\-]? ){4,8} | (?: (?: 샵 | 우물정자? | 별표 ) \s? )? [\#*]{0,2} [a-z0-9!@\#$%^&*_+=~.\-]{3,32} (?: \s? (?: 샵 | 별 (?: 표 )? | 우물정자? ) )? )",
    )
});

/// "Code" is a word of classifications too, so what it opens has to be named near it.
static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b) (?: key \s? safe | lock \s? box | safe | door | gate | lock | alarm | entrance | lobby | building | flat | locker | house | garage ) (?-u:\b) [^.\n\[]{0,40}? (?-u:\b) (?: code | pin | number ) (?-u:\b) [\s:=]{0,3} (?: is | was )? [\s:=]{0,3} (?<value> [\#*]? [a-z0-9]{4,12} [\#*]? )",
    )
});

/// What has a code only, behind its name.
static LOCK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b) (?: key \s? safe | lock \s? box | key \s? pad | alarm | entry \s system ) (?-u:\b) (?: [^.\n\[]{0,40}? \s is )? [\s:=]{1,3} (?<value> [\#*]? [0-9]{4,8} [\#*]? )",
    )
});

/// A network at home, whose password people give without a word for it.
static WIRELESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: 와이파이 | 공유기 | (?-u:\b) wi-?fi (?-u:\b) ) (?: \s? (?: 비번 | 비밀 \s? 번호 | 암호 | 이름 | password | code | key ) )? (?: 은 | 는 | 이 | 가 | \s is )? [\s:=]{0,3} (?<value> [a-z0-9!@\#$%^&*_+=~.\-]{8,32} )",
    )
});

/// A word of Korean letters with digits behind it, where words of hesitation may stand before it.
static MEMORABLE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: 비밀 \s? 번호 | 비번 | 패스워드 | 암호 ) (?: 은 | 는 | 이 | 가 | 도 )?
        (?: [\s,.~…?]{1,3} (?: 뭐[가-힣]{1,4} | 뭔지 | 음+ | 어+ | 저기 | 아마 (?: 도 )? | 그게 | 그거 | 거시기 | 그냥 | 항상 | 늘 | 보통 | 예전 (?: 에 | 엔 )? | 제가 | 우리 ) ){0,3}
        [\s:=,.~…?]{1,3} (?<value> [가-힣a-z]{2,12}[0-9]{2,8}[!@\#*]? ) (?: \s | 이 | 입 | 예 | 인 | 라 | 로 | 야 | [.,)] | $ )",
    )
});

/// A second guess behind a secret, at the start of what follows it.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ [^0-9\n\[]{0,16}? (?: 아니면 | 또는 | 혹은 | (?-u:\b) or (?-u:\b) ) \s (?: maybe \s | perhaps \s | 아마 \s )? (?<value> [가-힣a-z]{2,12}[0-9]{2,8}[!@\#*]? | [0-9]{4,8} | [a-z0-9!@\#$%^&*_\-]{6,24} )",
    )
});

/// Finds the second guess at a secret: only for a remark that has one.
pub(super) fn other(piece: &str) -> Vec<Finding> {
    values(piece, &OTHER, Kind::Password, |_, value, after| {
        value.contains(|c: char| c.is_ascii_digit())
            && !is_year(value)
            && !after.starts_with(|c: char| c.is_ascii_alphanumeric())
            && !unit_follows(after)
    })
}

/// What says in Korean that the word before it is the secret.
static VERB: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ \s? (?: 입니다 | 이에요 | 예요 | 인데 | 이고 | 이라고 | 라고 | 임 (?: [^가-힣] | $ ) )",
    )
});

/// Finds secrets.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let kind = Kind::Password;
    let mut found = values(piece, &SECRET, kind, |before, value, after| {
        let bare = value.bytes().all(|c| c.is_ascii_digit());
        let figures = value.contains(|c: char| c.is_ascii_digit());
        let in_words = !value.is_ascii() || value.matches([' ', '-']).count() >= 3;
        let secret = figures || in_words || is_said(before, value, after);
        value.len() >= 4 && secret && !(bare && unit_follows(after))
    });
    for pattern in [&OPENING, &LOCK] {
        found.extend(values(piece, pattern, kind, |_, value, after| {
            value.contains(|c: char| c.is_ascii_digit()) && !unit_follows(after)
        }));
    }
    found.extend(values(piece, &WIRELESS, kind, |_, value, after| {
        let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        letters >= 2 && digits >= 2 && !value.starts_with("802.11") && !unit_follows(after)
    }));
    found.extend(values(piece, &MEMORABLE, kind, |_, _, after| {
        !unit_follows(after)
    }));
    let mut found = without_overlap(found);
    for finding in &mut found {
        let value = piece.get(finding.start..finding.end).unwrap_or_default();
        finding.end = finding.start + value.trim_end_matches(['.', ',', '~', '-', ' ']).len();
    }
    found
}

/// Whether letters alone are the secret: a sign is among them or before them, or a verb behind them says so.
fn is_said(before: &str, value: &str, after: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let sign = value
        .trim_end_matches(['.', ',', '!', '?', '~'])
        .contains(['!', '@', '#', '$', '%', '^', '&', '*', '_']);
    letters >= 4 && (sign || before.trim_end().ends_with([':', '=']) || VERB.is_match(after))
}
