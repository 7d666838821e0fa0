//! Number plates: those of Korea by their form, those of other countries after a word that names them.

use std::sync::LazyLock;

use regex::Regex;

use super::finding::{Finding, without_overlap};
use super::kind::Kind;
use super::pattern::{pattern, pattern_with_case, stands_alone, values};
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

/// Digits in words, where the remark speaks of a car.
static IN_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?<value> [0-9공영일이삼사오육칠팔구]{2,3} \s? [가나다라마거너더러머버서어저고노도로모보소조누두루무부수우주바아자배하허호] \s? (?: 에 | 의 | 다시 )? \s? [0-9공영일이삼사오육칠팔구]{4} )",
    )
});

/// British plates by their form, where the remark speaks of a car.
static BRITISH: LazyLock<Regex> =
    LazyLock::new(|| pattern_with_case(r"(?<value> [A-Z]{2}[0-9]{2} \s? [A-Z]{3} )"));

/// A word for a car; the third week is none (3주차).
static CAR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: ^ | [^0-9가-힣] ) (?: 주차 | 차 (?: [가는를도로에랑]|번호|량|\s) ) | 자동차 | 번호판 | 주차장 | 승용차 | 트럭 | 오토바이 | 택시 | 렌트카 | 렌터카 | 스쿠터 | 제\s차 | 내\s차
        | (?-u:\b) (?: cars? | vehicle | van | parked | parking | number \s plate | plate | reg | registration | motor (?: bike | cycle ) | drove | driving ) (?-u:\b)",
    )
});

/// Whether the characters near a plate speak of a car.
fn speaks_of_car(before: &str, after: &str) -> bool {
    let from = before.char_indices().rev().nth(39).map_or(0, |(at, _)| at);
    let to = after
        .char_indices()
        .nth(24)
        .map_or(after.len(), |(at, _)| at);
    let near = |text: Option<&str>| text.is_some_and(|text| CAR.is_match(text));
    near(before.get(from..)) || near(after.get(..to))
}

/// Whether the words before are English, so that a Korean syllable among digits is no counter.
fn in_english(before: &str) -> bool {
    let from = before.char_indices().rev().nth(29).map_or(0, |(at, _)| at);
    let near = before.get(from..).unwrap_or_default();
    let word = |word: &&str| word.bytes().filter(u8::is_ascii_lowercase).count() >= 2;
    near.is_ascii() && near.split(' ').filter(word).count() >= 2
}

/// The words behind the last number, without a counter that has the syllable for a car in it: 3주차, 2차.
fn behind_numbers(near: &str) -> &str {
    let Some((_, words)) = near.rsplit_once(|c: char| c.is_ascii_digit()) else {
        return near;
    };
    let counter = ["주차", "차"].iter().find_map(|it| words.strip_prefix(it));
    counter.unwrap_or(words)
}

/// What goes on behind a plate to which the next number is glued: 000머00004시간.
fn glued(after: &str) -> bool {
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    after.len() - rest.len() <= 2 && unit_follows(rest)
}

/// Syllables that are also counters or particles: "24주 2000", "37도 1000". A plate has no blank behind them.
const COUNTERS: [char; 10] = ['주', '도', '호', '로', '보', '고', '서', '사', '자', '조'];

/// Finds number plates.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let kind = Kind::NumberPlate;
    let mut found = Vec::new();
    if piece.contains(|c: char| c.is_ascii_digit()) {
        found.extend(values(piece, &KOREAN, kind, |before, value, after| {
            let digit = |c: char| c.is_ascii_digit();
            let number = value.trim_start_matches(|c: char| !c.is_ascii_digit());
            let near = before.char_indices().rev().nth(9).map_or(0, |(at, _)| at);
            let of_car = in_english(before)
                || before.get(near..).map(behind_numbers).is_some_and(|near| {
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
                && (!after.starts_with(digit) || glued(after))
                && !amount
                && !counts
                && (of_car || !loose)
        }));
        found.extend(values(piece, &NAMED, kind, |_, _, _| true));
        found.extend(values(piece, &BRITISH, kind, |before, _, after| {
            stands_alone(before, after) && speaks_of_car(before, after)
        }));
    }
    found.extend(values(piece, &IN_WORDS, kind, |before, value, after| {
        let inside = |c: char| c.is_ascii_digit() || "공영일이삼사오육칠팔구".contains(c);
        let words = value.chars().filter(|&c| inside(c) && !c.is_ascii_digit());
        words.count() >= 4
            && !before.ends_with(|c: char| c.is_alphanumeric())
            && !after.starts_with(|c: char| c.is_ascii_digit())
            && speaks_of_car(before, after)
    }));
    without_overlap(found)
}
