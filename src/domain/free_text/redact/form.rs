//! Identifiers that their form alone shows: passports of Korea, British National Insurance numbers, IBANs, and the ids
//! of a few other countries.

use std::sync::LazyLock;

use regex::Regex;

use super::code;
use super::finding::{Finding, without_overlap};
use super::kind::Kind;
use super::pattern::{pattern, pattern_with_case, stands_alone, values};

static FORM: LazyLock<Regex> = LazyLock::new(|| {
    pattern_with_case(
        r"(?<value>
          # Korean passports since 2021: a letter, three digits, a letter, four digits
          [MSRGD] [0-9]{3} [A-Z] [0-9]{4}
        | [A-Za-z]{2} \x20? [0-9]{2} \x20? [0-9]{2} \x20? [0-9]{2} \x20? [A-D]
        | [A-Z]{2}[0-9]{2} (?: \x20? [A-Z0-9]{4} ){3,7} (?: \x20? [A-Z0-9]{1,3} )?
        # Singapore, Spain, Italy, Brazil, Medicare of the United States
        | [STFGM][0-9]{7}[A-Z]
        | (?: [XYZ][0-9]{7} | [0-9]{8} ) [A-Z]
        | [A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]
        | [0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}
        | [1-9][A-Z][A-Z0-9][0-9]-?[A-Z][A-Z0-9][0-9]-?[A-Z]{2}[0-9]{2}
        )",
    )
});

/// Numbers of sites and participants of a trial, and of specimens: KR-001-0001, GS-24-00001, S24-00001.
static PARTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern_with_case(
        r"(?<value> [A-Z]{1,4}-[0-9]{2,4}-[0-9]{3,6} (?: -[0-9]{1,6} ){0,2} | [A-Z]{1,2}[0-9]{2}-[0-9]{5,6} )",
    )
});

/// An account by its groups, with the bank behind it.
static BEFORE_BANK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?<value> [0-9]{3,6} (?: [\x20\-] [0-9]{2,7} ){2,3} ) [\s,(]{1,2} (?: [가-힣]{2,4} (?: 은행 | 뱅크 ) | 신한 | 농협 | 수협 | 카카오 | 토스 | 새마을 | 신협 | (?: [a-z]{2,12} \s )? bank )",
    )
});

/// Finds identifiers by their form.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let kind = Kind::RecordNumber;
    let mut found = values(piece, &FORM, kind, |before, _, after| {
        stands_alone(before, after)
    });
    found.extend(values(piece, &PARTED, kind, |before, value, after| {
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        let ends = !after.starts_with('-');
        digits >= 7 && ends && stands_alone(before, after) && !code::is_of_nobody(before)
    }));
    found.extend(values(piece, &BEFORE_BANK, kind, |before, value, _| {
        let digits = value.bytes().filter(u8::is_ascii_digit).count();
        let mixed = value.contains(' ') && value.contains('-');
        // A phone number or a date with a time is none.
        let other = mixed || value.starts_with(['0', '+']);
        digits >= 10 && !other && stands_alone(before, "")
    }));
    without_overlap(found)
}
