//! Web addresses: with a scheme, with `www.`, or a bare host name.
//!
//! A bare host name counts only under a top-level domain that is not also a word, because people leave out the blank
//! after a full stop ("tired.it was"). Under the other domains it needs a path.

use std::sync::LazyLock;

use regex::Regex;

use super::kind::Kind;
use super::pattern::pattern;
use super::span::Finding;

/// Top-level domains under which a bare host name counts.
const TLDS: [&str; 20] = [
    "com", "net", "org", "edu", "gov", "mil", "kr", "jp", "cn", "uk", "au", "nz", "eu", "io",
    "biz", "xyz", "dev", "blog", "clinic", "asia",
];

/// Top-level domains that are also words or abbreviations. A bare host name under them needs a path.
const TLDS_WITH_PATH: [&str; 47] = [
    "me", "us", "be", "it", "in", "is", "to", "so", "co", "ai", "tv", "ly", "gl", "gg", "id", "im",
    "st", "de", "ca", "fr", "es", "nl", "ch", "se", "vn", "ph", "th", "sg", "hk", "tw", "ru",
    "info", "app", "page", "link", "site", "online", "store", "shop", "club", "care", "health",
    "hospital", "life", "live", "news", "ee",
];

/// The characters of the rest of a web address (RFC 3986), with Korean in paths and queries.
const TAIL: &str = r"(?: [/=?&_\#+%\-][가-힣]+ | [a-z0-9/:?\#@!$&'()*+,;=._~%\-] )";

/// A link with a scheme or `www.`. "awww.that hurt" is none, and the host of an e-mail address belongs to the address.
static SCHEME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?<scheme> (?: https? | hxxps? | ftp )://[가-힣]*{TAIL}+ ) | (?: ^ | [^a-z@] ) (?<www> www\.[a-z0-9]{TAIL}* )"
    ))
});

static PATH: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"^(?: :[0-9]{{2,5}} )?(?: [/?\#]{TAIL}* )?")));

/// Finds links with a scheme or `www.`.
pub(super) fn with_scheme(piece: &str) -> Vec<Finding> {
    SCHEME
        .captures_iter(piece)
        .filter_map(|found| found.name("scheme").or(found.name("www")))
        .map(|found| finding(found.start(), found.start() + trimmed(found.as_str())))
        .collect()
}

/// Finds bare host names with what follows them.
pub(super) fn bare(piece: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = next_host(piece, from) {
        let rest = piece.get(start..).unwrap_or_default();
        let run = rest.find(|c| !is_host(c)).unwrap_or(rest.len());
        from = start + run;
        if let Some((first, last)) = host(
            rest.get(..run).unwrap_or_default(),
            rest.get(run..).unwrap_or_default(),
        ) {
            let end = start + last;
            let path = piece
                .get(end..)
                .and_then(|tail| PATH.find(tail))
                .map_or(0, |path| trimmed(path.as_str()));
            found.push(finding(start + first, end + path));
            from = end + path;
        }
    }
    found
}

fn next_host(piece: &str, from: usize) -> Option<usize> {
    piece
        .get(from..)?
        .find(|c: char| c.is_ascii_alphanumeric())
        .map(|at| from + at)
}

fn is_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-')
}

/// The host name within a run of host characters, as offsets: up to the last label that is a top-level domain.
fn host(run: &str, after: &str) -> Option<(usize, usize)> {
    let has_path = after.starts_with('/')
        && after
            .chars()
            .nth(1)
            .is_some_and(|c| c.is_alphanumeric() || c == '@');
    let (mut first, mut at, mut best) = (None, 0, None);
    for label in run.split('.') {
        let word = label
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(label.len());
        let end = at + word;
        if let (Some(first), Some(word)) = (first, label.get(..word)) {
            let known = |list: &[&str]| list.iter().any(|tld| tld.eq_ignore_ascii_case(word));
            if known(&TLDS) || (has_path && end == run.len() && known(&TLDS_WITH_PATH)) {
                best = Some((first, end));
            }
        }
        if label.is_empty() && best.is_some() {
            break;
        }
        first = if label.is_empty() {
            None
        } else {
            first.or(Some(at))
        };
        at += label.len() + 1;
    }
    best
}

/// The length of a link without the punctuation of the sentence around it.
fn trimmed(link: &str) -> usize {
    let opens = link.contains('(');
    let outside = |c: char| {
        matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '~') || (c == ')' && !opens)
    };
    link.trim_end_matches(outside).len()
}

fn finding(start: usize, end: usize) -> Finding {
    Finding {
        start,
        end,
        kind: Kind::Link,
    }
}
