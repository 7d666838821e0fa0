//! Payment card numbers (ISO/IEC 7812-1): 13 to 19 digits with a valid Luhn check digit,
//! in one run or in the groups in which cards print them.

use std::sync::LazyLock;

use regex::Regex;

use super::date::is_year;
use super::decision::Match;
use super::digits::{Groups, Separator, is_mask};
use super::finding::{Finding, without_overlap};
use super::kind::Kind;
use super::pattern::{pattern, values};
use super::unit::unit_follows;

/// Lengths of the groups in which cards print their numbers, and in which people write them.
const SHAPES: [&[usize]; 12] = [
    &[4, 4, 4, 4],
    &[4, 6, 5],
    &[4, 6, 4],
    &[4, 4, 4, 1],
    &[4, 4, 4, 4, 3],
    &[6, 10],
    &[4, 4, 8],
    &[4, 8, 4],
    &[8, 4, 4],
    &[8, 8],
    &[4, 12],
    &[12, 4],
];

/// Four groups of four, some of whose digits may be hidden, with signs or words between them.
static FOURS: LazyLock<Regex> = LazyLock::new(|| {
    let between = r"(?: [\s.,·_\-–—]{0,3} (?: (?: 그 \s? 다음 | 다음 | 마지막 | 끝 | 또 | 그리고 | 다시 ) (?: 은 | 는 | 에 | 엔 | 으로 | 이 )? | 에 | (?-u:\b) (?: then | next | and | last | lastly | finally | dash ) (?-u:\b) )? [\s.,·_\-–—]{0,3} )";
    let four = r"[0-9*x●○◯∗\#]{4}";
    pattern(&format!(
        r"(?<value> [2-69*x●○◯∗\#] [0-9*x●○◯∗\#]{{3}} {between} {four} {between} {four} {between} [0-9]{{4}} | [2-69][0-9]{{5}} [*x●○◯∗\#]{{4,6}} [0-9]{{3,4}} )"
    ))
});

/// Finds card numbers in four groups of four whatever their check digit is, also those that are hidden in part.
pub(super) fn in_fours(piece: &str) -> Vec<Finding> {
    values(piece, &FOURS, Kind::CardNumber, |before, value, after| {
        let outside = |c: char| c.is_ascii_alphanumeric() || is_mask(c);
        let alone = !before.ends_with(outside) && !after.starts_with(outside);
        let groups = value.split(|c: char| !(c.is_ascii_digit() || is_mask(c)));
        let groups: Vec<_> = groups.filter(|group| group.len() > 1).collect();
        // One sign alone is that of a product: 2x30.
        let mut pairs = value.chars().zip(value.chars().skip(1));
        let hidden = pairs.any(|(a, b)| is_mask(a) && is_mask(b));
        let product = !hidden && value.contains(is_mask);
        let times = groups.iter().all(|group| is_time(group));
        // Four amounts or four years have no zero before them.
        let leading_zero = groups.iter().any(|group| group.starts_with('0'));
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        let joined = groups.len() == 1 && !hidden;
        alone
            && digits >= 4
            && (hidden || leading_zero)
            && !(joined || product || times)
            && !unit_follows(after)
    })
}

/// Whether four digits are a time of day.
fn is_time(digits: &str) -> bool {
    let below = |part: Option<&str>, end: u8| {
        part.and_then(|part| part.parse::<u8>().ok())
            .is_some_and(|part| part < end)
    };
    below(digits.get(..2), 24) && below(digits.get(2..), 60)
}

