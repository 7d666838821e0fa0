//! Identifiers that their form alone shows: passports of Korea, British National Insurance numbers, IBANs, and the ids
//! of a few other countries.

use std::sync::LazyLock;

use regex::Regex;

use super::kind::Kind;
use super::pattern::{pattern_with_case, stands_alone, values};
use super::span::Finding;

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

/// Finds identifiers by their form.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    values(piece, &FORM, Kind::RecordNumber, |before, _, after| {
        stands_alone(before, after)
    })
}
