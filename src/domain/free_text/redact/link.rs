//! Web addresses: with a scheme, with `www.`, or a bare host name.
//!
//! A bare host name counts only under a top-level domain that is not also a word, because people leave out the blank
//! after a full stop ("tired.it was"). Under the other domains it needs a path.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::finding::Finding;
use super::kind::Kind;
use super::pattern::pattern;
use crate::domain::free_text::gazetteer;

/// All top-level domains. Many are words too, and people leave out the blank after a full stop ("pain.today I …"), so
/// most count only in a host that no sentence has: with a path, a digit, a hyphen or three labels.
static TLDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| gazetteer::words(include_str!("../data/top_level_domains.txt")).collect());

/// Top-level domains under which any bare host counts.
const SURE: [&str; 34] = [
    "com", "net", "org", "edu", "gov", "mil", "kr", "jp", "cn", "uk", "au", "nz", "eu", "io",
    "biz", "xyz", "dev", "blog", "clinic", "asia", "shop", "store", "care", "health", "hospital",
    "site", "online", "page", "app", "wiki", "cafe", "tech", "cloud", "website",
];

/// Services that people link to. A host with such a name is one even where its ending is wrong.
const SERVICES: [&str; 14] = [
    "instagram",
    "facebook",
    "linkedin",
    "youtube",
    "twitter",
    "tiktok",
    "threads",
    "naver",
    "daum",
    "kakao",
    "tistory",
    "gofundme",
    "cafe",
    "blog",
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
        if let (Some(from), Some(word)) = (first, label.get(..word)) {
            let word = word.to_ascii_lowercase();
            let sure = || SURE.contains(&word.as_str());
            let whole = end == run.len();
            let no_sentence = || {
                let name = run.get(from..at).unwrap_or_default();
                has_path
                    || name.contains(|c: char| c.is_ascii_digit() || c == '-') && is_named(name)
                    || name.matches('.').count() >= 2
            };
            let typed_wrong = || {
                let name = run.get(from..at).unwrap_or_default();
                let of_service = name.split('.').any(|label| SERVICES.contains(&label));
                has_path
                    && is_named(name)
                    && word.len() >= 2
                    && ((of_service && first_word(after).len() > 3)
                        || no_prose(after)
                        || (name.contains('-') && word.len() >= 3 && has_dated_path(after)))
            };
            if sure()
                || (whole && ((no_sentence() && TLDS.contains(word.as_str())) || typed_wrong()))
            {
                best = Some((from, end));
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

/// Whether a path has letters with what alternatives have not: "tired.nausea/vomiting", "pain.score/10".
fn no_prose(path: &str) -> bool {
    let path = first_word(path);
    is_named(path)
        && path
            .trim_end_matches(['.', '?', '!', ',', '~'])
            .contains(|c: char| c.is_ascii_digit() || matches!(c, '_' | '@' | '=' | '?'))
}

/// Whether a path has parts and a digit: "/2023/11/03".
fn has_dated_path(path: &str) -> bool {
    let path = first_word(path);
    path.matches('/').count() >= 2 && path.contains(|c: char| c.is_ascii_digit())
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// Whether a label has a letter: "3.5.kg" has none.
fn is_named(name: &str) -> bool {
    name.contains(|c: char| c.is_ascii_alphabetic())
}

/// Host names in Korean letters, and those whose dots are spelled out or set apart by blanks.
static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?<host> (?: [a-z] [a-z0-9\-]{1,30} (?: \s? (?: 점 | 쩜 | 닷 ) \s? | \x20 \. \x20 | \x20 dot \x20 | \s? [(\[] dot [)\]] \s? ) ){1,3}
          (?: com | net | org | co \.? kr | or \.? kr | kr | io | me | shop | store | care | health | blog | info ) (?-u:\b)
        | [가-힣a-z0-9\-]{1,20} \. (?: 한국 | 닷컴 | 닷넷 ) )
        (?: \x20? (?: / | slash | 슬래시 ) \x20? [a-z0-9/?=&_.%\-]{1,60} )?",
    )
});

/// Finds host names that are spelled out.
pub(super) fn spelled(piece: &str) -> Vec<Finding> {
    let prose = |host: &str| {
        let first = host.split(' ').next().unwrap_or_default();
        ["the", "a", "an", "this", "that", "my", "our", "some"]
            .iter()
            .any(|word| word.eq_ignore_ascii_case(first))
    };
    let hosts = SPELLED.find_iter(piece);
    hosts
        .filter(|host| !prose(host.as_str()))
        .map(|host| finding(host.start(), host.start() + trimmed(host.as_str())))
        .collect()
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
