//! Coordinates of a place: degrees with decimals, or with minutes and seconds.

use std::sync::LazyLock;

use regex::Regex;

use super::finding::{Finding, without_overlap};
use super::kind::Kind;
use super::pattern::{pattern, values};

static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?<value>
          (?: (?-u:\b) [NS] \s? )? -?[0-9]{1,2}\.[0-9]{4,9} \s? °? \s? [NS]? (?: \s? , \s? | \s ) (?: [EW] \s? )? -?[0-9]{1,3}\.[0-9]{4,9} (?: \s? °? \s? [EW] (?-u:\b) )?
        | [0-9]{1,2} \s? ° \s? [0-9]{1,2} \s? ['′’] \s? (?: [0-9]{1,2} (?: \.[0-9]{1,4} )? \s? ["″”] )? \s? [NS] [,\s]{0,3} [0-9]{1,3} \s? ° \s? [0-9]{1,2} \s? ['′’] \s? (?: [0-9]{1,2} (?: \.[0-9]{1,4} )? \s? ["″”] )? \s? [EW]
        # three words for a square of three metres
        | ///? [a-z]{3,20} \. [a-z]{3,20} \. [a-z]{3,20}
        | (?: 북위 | 위도 ) \s? [0-9]{1,2} \s? 도 \s? [0-9]{1,2} (?: \.[0-9]{1,4} )? \s? 분 (?: \s? [0-9]{1,2} (?: \.[0-9]{1,4} )? \s? 초 )?
          (?: [,\s에]{0,3} (?: 동경 | 경도 ) \s? [0-9]{1,3} \s? 도 (?: \s? [0-9]{1,2} (?: \.[0-9]{1,4} )? \s? 분 )? (?: \s? [0-9]{1,2} (?: \.[0-9]{1,4} )? \s? 초 )? )?
        | (?-u:\b) N \s? [0-9]{1,2} [°\s] \s? [0-9]{1,2}\.[0-9]{1,4} ['′]? [,\s]{1,3} E \s? [0-9]{1,3} [°\s] \s? [0-9]{1,2}\.[0-9]{1,4} ['′]?
        | (?-u:\b) [0-9]{1,2} \s [0-9]{1,2} \s [0-9]{1,2} (?: \.[0-9]{1,4} )? \s? [NS] [,\s]{1,3} [0-9]{1,3} \s [0-9]{1,2} \s [0-9]{1,2} (?: \.[0-9]{1,4} )? \s? [EW] (?-u:\b)
        | 북위 \s? [0-9]{1,2} (?: \.[0-9]{1,9} )? \s? 도? [,\s]{0,3} 동경 \s? [0-9]{1,3} (?: \.[0-9]{1,9} )?
        )"#,
    )
});

/// A pair behind a word for them, whatever is between the two.
static CUED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: 지피에스 | 좌표 | (?-u:\b) (?: gps | coord (?: inate )? s? ) (?-u:\b) ) [^0-9\n\[]{0,12} (?<value> -?[0-9]{1,2}\.[0-9]{3,9} [\s,;/~-]{1,3} -?[0-9]{1,3}\.[0-9]{3,9} )",
    )
});

/// One of the two, which a word names.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: 위도 | 경도 | 북위 | 동경 | (?-u:\b) (?: lat (?: itude )? | lon (?: gitude )? | lng ) (?-u:\b) ) [\s:=]{0,3} (?: 는 | 은 )? \s? (?<value> -?[0-9]{1,3}\.[0-9]{2,9} )",
    )
});

/// A national point number, as it stands on posts in the hills: two syllables for a square of 100 km, and eight digits.
static POINT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: ^ | [^가-힣0-9] ) (?<value> [가나다라마바사] \s? [가나다라마바사아] \s? [0-9]{4} [\s\-]{0,2} [0-9]{4} )",
    )
});

/// A word for such a post, or for who comes to it.
static POST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"지점 | 기둥 | 표지 | 말뚝 | 국가 | 위치 | 119 | 구조 | 등산 | 산에 | 산길")
});

/// Finds coordinates.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let alone = |before: &str, _: &str, after: &str| {
        !before.ends_with(|c: char| c.is_ascii_digit() || c == '.')
            && !after.starts_with(|c: char| c.is_ascii_digit())
    };
    let mut found = values(piece, &PAIR, Kind::Coordinates, alone);
    found.extend(values(piece, &CUED, Kind::Coordinates, alone));
    found.extend(values(piece, &NAMED, Kind::Coordinates, alone));
    found.extend(values(
        piece,
        &POINT,
        Kind::Coordinates,
        |before, value, after| {
            let from = before.char_indices().rev().nth(39).map_or(0, |(at, _)| at);
            let named = before.get(from..).is_some_and(|near| POST.is_match(near));
            let mut groups = value.split(|c: char| !c.is_ascii_digit());
            let zero = groups.any(|group| group.starts_with('0'));
            alone(before, value, after) && (named || zero)
        },
    ));
    without_overlap(found)
}
