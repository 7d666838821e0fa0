//! Normalisation: compatibility forms, invisible characters.
//!
//! Full-width digits, circled digits and the like become ASCII digits by NFKC (Unicode Standard Annex 15).
//! The Korean compatibility jamo are left as they are: NFKC would turn "ㅠㅠ" and "ㅋㅋ",
//! which are common in remarks, into conjoining letters that most fonts render badly.

use unicode_normalization::UnicodeNormalization;

/// Normalises `text`. Idempotent.
pub(in crate::domain::free_text) fn normalise(text: &str) -> String {
    // Once to unfold the compatibility forms, once more because what stood apart may now compose.
    nfkc_keeping_jamo(&without_invisible(&nfkc_keeping_jamo(text)))
}

/// NFKC, except for the Korean compatibility jamo.
fn nfkc_keeping_jamo(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, jamo)) = rest.char_indices().find(|&(_, c)| is_compatibility_jamo(c)) {
        let (before, from) = rest.split_at(at);
        out.extend(before.nfkc());
        out.push(jamo);
        rest = from.get(jamo.len_utf8()..).unwrap_or_default();
    }
    out.extend(rest.nfkc());
    out
}

fn is_compatibility_jamo(c: char) -> bool {
    matches!(c, '\u{3131}'..='\u{3163}' | '\u{3165}'..='\u{318E}')
}

/// Removes invisible characters: zero-width and bidirectional controls, fillers, tags, control characters,
/// and the variation selector and key-cap marks that follow a digit in emoji such as 1️⃣.
/// A joiner stays where it holds an emoji together, and where it is a part of spelling. What breaks a line breaks it.
fn without_invisible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let stays = match c {
            ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER if out.ends_with(is_spelt_with_joiners) => {
                next.is_none_or(|next| is_spelt_with_joiners(next) || !may_hide(next))
            }
            ZERO_WIDTH_JOINER => out.ends_with(is_pictograph) && next.is_some_and(is_pictograph),
            _ => false,
        };
        if stays {
            out.push(c);
            continue;
        }
        if is_line_break(c) || (c == '\r' && next != Some('\n')) {
            out.push('\n');
            continue;
        }
        let key_cap = matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{20E3}');
        if is_invisible(c) || (key_cap && out.ends_with(|before: char| before.is_ascii_digit())) {
            continue;
        }
        out.push(c);
    }
    out
}

const ZERO_WIDTH_JOINER: char = '\u{200D}';
const ZERO_WIDTH_NON_JOINER: char = '\u{200C}';

/// The letters and marks of the scripts in whose spelling joiners have a part, from Arabic to Mongolian (Unicode
/// Standard, 9.2 and 12.1). Digits are none of them, so that no number is parted unseen.
fn is_spelt_with_joiners(c: char) -> bool {
    matches!(c, '\u{0600}'..='\u{109F}' | '\u{1780}'..='\u{18AF}')
        && !c.is_numeric()
        && !is_invisible(c)
}

/// What a joiner before it could be meant to hide, or what goes itself.
fn may_hide(c: char) -> bool {
    c.is_alphanumeric() || is_invisible(c)
}

/// A break between lines other than the usual one: vertical tab and form feed, as pasted text has them, next line, line
/// and paragraph separator.
fn is_line_break(c: char) -> bool {
    matches!(c, '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Symbols and emoji, with the marks that modify them; none of them is a letter or a digit.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27BF}' | '\u{1F300}'..='\u{1FAFF}' | '\u{FE0F}')
}

fn is_invisible(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        // Soft hyphen, joiners, byte order mark, fillers.
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{FEFF}' | '\u{115F}' | '\u{1160}'
        | '\u{3164}' | '\u{FFA0}' | '\u{17B4}' | '\u{17B5}'
        // Zero-width and bidirectional controls, tags.
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{E0000}'..='\u{E007F}' => true,
        _ => c.is_control(),
    }
}
