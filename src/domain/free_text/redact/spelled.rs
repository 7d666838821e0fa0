//! Phone numbers in words: "공일공 일이삼사 오육칠팔", "O1O-…" with letters for digits, "zero one zero …".

use std::sync::LazyLock;

use regex::Regex;

use super::kind::Kind;
use super::numbering_plan::{is_korean, is_korean_mobile};
use super::pattern::pattern;
use super::span::Finding;

/// A run of English digit words. At most sixteen, as E.164 allows fifteen digits.
static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b) (?: zero | oh | one | two | three | four | five | six | seven | eight | nine | double | triple )
        (?: [\x20,.\-]{1,3} (?: zero | oh | one | two | three | four | five | six | seven | eight | nine | double | triple ) ){6,15} (?-u:\b)",
    )
});

/// The most digits of a Korean number in its national form.
const MAX_DIGITS: usize = 12;

/// Finds phone numbers of which at least a part is in words or letters.
pub(super) fn find(piece: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((start, end)) = next_korean(piece, from) {
        found.push(Finding {
            start,
            end,
            kind: Kind::Phone,
        });
        from = end;
    }
    let english = ENGLISH
        .find_iter(piece)
        .filter(|words| !is_counting(words.as_str()));
    found.extend(english.map(|words| Finding {
        start: words.start(),
        end: words.end(),
        kind: Kind::Phone,
    }));
    found.sort_by_key(|finding| finding.start);
    found
}

/// The next Korean number at or after `from`.
fn next_korean(piece: &str, from: usize) -> Option<(usize, usize)> {
    let rest = piece.get(from..)?;
    let mut before = None;
    for (at, c) in rest.char_indices() {
        // Not in the middle of a word or of a number.
        let inside = before.is_some_and(|before: char| {
            (c.is_ascii_alphabetic() && before.is_ascii_alphabetic())
                || (c == '0' && before.is_ascii_digit())
        });
        let starts = digit(c) == Some('0') && !inside;
        if let Some(length) = rest.get(at..).filter(|_| starts).and_then(korean) {
            return Some((from + at, from + at + length));
        }
        before = Some(c);
    }
    None
}

/// The length of the number that `text` starts with.
fn korean(text: &str) -> Option<usize> {
    let (mut digits, mut words, mut tight, mut at, mut best) = (String::new(), 0, true, 0, None);
    while digits.len() < MAX_DIGITS {
        let rest = text.get(at..)?;
        let gap = if digits.is_empty() {
            0
        } else {
            separator(rest)
        };
        let Some((c, value)) = rest
            .get(gap..)
            .and_then(|rest| rest.chars().next())
            .and_then(|c| Some((c, digit(c)?)))
        else {
            break;
        };
        // With few words the prefix has to be written in one: "O1O", not "o 11.2".
        tight &= gap == 0 || digits.len() >= 3;
        let end = at + gap + c.len_utf8();
        let after = text.get(end..).unwrap_or_default();
        digits.push(value);
        words += usize::from(!c.is_ascii_digit());
        let goes_on =
            |same: fn(&char) -> bool| same(&c) && after.starts_with(|next: char| same(&next));
        let cut = goes_on(char::is_ascii_alphabetic) || goes_on(char::is_ascii_digit);
        // "…칠팔이에요": the last syllable is the verb "to be", not a two.
        let is_verb = best.is_some()
            && c == '이'
            && after.starts_with(['에', '고', '라', '랑', '며', '요', '니', '었', '구']);
        if is_korean(&digits) && !cut && !is_verb {
            if words == 0 {
                // All digits: that is for the number detector.
                return None;
            }
            if words >= 5 || (tight && is_korean_mobile(&digits)) {
                best = Some(end);
            }
        }
        at = end;
    }
    best
}

/// The digit of a syllable, a letter or a digit.
fn digit(c: char) -> Option<char> {
    Some(match c {
        '0'..='9' => c,
        '공' | '영' | '령' | '빵' | 'o' | 'O' => '0',
        '일' | 'l' | 'I' => '1',
        '이' => '2',
        '삼' => '3',
        '사' => '4',
        '오' => '5',
        '육' | '륙' => '6',
        '칠' => '7',
        '팔' => '8',
        '구' => '9',
        _ => return None,
    })
}

/// The length of a separator between two digits: blanks, dashes, dots, or the Korean words for a dash.
fn separator(text: &str) -> usize {
    let blank = |text: &str| {
        let end = text
            .char_indices()
            .take(3)
            .take_while(|&(_, c)| matches!(c, ' ' | '-' | '.' | ',' | '~' | '·' | '–'))
            .last();
        end.map_or(0, |(at, c)| at + c.len_utf8())
    };
    let first = blank(text);
    let rest = text.get(first..).unwrap_or_default();
    match ["다시", "국에", "에", "국", "의"]
        .into_iter()
        .find(|word| rest.starts_with(word))
    {
        Some(word) => first + word.len() + rest.get(word.len()..).map_or(0, blank),
        None => first,
    }
}

/// Whether the words go up or down by one each, as in counting.
fn is_counting(words: &str) -> bool {
    const WORDS: [&str; 10] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    let values: Vec<Option<usize>> = words
        .split([' ', ',', '.', '-'])
        .filter(|word| !word.is_empty())
        .map(|word| {
            WORDS
                .iter()
                .position(|known| known.eq_ignore_ascii_case(word))
        })
        .collect();
    let steps = |from: usize, to: usize| {
        values
            .windows(2)
            .all(|pair| matches!(pair, [Some(a), Some(b)] if a + from == b + to))
    };
    steps(1, 0) || steps(0, 1)
}