/// When a card ends, and the code on its back.
static BEHIND: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [
        pattern(
            r"(?: 유효 (?: \s? (?: 기간 | 기한 | 일자 ) )? | 만료 (?: \s? 일 )? | 기한 | (?-u:\b) (?: exp (?: \. | iry | ires | iration | iring )? (?: \s date )? | valid (?: \s (?: thru | through | until | to ) )? | good \s thru ) )
            [\s:=(]{0,3} (?: 은 | 는 | 이 | 가 | is | on | in )? [\s:=(]{0,3} (?<value> [0-9]{2} \s? (?: [/.\-] | 년 | 월 ) \s? [0-9]{2,4} (?: \s? [년월] )? | [0-9]{4} )",
        ),
        pattern(
            r"(?: (?: 뒤 | 뒷 | 뒷면 | 뒷자리 | 끝 ) (?: 에 | 의 | 쪽 )? [\s]{0,2} (?: 적힌 \s | 있는 \s )? (?: 세 | 3 | 네 | 4 )? \s? (?: 자리 | 숫자 | 번호 ){0,2} | 비밀 \s? 번호 \s? 앞 \s? (?: 두 | 2 )? \s? 자리
            | (?-u:\b) (?: cvc | cvv | cvn | csc ) 2? | 보안 \s? (?: 코드 | 번호 ) | (?-u:\b) security \s (?: code | number ) | (?-u:\b) (?: three | 3 | four | 4 )? \s? (?: digits? \s | numbers? \s | code \s )? (?: on \s the \s | at \s the \s )? back )
            [\s:=(]{0,3} (?: 은 | 는 | 이 | 가 | (?-u:\b)(?: is | are | says )(?-u:\b) )? [\s:=(]{0,3} (?<value> [0-9]{2,4} )",
        ),
    ]
});

/// Finds what people type behind the number of a card: only for a remark that has one.
pub(super) fn behind(piece: &str) -> Vec<Finding> {
    let found = BEHIND.iter().flat_map(|pattern| {
        values(piece, pattern, Kind::CardNumber, |_, value, after| {
            let digit = |c: char| c.is_ascii_digit();
            let amount = value.chars().all(digit) && unit_follows(after);
            !(amount || after.starts_with(digit))
        })
    });
    without_overlap(found.collect())
}

/// The card number that starts at the `i`th group, if any.
pub(super) fn at(groups: &Groups<'_>, i: usize) -> Option<Match> {
    let first = groups.get(i)?;
    // The first digit is the major industry identifier: 2 to 6 are those of payment cards, 9 is for national schemes.
    if !first.digits.starts_with(|c| matches!(c, '2'..='6' | '9')) || first.digits.len() < 4 {
        return None;
    }
    let joins = |sep| {
        matches!(
            sep,
            Separator::Dash | Separator::WideDash | Separator::Space | Separator::Dot
        )
    };
    let lengths = |next: usize| {
        (i..next)
            .filter_map(|k| groups.get(k))
            .map(|group| group.digits.len())
    };
    let years = |next: usize| {
        (i..next)
            .filter_map(|k| groups.get(k))
            .all(|group| is_year(group.digits))
    };
    // Four groups of four are a card even if a digit is wrong, but not if they may be four amounts.
    let in_fours = |next: usize| {
        let amount = |digits: &str| digits.ends_with("00") && !digits.starts_with('0');
        let mut parts = (i..next).filter_map(|k| groups.get(k));
        first.sep == Separator::Dash
            && lengths(next).eq([4; 4])
            && !parts.any(|group| is_year(group.digits) || amount(group.digits))
    };
    groups
        .join(i, 5, 19, joins)
        .into_iter()
        .rev()
        .filter(|card| card.digits.len() >= 13 && (is_luhn(&card.digits) || in_fours(card.next)))
        .find(|card| {
            card.boundaries.is_empty()
                || (SHAPES
                    .iter()
                    .any(|shape| lengths(card.next).eq(shape.iter().copied()))
                    && !years(card.next))
        })
        .map(|card| Match {
            start: first.start,
            end: card.end,
            next: card.next,
            kind: Kind::CardNumber,
        })
}

/// Whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1, annex B): from the right, every
/// second digit counts double, and the sum of all digits is a multiple of ten.
fn is_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|digit| u32::from(digit.wrapping_sub(b'0')))
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit) {
            (0, digit) => digit,
            (_, digit @ 0..5) => digit * 2,
            (_, digit) => digit * 2 - 9,
        })
        .sum();
    sum.is_multiple_of(10)
}
