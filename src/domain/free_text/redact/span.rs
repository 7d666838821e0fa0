//! The places of the findings. A finding splits the text, and no later detector looks across it.

use super::finding::Finding;
use super::kind::Kind;
use super::unit::unit_follows;

/// Finds identifiers in a piece of text, in order and without overlap.
pub(super) type Detector = fn(&str) -> Vec<Finding>;

/// The most letters that belong to a number and touch it.
const TOUCHING: usize = 2;

/// Extends numbers by the one or two letters or digits of the same token: P0000000A, УБ00000000.
fn whole_tokens(piece: &str, mut found: Vec<Finding>) -> Vec<Finding> {
    let mut from = 0;
    for at in 0..found.len() {
        let next = found.get(at + 1).map_or(piece.len(), |next| next.start);
        let Some(finding) = found.get_mut(at) else {
            break;
        };
        if matches!(finding.kind, Kind::RecordNumber | Kind::ResidentNumber) {
            let before = piece.get(from..finding.start).unwrap_or_default();
            let after = piece.get(finding.end..next).unwrap_or_default();
            if !unit_follows(after) {
                finding.end += touching(after.chars());
            }
            finding.start -= touching(before.chars().rev());
        }
        from = finding.end;
    }
    found
}

/// The length in bytes of a part of a token, if it is short.
fn touching(chars: impl Iterator<Item = char>) -> usize {
    let of_token = |c: &char| {
        c.is_ascii_alphanumeric() || matches!(c, '\u{C0}'..='\u{24F}' | '\u{370}'..='\u{4FF}')
    };
    let part: Vec<_> = chars.take_while(of_token).take(TOUCHING + 1).collect();
    if part.len() <= TOUCHING {
        part.into_iter().map(char::len_utf8).sum()
    } else {
        0
    }
}

/// A part of the text that is settled. It has no kind if it is a placeholder that was in the text already.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    kind: Option<Kind>,
}

/// The settled parts of a text, in order and without overlap.
pub(super) struct Spans<'t> {
    text: &'t str,
    spans: Vec<Span>,
}

impl<'t> Spans<'t> {
    /// Settles the placeholders that are in `text` already, so that redaction is idempotent.
    pub(super) fn new(text: &'t str) -> Self {
        let spans = text
            .match_indices('[')
            .filter_map(|(start, _)| {
                let from = text.get(start..)?;
                let word = Kind::ALL
                    .iter()
                    .map(|kind| kind.placeholder())
                    .find(|word| from.starts_with(word))?;
                Some(Span {
                    start,
                    end: start + word.len(),
                    kind: None,
                })
            })
            .collect();
        Self { text, spans }
    }

    /// Settles what stays as it is.
    pub(super) fn keep(&mut self, find: fn(&str) -> Vec<(usize, usize)>) {
        self.in_pieces(true, |piece, from| {
            let kept = find(piece).into_iter();
            kept.map(|(start, end)| Span {
                start: from + start,
                end: from + end,
                kind: None,
            })
            .collect()
        });
    }

    /// Runs `detector` on every piece of text that is not settled yet, and that has a digit if it needs one. Says whether
    /// it found anything.
    pub(super) fn detect(&mut self, detector: Detector, with_digit: bool) -> bool {
        let before = self.spans.len();
        self.in_pieces(with_digit, |piece, from| {
            let found = whole_tokens(piece, detector(piece)).into_iter();
            found
                .map(|finding| Span {
                    start: from + finding.start,
                    end: from + finding.end,
                    kind: Some(finding.kind),
                })
                .collect()
        });
        self.spans.len() > before
    }

    /// Whether the remark has such a finding, or its placeholder.
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.spans.iter().any(|span| {
            let text = self.text.get(span.start..span.end);
            span.kind
                .map_or(text == Some(kind.placeholder()), |it| it == kind)
        })
    }

    fn in_pieces(&mut self, with_digit: bool, find: impl Fn(&str, usize) -> Vec<Span>) {
        let mut all = Vec::with_capacity(self.spans.len());
        let mut from = 0;
        for span in std::mem::take(&mut self.spans) {
            all.extend(self.piece(from, span.start, with_digit, &find));
            all.push(span);
            from = span.end;
        }
        all.extend(self.piece(from, self.text.len(), with_digit, &find));
        self.spans = all;
    }

    fn piece(
        &self,
        from: usize,
        to: usize,
        with_digit: bool,
        find: impl Fn(&str, usize) -> Vec<Span>,
    ) -> Vec<Span> {
        let piece = self.text.get(from..to).filter(|piece| {
            let digit = || piece.bytes().any(|byte| byte.is_ascii_digit());
            !piece.is_empty() && (!with_digit || digit())
        });
        piece.map_or_else(Vec::new, |piece| find(piece, from))
    }

    /// What was found, with byte offsets into the whole text.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let finding = |span: &Span| {
            span.kind.map(|kind| Finding {
                start: span.start,
                end: span.end,
                kind,
            })
        };
        self.spans.iter().filter_map(finding).collect()
    }

    /// The text with a placeholder in the place of every finding.
    pub(super) fn render(&self) -> String {
        let mut out = String::with_capacity(self.text.len());
        let mut from = 0;
        for finding in self.findings() {
            out.push_str(self.text.get(from..finding.start).unwrap_or_default());
            out.push_str(finding.kind.placeholder());
            from = finding.end;
        }
        out.push_str(self.text.get(from..).unwrap_or_default());
        out
    }
}
