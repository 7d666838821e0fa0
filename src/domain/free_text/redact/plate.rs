//! Number plates: those of Korea by their form, those of other countries after a word that names them.

use std::sync::LazyLock;

use regex::Regex;

use super::kind::Kind;
use super::pattern::{pattern, values};
use super::span::{Finding, without_overlap};
use super::unit::unit_follows;

/// The syllables that plates have: private, hire, delivery.
static KOREAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?<value> (?: (?: 서울 | 부산 | 대구 | 인천 | 광주 | 대전 | 울산 | 세종 | 경기 | 강원 | 충북 | 충남 | 전북 | 전남 | 경북 | 경남 | 제주 ) \s? )?
        [0-9]{2,3} \s? [가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호] \s? [0-9]{4}
        | (?: 서울 | 부산 | 대구 | 인천 | 광주 | 대전 | 울산 | 세종 | 경기 | 강원 | 충북 | 충남 | 전북 | 전남 | 경북 | 경남 | 제주 ) \s? (?: [가-힣]{1,4} \s )? [가-하] \s [0-9]{4} )",
    )
});

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b) (?: (?: number | licen[cs]e | vehicle | car ) \s plates? | plates? | (?: car | vehicle ) \s reg (?: istration )? | registration | reg ) (?: \s (?: number | no ) )? (?-u:\b)
        [\s:]{0,3} (?: is | was )? [\s:]{0,3}
        (?<value> [a-z]{2}[0-9]{2} \s? [a-z]{3} | [a-z]{1,3} [\s-]? [0-9]{3,4} | [0-9][a-z]{3}[0-9]{3} | [0-9]{3,4} [\s-]? [a-z]{2,3} ) (?-u:\b)",
    )
});

/// Syllables that are also counters or particles: "24주 2000", "37도 1000". A plate has no blank behind them.
const COUNTERS: [char; 10] = ['주', '도', '호', '로', '보', '고', '서', '사', '자', '조'];

/// Finds number plates.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let kind = Kind::NumberPlate;
    let mut found = values(piece, &KOREAN, kind, |before, value, after| {
        let digit = |c: char| c.is_ascii_digit();
        let number = value.trim_start_matches(|c: char| !c.is_ascii_digit());
        let near = before.char_indices().rev().nth(9).map_or(0, |(at, _)| at);
        let of_car = before.get(near..).is_some_and(|near| {
            [
                "차",
                "오토바이",
                "카",
                "트럭",
                "택시",
                "번호",
                "스쿠터",
                "번호판",
            ]
            .iter()
            .any(|word| near.contains(word))
        });
        let counts = number.contains(' ') && number.contains(COUNTERS) && !of_car;
        // An amount has no region before it, and its number no zero.
        let amount = unit_follows(after) && number.len() == value.len() && !of_car;
        // Digits, a syllable and digits, each apart, are a plate only behind such a word, and so is a motorcycle's.
        let loose = number.trim_start_matches(digit).starts_with(' ') || number.len() == 4;
        !before.ends_with(digit)
            && !after.starts_with(digit)
            && !amount
            && !counts
            && (of_car || !loose)
    });
    found.extend(values(piece, &NAMED, kind, |_, _, _| true));
    without_overlap(found)
}
