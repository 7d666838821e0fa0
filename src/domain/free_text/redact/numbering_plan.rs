//! Which digits can be a phone number.
//!
//! Sources: ITU-T E.164 (an international number has at most 15 digits, with a country code of one to three);
//! the national numbering plan of Korea (ITU-T E.129 presentation for +82; trunk prefix 0); the North American
//! Numbering Plan (3-3-4, area codes from 2). Exchange codes are not checked, so an unassigned number is redacted too.

/// The most digits of a Korean number in its national form.
pub(super) const MAX_DIGITS: usize = 12;

/// Area codes outside Seoul, after the trunk prefix.
const AREA_CODES: [&str; 16] = [
    "31", "32", "33", "41", "42", "43", "44", "51", "52", "53", "54", "55", "61", "62", "63", "64",
];

/// Prefixes of the nationwide numbers of companies and hospitals: eight digits, no trunk prefix.
const NATIONWIDE_PREFIXES: [&str; 28] = [
    "1522", "1533", "1544", "1551", "1555", "1566", "1577", "1588", "1599", "1600", "1611", "1622",
    "1633", "1644", "1660", "1661", "1666", "1668", "1670", "1688", "1800", "1811", "1833", "1844",
    "1855", "1866", "1877", "1899",
];

/// The length of the prefix of a Korean number in its national form: 02, 031, 010, 0504 …
pub(super) fn korean_prefix(digits: &str) -> Option<usize> {
    let rest = digits.strip_prefix('0')?;
    if rest.starts_with('2') {
        return Some(2);
    }
    match rest.get(..2)? {
        "10" | "11" | "16" | "17" | "18" | "19" | "60" | "70" | "80" => Some(3),
        // Personal and fax numbers: the digit behind names the company.
        "30" | "50" if rest.len() > 2 => Some(4),
        area if AREA_CODES.contains(&area) => Some(3),
        _ => None,
    }
}

/// Whether the digits are a whole Korean number in its national form.
pub(super) fn is_korean(digits: &str) -> bool {
    let Some(prefix) = korean_prefix(digits) else {
        return false;
    };
    match digits.len() - prefix {
        8 => true,
        7 => !digits.starts_with("010"),
        _ => false,
    }
}

/// Whether the digits are a whole Korean mobile number.
pub(super) fn is_korean_mobile(digits: &str) -> bool {
    digits.starts_with("01") && is_korean(digits)
}

/// Whether the digits after a country code 82 are a Korean number; the trunk prefix may have stayed.
pub(super) fn is_korean_international(digits: &str) -> bool {
    if digits.starts_with('0') {
        is_korean(digits)
    } else {
        is_korean(&format!("0{digits}"))
    }
}

/// Whether four digits start a nationwide number.
pub(super) fn is_nationwide(digits: &str) -> bool {
    NATIONWIDE_PREFIXES.contains(&digits)
}

/// Whether a plus sign and these digits can be an international number (E.164). Some small countries have numbers of
/// seven digits (+683 7012), which are not told from other numbers.
pub(super) fn is_international(digits: &str) -> bool {
    (8..=15).contains(&digits.len()) && !digits.starts_with('0')
}

/// Whether the digits can be a number of the North American Numbering Plan.
pub(super) fn is_nanp(digits: &str) -> bool {
    digits.len() == 10 && digits.starts_with(|c| matches!(c, '2'..='9'))
}
