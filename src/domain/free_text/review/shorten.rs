//! Shortening a remark in review.
//!
//! A reviewer can only remove parts. The rest is taken from the old text in its order, with a gap, `[…]`, for each
//! removed part. So no reviewer can add or change words.

use unicode_normalization::UnicodeNormalization;

/// The mark for a removed part.
pub const GAP: &str = "[…]";
/// Another way to type a gap.
const TYPED_GAP: &str = "[...]";
/// The character for a gap while texts are compared. No stored text has it.
const GAP_CHAR: char = '\0';

/// Why a text is not a shortening of the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShortenFault {
    /// Nothing is left, not even a gap.
    #[error("Where all of it is taken out, `[…]` must stand.")]
    Empty,
    /// A piece, counted from 1, is not in the old text, or not in this place.
    #[error(
        "Editing can only take words out and put `[…]` in their place: piece {0} between the gaps is not \
         in the text, or not in this place."
    )]
    Foreign(usize),
}

/// Shortens `old` to `new`: gives the pieces of `new` with the spaces of `old`, and gaps between them.
///
/// A gap replaces at least one character other than space. It may be typed as `[...]`. The amount of space makes no
/// difference. A word can be cut only where the gap touches it, as in `[…]가`.
///
/// ```
/// use aftercare::domain::free_text::review::shorten;
///
/// let old = "My nurse, Ann Miller, was kind.";
/// assert_eq!(shorten(old, "My nurse, [...], was kind.").unwrap(), "My nurse, […], was kind.");
/// assert!(shorten(old, "My nurse […] was very kind.").is_err());
/// ```
///
/// # Errors
///
/// If `new` has a piece that is not in `old` in this place.
pub fn shorten(old: &str, new: &str) -> Result<String, ShortenFault> {
    let (source, wanted) = (Source::read(old), Pieces::read(new));
    let Some(last) = wanted.pieces.len().checked_sub(1) else {
        let gap = wanted.gap_first && !source.chars.is_empty();
        return gap.then(|| GAP.to_owned()).ok_or(ShortenFault::Empty);
    };
    let mut written = String::new();
    let mut done = 0;
    for (place, piece) in wanted.pieces.iter().enumerate() {
        let gap_before = place > 0 || wanted.gap_first;
        let gap_after = place < last || wanted.gap_last;
        let found = source.find(piece, done, gap_before, gap_after);
        let start = found.ok_or(ShortenFault::Foreign(place + 1))?;
        done = start + piece.chars.len();
        if gap_before {
            written.push_str(GAP);
            written.push_str(if piece.touches_before { "" } else { " " });
        }
        written.push_str(source.slice(start, done));
        written.push_str(if piece.touches_after || !gap_after {
            ""
        } else {
            " "
        });
    }
    if wanted.gap_last {
        written.push_str(GAP);
    }
    Ok(written)
}

/// Whether `new` is `old` or a shortening of it.
pub fn is_shortened(old: &str, new: &str) -> bool {
    old == new || shorten(old, new).is_ok()
}

/// The old text as characters, with each run of space and each gap as one character.
struct Source<'a> {
    text: &'a str,
    chars: Vec<char>,
    /// The byte range of each character in the text.
    places: Vec<(usize, usize)>,
}

impl<'a> Source<'a> {
    fn read(text: &'a str) -> Self {
        let mut source = Self {
            text,
            chars: Vec::new(),
            places: Vec::new(),
        };
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let gap = [GAP, TYPED_GAP]
                .into_iter()
                .find(|gap| rest.starts_with(gap));
            let space = rest.len() - rest.trim_start().len();
            let (char, length) = match (gap, space) {
                (Some(gap), _) => (GAP_CHAR, gap.len()),
                (None, 0) => {
                    let char = rest.chars().next().unwrap_or(' ');
                    (char, char.len_utf8())
                }
                (None, space) => (' ', space),
            };
            // Space at either end is ignored.
            if char != ' ' || (at > 0 && space < rest.len()) {
                source.chars.push(char);
                source.places.push((at, at + length));
            }
            at += length;
        }
        source
    }

    /// The first place of the piece from `done` on. Without a gap before it, that must be the beginning; without one
    /// after it, the end.
    fn find(&self, piece: &Piece, done: usize, gap_before: bool, gap_after: bool) -> Option<usize> {
        let fits = self.chars.len().checked_sub(piece.chars.len())?;
        let mut starts = match (gap_before, gap_after) {
            (false, _) => 0..=0,
            (true, true) => self.after_gap(done)?..=fits,
            (true, false) => self.after_gap(done)?.max(fits)..=fits,
        };
        let matches = |start: &usize| {
            let end = start + piece.chars.len();
            let whole_before = !gap_before || piece.touches_before || !self.cuts_word(*start);
            let whole_after = !gap_after || piece.touches_after || !self.cuts_word(end);
            self.chars.get(*start..end) == Some(&piece.chars)
                && whole_before
                && whole_after
                && if gap_after {
                    self.after_gap(end).is_some()
                } else {
                    end == self.chars.len()
                }
        };
        starts.find(matches)
    }

    /// The first place behind a gap at `from`, which replaces at least one character other than space.
    fn after_gap(&self, from: usize) -> Option<usize> {
        let rest = self.chars.get(from..)?;
        Some(from + rest.iter().position(|char| *char != ' ')? + 1)
    }

    /// Whether a cut here would split a word.
    fn cuts_word(&self, place: usize) -> bool {
        // A part of a word may touch an older gap.
        let of_word = |char: &char| char.is_alphanumeric() || ['\'', '’', GAP_CHAR].contains(char);
        let before = place
            .checked_sub(1)
            .and_then(|before| self.chars.get(before));
        before.is_some_and(of_word) && self.chars.get(place).is_some_and(of_word)
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        let from = self.places.get(start).map(|(from, _)| *from);
        let to = end
            .checked_sub(1)
            .and_then(|last| self.places.get(last))
            .map(|(_, to)| *to);
        let range = from.zip(to).and_then(|(from, to)| self.text.get(from..to));
        range.unwrap_or_default()
    }
}

/// The new text, split at its gaps.
#[derive(Default)]
struct Pieces {
    pieces: Vec<Piece>,
    gap_first: bool,
    gap_last: bool,
}

struct Piece {
    /// With one space for each run of space, and none at either end.
    chars: Vec<char>,
    /// Whether there is no space between it and the gap before.
    touches_before: bool,
    /// Whether there is no space between it and the gap after.
    touches_after: bool,
}

impl Pieces {
    fn read(text: &str) -> Self {
        // Some keyboards send letters and their marks separately (NFD); stored texts are composed (NFC).
        let text: String = text.nfc().collect();
        let text = text.replace(TYPED_GAP, GAP).replace(GAP_CHAR, "\u{fffd}");
        let mut pieces = Self::default();
        for (place, part) in text.split(GAP).enumerate() {
            let words: Vec<&str> = part.split_whitespace().collect();
            let gap = place > 0;
            if words.is_empty() {
                pieces.gap_first |= gap && pieces.pieces.is_empty();
                pieces.gap_last |= gap;
                continue;
            }
            pieces.gap_first |= gap && pieces.pieces.is_empty();
            pieces.gap_last = false;
            pieces.pieces.push(Piece {
                chars: words.join(" ").chars().collect(),
                touches_before: !part.starts_with(char::is_whitespace),
                touches_after: !part.ends_with(char::is_whitespace),
            });
        }
        pieces
    }
}
