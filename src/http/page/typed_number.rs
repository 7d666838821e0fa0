//! Numbers as people type them: with a comma where others have a point, or with commas between thousands.
//!
//! What can be read in two ways is no number, so that the field tells its fault and nothing else than what was meant is stored.
//! The script reads them alike (`web/client/src/numbers.ts`), and both are held against `tests/vectors/typed-numbers.json`.

use serde_json::Number;

/// The number that was typed as the answer to a question for whole numbers, or for decimals.
pub(super) fn typed_number(typed: &str, is_whole: bool) -> Option<Number> {
    let typed = typed.trim();
    let (sign, digits) = match typed.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => ("-", digits),
        None => ("", typed),
    };
    let (head, fraction) = match digits.split_once('.') {
        Some((head, fraction)) => (head, Some(fraction)),
        None => (digits, None),
    };
    let (whole, fraction) = match head.split_once(',') {
        // "1,250" is a thousand and more, or one and a quarter.
        Some((_, last)) if is_grouped(head, ',') => {
            let is_ambiguous = !is_whole && fraction.is_none() && !last.contains(',');
            (!is_ambiguous).then(|| (head.replace(',', ""), fraction))?
        }
        Some((whole, after)) if fraction.is_none() => (whole.to_owned(), Some(after)),
        Some(_) => return None,
        // Where a comma separates decimals, a point may separate thousands.
        None if is_whole && is_grouped(digits, '.') => return None,
        None => (head.to_owned(), fraction),
    };
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if !are_digits(&whole) || !fraction.is_none_or(are_digits) {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let written = match fraction {
        Some(fraction) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{whole}"),
    };
    serde_json::from_str(&written).ok()
}

/// Whether there are thousands with this separator between them.
fn is_grouped(text: &str, separator: char) -> bool {
    let mut groups = text.split(separator);
    let first = groups.next().unwrap_or_default();
    let mut count = 0;
    let are_thousands = groups.all(|group| {
        count += 1;
        group.len() == 3
    });
    (1..=3).contains(&first.len()) && !first.starts_with('0') && count > 0 && are_thousands
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::typed_number;

    #[test]
    fn numbers_are_read_as_people_mean_them_and_what_can_be_read_in_two_ways_is_none() {
        let table = include_str!("../../../tests/vectors/typed-numbers.json");
        let table: Vec<Value> = serde_json::from_str(table).unwrap();
        assert!(table.len() > 20);
        for line in table {
            let typed = line["typed"].as_str().unwrap();
            for (name, is_whole) in [("whole", true), ("decimal", false)] {
                let read = typed_number(typed, is_whole).and_then(|it| it.as_f64());
                assert_eq!(read, line[name].as_f64(), "{typed:?} as {name}");
            }
        }
    }
}
