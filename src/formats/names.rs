//! Keys made of names as people write them.

use std::collections::BTreeSet;

use crate::domain::form::{MAX_KEY_LENGTH, is_reserved};

/// A key made of a name, which no other part in `taken` has. A name that is a key already stays as it is.
/// The sign of a number is said in words, since -1 is not 1.
pub fn key(name: &str, start: &str, taken: &mut BTreeSet<String>) -> String {
    let name = name.trim();
    let unsigned = name.strip_prefix(['-', '\u{2212}']).unwrap_or(name);
    let is_negative = unsigned != name
        && unsigned
            .trim_start()
            .starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let mut key = words(name, '_');
    if is_negative {
        key = format!("minus_{key}");
    }
    let needs_start = !key.starts_with(|c: char| c.is_ascii_lowercase()) || is_reserved(&key);
    if needs_start || is_negative {
        key = format!("{start}_{key}");
    }
    let shortened = |key: &str, room: usize| {
        let end = key.len().min(room);
        key.get(..end)
            .unwrap_or_default()
            .trim_end_matches('_')
            .to_owned()
    };
    let base = key;
    let mut key = shortened(&base, MAX_KEY_LENGTH);
    let mut number = 2;
    while taken.contains(&key) {
        let ending = format!("_{number}");
        key = shortened(&base, MAX_KEY_LENGTH - ending.len()) + &ending;
        number += 1;
    }
    taken.insert(key.clone());
    key
}

/// The key of a form made of a name.
pub fn form_key(name: &str) -> String {
    let key = words(name, '-');
    let key = match key.starts_with(|c: char| c.is_ascii_lowercase()) {
        true => key,
        false => format!("form-{key}"),
    };
    let end = key.len().min(MAX_KEY_LENGTH);
    key.get(..end)
        .unwrap_or_default()
        .trim_end_matches('-')
        .to_owned()
}

/// Lower-case ASCII words with `joint` between them.
fn words(name: &str, joint: char) -> String {
    let lower = name.trim().to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(&joint.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_of_a_number_is_kept_in_its_key() {
        let mut taken = BTreeSet::new();
        for (name, expected) in [
            ("-1", "c_minus_1"),
            ("1", "c_1"),
            ("-.5", "c_minus_5"),
            ("\u{2212}2", "c_minus_2"),
            ("- none", "none"),
            ("a-1", "a_1"),
        ] {
            assert_eq!(key(name, "c", &mut taken), expected, "{name}");
        }
    }
}
