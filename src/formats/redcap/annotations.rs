//! Field annotations: action tags, and words between them.

/// An action tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    /// Its name, in upper case and without the `@`.
    pub name: String,
    /// What stands behind its `=`, without the quotes.
    pub value: String,
}

/// The tags of an annotation, and the words that are none.
pub(super) fn tags(annotation: &str) -> (Vec<Tag>, String) {
    let (mut tags, mut words) = (Vec::new(), Vec::new());
    let mut rest = annotation.trim_start();
    while !rest.is_empty() {
        let Some(tag) = rest.strip_prefix('@') else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            words.push(word);
            rest = after.trim_start();
            continue;
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let end = tag.find(|c| !is_name(c)).unwrap_or(tag.len());
        let (name, after) = tag.split_at(end);
        let (value, after) = match after.trim_start().strip_prefix('=') {
            Some(value) => value_of(value.trim_start()),
            None => ("", after),
        };
        tags.push(Tag {
            name: name.to_ascii_uppercase(),
            value: value.to_owned(),
        });
        rest = after.trim_start();
    }
    (tags, words.join(" "))
}

/// A value in quotes, in brackets, or up to the next space; and what follows it.
fn value_of(text: &str) -> (&str, &str) {
    let closing = match text.chars().next() {
        Some('\'') => '\'',
        Some('"') => '"',
        Some('(') => ')',
        _ => {
            let end = text.find(char::is_whitespace).unwrap_or(text.len());
            return text.split_at(end);
        }
    };
    let inner = text.get(1..).unwrap_or_default();
    inner.split_once(closing).unwrap_or((inner, ""))
}

/// A tag as it is written.
pub(super) fn written(name: &str, value: &str) -> String {
    let quote = if value.contains('\'') { '"' } else { '\'' };
    format!("@{name}={quote}{value}{quote}")
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn tags_are_read_with_their_values_and_words_are_kept_apart() {
        let (tags, words) =
            tags("see page 3 @NONEOFTHEABOVE='8,9' @MAXCHECKED=2 @HIDDEN @IF(a, b)");
        let tag = |name: &str, value: &str| Tag {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        assert_eq!(
            tags,
            [
                tag("NONEOFTHEABOVE", "8,9"),
                tag("MAXCHECKED", "2"),
                tag("HIDDEN", ""),
                tag("IF", ""),
            ]
        );
        assert_eq!(words, "see page 3 (a, b)");
        assert_eq!(written("DEFAULT", "it's"), "@DEFAULT=\"it's\"");
    }
}
