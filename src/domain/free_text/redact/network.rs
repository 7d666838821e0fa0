//! IP addresses.

use core::net::{Ipv4Addr, Ipv6Addr};

use std::sync::LazyLock;

use regex::Regex;

use super::finding::{Finding, without_overlap};
use super::kind::Kind;
use super::pattern::{pattern, values};

/// The longest text form of an address.
const MAX_LENGTH: usize = 45;

/// An address with blanks or words for its dots, behind a word that names one.
static APART: LazyLock<Regex> = LazyLock::new(|| {
    let dot = r"(?: \s{0,2} (?: [.,·] | 점 | 쩜 | 닷 | dot ) \s{0,2} )";
    pattern(&format!(
        r"(?: 아이피 | (?-u:\b) ip (?-u:\b) ) [^0-9\n\[]{{0,16}} (?<value> [0-9]{{1,3}} (?: {dot} [0-9]{{1,3}} ){{3}} )"
    ))
});

/// A word before the number of a version, which may have four parts as well.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?: 버전 | 버젼 | (?-u:\b) (?: version | ver\.? | v\.? ) ) [\s:]{0,2} $")
});

/// Finds IP addresses of both versions.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let mut found = values(piece, &APART, Kind::IpAddress, |_, value, after| {
        let parts = value.split(|c: char| !c.is_ascii_digit());
        let mut parts = parts.filter(|part| !part.is_empty());
        parts.all(|part| part.parse::<u8>().is_ok())
            && !after.starts_with(|c: char| c.is_ascii_digit())
    });
    let of_address = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let mut from = 0;
    while let Some(start) = piece.get(from..).and_then(|rest| rest.find(of_address)) {
        let start = from + start;
        let rest = piece.get(start..).unwrap_or_default();
        let length = rest.find(|c| !of_address(c)).unwrap_or(rest.len());
        let run = rest.get(..length).unwrap_or_default();
        let bare = run.trim_end_matches(['.', ':']);
        let outside = |c: char| c.is_ascii_alphanumeric();
        let alone = !piece
            .get(..start)
            .is_some_and(|before| before.ends_with(outside))
            && !rest
                .get(length..)
                .is_some_and(|after| after.starts_with(outside));
        let before = piece.get(..start).unwrap_or_default();
        if alone && is_address(bare) && !VERSION.is_match(before) {
            found.push(Finding {
                start,
                end: start + bare.len(),
                kind: Kind::IpAddress,
            });
        }
        from = start + length;
    }
    without_overlap(found)
}

fn is_address(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    let v6 = || text.matches(':').count() >= 2 && digits >= 3 && text.parse::<Ipv6Addr>().is_ok();
    // A port may follow.
    let v4 = text.split(':').next().unwrap_or(text);
    (7..=MAX_LENGTH).contains(&text.len()) && (v4.parse::<Ipv4Addr>().is_ok() || v6())
}
