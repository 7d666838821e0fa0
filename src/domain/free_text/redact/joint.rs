//! What joins two digits of one number: signs that people put for a dash, the words for one, and words that tell the
//! parts apart, as in "앞은 010, 뒤는 0000-1234".

use std::sync::LazyLock;

use regex::Regex;

use super::pattern::pattern;

const POSITION: &str = r"(?: 앞 | 뒷 | 뒤 | 가운데 | 중간 | 끝 | 마지막 | 다음 | 국번 | (?-u:\b) (?: first | then | middle | last | end (?: s | ing )? | start (?: s | ing )? | followed \s by | rest | second | third | next | final ) (?-u:\b) )";

/// A position, with what connects it to the digits before and behind.
static PARTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^ [^0-9\n\[]{{0,12}}? {POSITION} (?: \s? (?: 네 | 4 | 세 | 3 | four | three | 6 | 7 ) \s? (?: digits | 자리 ) )? [^0-9\n\[]{{0,8}}? [0-9공영일이삼사오육칠팔구]"
    ))
});

/// The length of the signs, or of the word for them, at the start of `text`.
pub(super) fn sign(text: &str) -> usize {
    let first = signs(text);
    let rest = text.get(first..).unwrap_or_default();
    ["다시", "대시", "하이픈", "국에", "에", "국", "의"]
        .into_iter()
        .find(|word| rest.starts_with(word))
        .map_or(first, |word| {
            first + word.len() + rest.get(word.len()..).map_or(0, signs)
        })
}

/// The length of the words at the start of `text` that tell the next part of a number, if they do.
pub(super) fn words(text: &str) -> Option<usize> {
    let parts = PARTS.find(text)?;
    // The digit behind them belongs to the match, but not to the joint.
    let digit = parts.as_str().chars().next_back().map_or(0, char::len_utf8);
    Some(parts.end() - digit)
}

fn signs(text: &str) -> usize {
    const SIGNS: [char; 18] = [
        ' ', '\n', '-', '.', ',', '~', '·', '–', '—', ':', '*', '+', '=', '/', '_', 'ㅡ', '(', ')',
    ];
    let end = text
        .char_indices()
        .take(3)
        .take_while(|&(_, c)| SIGNS.contains(&c))
        .last();
    end.map_or(0, |(at, c)| at + c.len_utf8())
}
