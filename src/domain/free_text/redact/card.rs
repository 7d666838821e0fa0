//! Payment card numbers (ISO/IEC 7812-1): 13 to 19 digits with a valid Luhn check digit,
//! in one run or in the groups in which cards print them.

use super::date::is_year;
use super::decision::Match;
use super::digits::{Groups, Separator};
use super::kind::Kind;

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
