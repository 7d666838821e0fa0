//! Coordinates of a place: degrees with decimals, or with minutes and seconds.

use std::sync::LazyLock;

use regex::Regex;

use super::kind::Kind;
use super::pattern::{pattern, values};
use super::span::{Finding, without_overlap};

static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?<value>
          (?: (?-u:\b) [NS] \s? )? -?[0-9]{1,2}\.[0-9]{4,9} \s? °? \s? [NS]? (?: \s? , \s? | \s ) (?: [EW] \s? )? -?[0-9]{1,3}\.[0-9]{4,9} (?: \s? °? \s? [EW] (?-u:\b) )?
        | [0-9]{1,2} \s? ° \s? [0-9]{1,2} \s? ['′’] \s? (?: [0-9]{1,2} (?: \.[0-9]{1,4} )? \s? ["″”] )? \s? [NS] [,\s]{0,3} [0-9]{1,3} \s? ° \s? [0-9]{1,2} \s? ['′’] \s? (?: [0-9]{1,2} (?: \.[0-9]{1,4} )? \s? ["″”] )? \s? [EW]
        # three words for a square of three metres
        | ///? [a-z]{3,20} \. [a-z]{3,20} \. [a-z]{3,20}
        | 북위 \s? [0-9]{1,2} (?: \.[0-9]{1,9} )? \s? 도? [,\s]{0,3} 동경 \s? [0-9]{1,3} (?: \.[0-9]{1,9} )?
        )"#,
    )
});

/// One of the two, which a word names.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: 위도 | 경도 | 북위 | 동경 | (?-u:\b) (?: lat (?: itude )? | lon (?: gitude )? | lng ) (?-u:\b) ) [\s:=]{0,3} (?: 는 | 은 )? \s? (?<value> -?[0-9]{1,3}\.[0-9]{2,9} )",
    )
});

/// Finds coordinates.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let alone = |before: &str, _: &str, after: &str| {
        !before.ends_with(|c: char| c.is_ascii_digit() || c == '.')
            && !after.starts_with(|c: char| c.is_ascii_digit())
    };
    let mut found = values(piece, &PAIR, Kind::Coordinates, alone);
    found.extend(values(piece, &NAMED, Kind::Coordinates, alone));
    without_overlap(found)
}
