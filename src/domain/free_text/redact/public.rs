//! Numbers that are public: of genes, variants, trials, books, lots of a drug, and of hotlines that belong to everybody.
//! They stay, and no detector sees them.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern::pattern;

static PUBLIC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b) (?:
          rs[0-9]{3,12} (?-u:\b)
        | [NX][MPRCG]_[0-9]{6,9} (?: \.[0-9]{1,3} )? (?: :[cgmnpr]\.[a-z0-9_*>+\-]{1,30} )?
        | ENS[GTPE][0-9]{11} | LRG_[0-9]{1,5}
        | COSM[0-9]{2,9} | (?: NCT | KCT | ISRCTN ) \s?[0-9]{7,8} (?-u:\b)
        | PMID:?\s?[0-9]{6,8} (?-u:\b) | PMC[0-9]{5,8} (?-u:\b)
        | ISBN (?: -1[03] )? [:\s]{0,2} [0-9][0-9\-\x20]{8,15}[0-9x] (?-u:\b)
        | (?: lot | batch ) \s? (?: no\.? | number | \# )? [:\s]{0,2} [a-z]{0,4}-?[0-9]{2,8}[a-z]? (?-u:\b)
        )
        | (?: 바코드 | (?-u:\b) (?: bar \s? code | EAN | GTIN | UPC ) ) (?: \s? (?: 번호 | 숫자 | number | no\.? ) )? [^0-9\n\[]{0,8} [0-9]{8,14} (?-u:\b)
        | (?: 로트 | 제조 | 배치 ) \s? 번호 [:\s]{0,2} [a-z]{0,4}-?[0-9]{2,8}[a-z]?",
    )
});

/// Lines of public bodies and of crisis help: mental health, cancer information, giving up smoking, lifeline, health insurance, poison,
/// elder protection, women, missing people; and the Samaritans.
static HOTLINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b) (?: 1577 [-\x20.]? (?: 0199 | 8899 | 1000 | 1366 | 1389 ) | 1544 [-\x20.]? 9030 | 1588 [-\x20.]? 9191 | 1588 [-\x20.]? 7565
        | 1588 [-\x20.]? 6363 | 1644 [-\x20.]? 6621 | 116 [-\x20] 123 ) (?-u:\b)",
    )
});

/// A nationwide number that the remark calls the representative one of an institution.
static REPRESENTATIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?: 대표 \s? (?: 번호 | 전화 (?: \s? 번호 )? ) | (?-u:\b) (?: main | representative | switchboard ) \s (?: number | line ) ) [\s:=(]{0,3} (?: 은 | 는 | 인 | is )? [\s:=(]{0,3} (?<value> 1[568][0-9]{2} [-\x20.]? [0-9]{4} ) (?-u:\b)",
    )
});

/// The public numbers in a piece of text, in order and without overlap.
pub(in crate::domain::free_text) fn find(piece: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<_> = PUBLIC
        .find_iter(piece)
        .map(|it| (it.start(), it.end()))
        .collect();
    let inside_a_number = |start: usize, end: usize| {
        let digit = |c: char| c.is_ascii_digit();
        let before = piece.get(..start).unwrap_or_default();
        let after = piece.get(end..).unwrap_or_default();
        before
            .trim_end_matches(['-', '.', ' ', '+'])
            .ends_with(digit)
            || after
                .strip_prefix(['-', '.'])
                .is_some_and(|after| after.starts_with(digit))
    };
    let representative = REPRESENTATIVE.captures_iter(piece);
    let representative = representative.filter_map(|found| found.name("value"));
    for line in HOTLINE.find_iter(piece).chain(representative) {
        let (start, end) = (line.start(), line.end());
        let overlaps = found.iter().any(|&(from, to)| start < to && from < end);
        if !overlaps && !inside_a_number(start, end) {
            found.push((start, end));
        }
    }
    found.sort_unstable();
    found
}
