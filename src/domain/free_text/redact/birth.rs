//! Dates of birth: a date that a word names as one. Other dates are those of the illness, and stay.

use std::sync::LazyLock;

use regex::Regex;

use super::finding::{Finding, without_overlap};
use super::kind::Kind;
use super::pattern::{pattern, values};

const MONTH: &str = r"(?: jan (?: uary )? | feb (?: ruary )? | mar (?: ch )? | apr (?: il )? | may | june? | july? | aug (?: ust )? | sept? (?: ember )? | oct (?: ober )? | nov (?: ember )? | dec (?: ember )? ) \.?";

/// A year, whole or by its last two digits.
const YEAR: &str =
    r"(?: (?: 19 | 20 ) [0-9]{2} | ['’] [0-9]{2} | nineteen \s (?: [a-z]{3,9} [\s\-]? ){1,2} )";

/// Days in English words.
const ORDINAL: &str = r"(?: (?: twenty | thirty )? [\s\-]? (?: first | second | third | fourth | fifth | sixth | seventh | eighth | ninth ) | tenth | eleventh | twelfth | (?: thir | four | fif | six | seven | eigh | nine ) teenth | twentieth | thirtieth )";

/// Dates in Korean words, also those of the moon.
const IN_WORDS: &str = r"(?: (?: (?: [천백구십팔칠육오사삼이일영공]{2,9} | (?: 19 | 20 )? [0-9]{2} ) \s? 년 \s? )? (?: 음력 \s? | 양력 \s? )? (?: 정월 | 동짓달 | 섣달 | [일이삼사오유육칠팔구시십]{1,2} 월 | (?: 윤 \s? )? [0-9]{1,2} \s? 월 ) \s?
  (?: 초 (?: 하루 | 이틀 | 사흘 | 나흘 | 닷새 | 엿새 | 이레 | 여드레 | 아흐레 | 열흘 ) | (?: 열 | 스무 ) (?: 하루 | 이틀 | 사흘 | 나흘 | 닷새 | 엿새 | 이레 | 여드레 | 아흐레 ) | 열흘 | 보름 (?: 날 )? | 스무날 | 그믐 (?: 날 )? | [일이삼사오육칠팔구십]{1,4} 일 ) )";

static CUED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?: 생년 \s? 월일 | 생일 | 생신 | 출생 (?: 일 | 년월일 )? | 태어난 \s? (?: 날 | 일 ) | (?-u:\b) (?: date \s of \s birth | d\.?o\.?b\.? | birth \s? (?: date | day ) | b-?day | born (?: \s in (?: \s [a-z]{{2,15}} ,? ){{1,2}} )? ) )
        [\s:=(]{{0,3}} (?: 은 | 는 | 이 | 가 | is | was | on | 음력 | 양력 )? [\s:=(]{{0,3}} (?: 음력 | 양력 | on | in | the )? \s?
        (?<value> {IN_WORDS} | [0-9]{{1,2}} [\-/.\x20] [0-9]{{1,2}} [\-/.\x20] (?: 19 | 20 ) [0-9]{{2}}
          | (?: 19 | 20 )? [0-9]{{2}} \s? [년.\-/] \s? [0-9]{{1,2}} \s? [월.\-/] \s? [0-9]{{1,2}} (?: \s? 일 )?
          | [0-9]{{1,2}} [\-/.\x20] [0-9]{{1,2}} [\-/.\x20] [0-9]{{2}}
          | [0-9]{{8}} | [0-9]{{6}}
          | [0-9]{{1,2}} \s? 월 \s? [0-9]{{1,2}} \s? 일
          | [0-9]{{1,2}} / [0-9]{{1,2}} | {MONTH} ,? \s {YEAR}
          | {MONTH} \s? (?: the \s )? (?: [0-9]{{1,2}} (?: st | nd | rd | th )? | {ORDINAL} ) (?: ,? \s? {YEAR} )?
          | (?: [0-9]{{1,2}} (?: st | nd | rd | th )? | {ORDINAL} ) \s? (?: of \s )? {MONTH} (?: ,? \s? {YEAR} )? )"
    ))
});

/// A date of a year in which few of the dates of an illness lie, some words behind the word for a birth.
static FAR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?: 생년 \s? 월일 | 생일 | 생신 | (?-u:\b) (?: date \s of \s birth | d\.?o\.?b\.? | birth \s? (?: date | day ) ) (?-u:\b) ) [^0-9\n\[]{{1,40}}?
        (?<value> (?: 19 [0-9]{{2}} | 200 [0-5] ) \s? [년.\-/] \s? [0-9]{{1,2}} \s? [월.\-/] \s? [0-9]{{1,2}} (?: \s? 일 )?
          | [0-9]{{1,2}} [\-/.] [0-9]{{1,2}} [\-/.] (?: 19 [0-9]{{2}} | 200 [0-5] )
          | {MONTH} \s? [0-9]{{1,2}} (?: st | nd | rd | th )? ,? \s? (?: 19 [0-9]{{2}} | ['’] [3-9][0-9] )
          | [0-9]{{1,2}} (?: st | nd | rd | th )? \s? (?: of \s )? {MONTH} ,? \s? (?: 19 [0-9]{{2}} | ['’] [3-9][0-9] ) )"
    ))
});

static BORN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?<value> {IN_WORDS} | (?: 19 | 20 )? [0-9]{{2}} \s? 년 \s? 생 \s? [0-9]{{1,2}} \s? 월 \s? [0-9]{{1,2}} \s? 일 | (?: 19 | 20 )? [0-9]{{2}} \s? 년 \s? [0-9]{{1,2}} \s? 월 | (?: (?: 음력 \s? )? [0-9]{{1,2}} \s? 월 \s? [0-9]{{1,2}} \s? 일 ) | (?: 19 | 20 )? [0-9]{{2}} \s? [년.\-/] \s? [0-9]{{1,2}} \s? [월.\-/] \s? [0-9]{{1,2}} (?: \s? 일 )? \.? ) \s? (?: 에 \s? )? (?: [가-힣]{{1,8}} (?: 에서 | 서 ) \s? )? (?: 생(?: [^가-힣] | $ | 입 | 이 | 인 ) | 태어 | 출생 | 이 \s? 생[일신] | 가 \s? 생[일신] )"
    ))
});

/// Finds dates of birth.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let alone = |before: &str, _: &str, after: &str| {
        !before.ends_with(|c: char| c.is_ascii_digit())
            && !after.starts_with(|c: char| c.is_ascii_digit())
    };
    let mut found = values(piece, &CUED, Kind::BirthDate, alone);
    for pattern in [&FAR, &BORN] {
        found.extend(values(piece, pattern, Kind::BirthDate, alone));
    }
    without_overlap(found)
}
