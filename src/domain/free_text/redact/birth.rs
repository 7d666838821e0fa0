//! Dates of birth: a date that a word names as one. Other dates are those of the illness, and stay.

use std::sync::LazyLock;

use regex::Regex;

use super::kind::Kind;
use super::pattern::{pattern, values};
use super::span::{Finding, without_overlap};

const MONTH: &str = r"(?: jan (?: uary )? | feb (?: ruary )? | mar (?: ch )? | apr (?: il )? | may | june? | july? | aug (?: ust )? | sept? (?: ember )? | oct (?: ober )? | nov (?: ember )? | dec (?: ember )? ) \.?";

static CUED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?: 생년 \s? 월일 | 생일 | 생신 | 출생 (?: 일 | 년월일 )? | 태어난 \s? (?: 날 | 일 ) | (?-u:\b) (?: date \s of \s birth | d\.?o\.?b\.? | birth \s? (?: date | day ) | b-?day | born ) )
        [\s:=(]{{0,3}} (?: 은 | 는 | 이 | 가 | is | was | on | 음력 | 양력 )? [\s:=(]{{0,3}} (?: 음력 | 양력 | on )? \s?
        (?<value> [0-9]{{1,2}} [\-/.\x20] [0-9]{{1,2}} [\-/.\x20] (?: 19 | 20 ) [0-9]{{2}}
          | (?: 19 | 20 )? [0-9]{{2}} \s? [년.\-/] \s? [0-9]{{1,2}} \s? [월.\-/] \s? [0-9]{{1,2}} (?: \s? 일 )?
          | [0-9]{{1,2}} [\-/.\x20] [0-9]{{1,2}} [\-/.\x20] [0-9]{{2}}
          | [0-9]{{8}} | [0-9]{{6}}
          | [0-9]{{1,2}} \s? 월 \s? [0-9]{{1,2}} \s? 일
          | [0-9]{{1,2}} / [0-9]{{1,2}} | {MONTH} ,? \s (?: 19 | 20 ) [0-9]{{2}}
          | {MONTH} \s? [0-9]{{1,2}} (?: st | nd | rd | th )? (?: ,? \s? (?: 19 | 20 ) [0-9]{{2}} )?
          | [0-9]{{1,2}} (?: st | nd | rd | th )? \s? (?: of \s )? {MONTH} (?: ,? \s? (?: 19 | 20 ) [0-9]{{2}} )? )"
    ))
});

static BORN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?<value> (?: (?: 음력 \s? )? [0-9]{1,2} \s? 월 \s? [0-9]{1,2} \s? 일 ) | (?: 19 | 20 )? [0-9]{2} \s? [년.\-/] \s? [0-9]{1,2} \s? [월.\-/] \s? [0-9]{1,2} (?: \s? 일 )? \.? ) \s? (?: 에 \s? )? (?: 생(?: [^가-힣] | $ | 입 | 이 | 인 ) | 태어 | 출생 )",
    )
});

/// Finds dates of birth.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let alone = |before: &str, _: &str, after: &str| {
        !before.ends_with(|c: char| c.is_ascii_digit())
            && !after.starts_with(|c: char| c.is_ascii_digit())
    };
    let mut found = values(piece, &CUED, Kind::BirthDate, alone);
    found.extend(values(piece, &BORN, Kind::BirthDate, alone));
    without_overlap(found)
}
