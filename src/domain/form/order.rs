//! The random order of options: the client's, by the hash of the receipt, so that a reload keeps it.

use sha2::{Digest as _, Sha256};

use super::definition::OptionDefinition;

/// The options in the order in which the holder of `receipt` sees them.
///
/// `list` is the name of the question's scale, or else the question's key, so that questions with one scale show it in
/// one order. An option with `fixed` keeps its place. The others stand in the order of
/// SHA-256(`receipt` `/` `list` `/` `code`), the lowest first, in the places that are left.
pub fn shuffled<'a>(
    options: &'a [OptionDefinition],
    receipt: &str,
    list: &str,
) -> Vec<&'a OptionDefinition> {
    let rank = |option: &OptionDefinition| -> [u8; 32] {
        Sha256::digest(format!("{receipt}/{list}/{}", option.code)).into()
    };
    let mut loose: Vec<_> = options.iter().filter(|option| !option.fixed).collect();
    loose.sort_by_cached_key(|option| rank(option));
    let mut loose = loose.into_iter();
    options
        .iter()
        .filter_map(|option| {
            if option.fixed {
                Some(option)
            } else {
                loose.next()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The test vectors of `docs/clients.md`.
    #[test]
    fn the_order_is_that_of_the_test_vectors() {
        let options: Vec<OptionDefinition> = serde_json::from_value(json!(
            ["family", "friends", "nurse", "neighbours", "nobody"]
                .map(|code| json!({"code": code, "label": {}, "fixed": code == "nobody"}))
        ))
        .unwrap();
        let page = include_str!("../../../docs/clients.md");
        let mut seen = 0;
        for line in page.lines().filter(|line| line.starts_with("| `AAAA")) {
            let cells: Vec<_> = line
                .split('|')
                .map(|cell| cell.trim().trim_matches('`'))
                .collect();
            let order = shuffled(&options, cells[1], cells[2]);
            let order: Vec<_> = order.iter().map(|option| option.code.as_str()).collect();
            assert_eq!(order.join(" "), cells[3], "{line}");
            seen += 1;
        }
        assert_eq!(seen, 3);
    }
}
