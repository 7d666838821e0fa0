//! Whole numbers in JSON. JSON has one kind of number, so 44.0 is as much an integer as 44 (JSON Schema, 6.1.1).

use serde_json::Value;

/// Beyond it, a floating point number no longer tells one whole number from the next (RFC 8259, section 6).
const FURTHEST: f64 = 9_007_199_254_740_991.0;

fn whole(number: f64) -> Option<i64> {
    let is_whole = number.fract() == 0.0 && number.abs() <= FURTHEST;
    is_whole.then_some(number as i64)
}

/// Writes every number that has no fraction as a whole one, which is what readers of whole numbers look for.
pub fn write_as_whole(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            if let Some(whole) = number.as_f64().and_then(whole) {
                *value = Value::from(whole);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(write_as_whole),
        Value::Object(fields) => fields.values_mut().for_each(write_as_whole),
        _ => {}
    }
}

/// The same in a text of JSON, all else of which stays as it is, such as a field that is given twice.
pub fn text_with_whole_numbers(json: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some(first) = rest.first() {
        let length = match first {
            b'"' => string_length(rest),
            b'-' | b'0'..=b'9' => {
                let is_of_number =
                    |b: &u8| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                rest.iter().take_while(|b| is_of_number(b)).count()
            }
            _ => 1,
        };
        let (token, after) = rest.split_at(length);
        let number = std::str::from_utf8(token).ok();
        let number = number.filter(|token| token.contains(['.', 'e', 'E']) && *first != b'"');
        match number.and_then(|token| whole(token.parse().ok()?)) {
            Some(whole) => text.extend_from_slice(whole.to_string().as_bytes()),
            None => text.extend_from_slice(token),
        }
        rest = after;
    }
    text
}

/// The length of the string at the beginning, with its quotes.
fn string_length(json: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = json.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or(json.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_a_fraction_is_whole_and_others_stay() {
        let text = r#"{"a": [44.0, 4.4e1, -0.0, 44.5, 1e300, "44.0"], "b": {"c": -7.0}}"#;
        let mut json: Value = serde_json::from_str(text).unwrap();
        write_as_whole(&mut json);
        let expected = r#"{"a":[44,44,0,44.5,1e300,"44.0"],"b":{"c":-7}}"#;
        assert_eq!(json, serde_json::from_str::<Value>(expected).unwrap());
        assert!(json["a"][0].is_i64() && json["b"]["c"].is_i64());
    }

    #[test]
    fn in_a_text_nothing_but_numbers_without_a_fraction_changes() {
        let same = |text: &str| text_with_whole_numbers(text.as_bytes()) == text.as_bytes();
        for text in [
            "",
            r#"{"a": "44.0", "b\\": 1.5, "\"7.0": 1e300, "a": -1}"#,
            r#"["\\\"1.0", "open 1.0"#,
            "[1.0.0, --1e0, truely]",
        ] {
            assert!(same(text), "{text}");
        }
        let text = br#"{"a\"": 44.0, "a": [4.4E+1,-0.0 , 2e0]}"#;
        let expected = br#"{"a\"": 44, "a": [44,0 , 2]}"#;
        assert_eq!(text_with_whole_numbers(text), expected);
    }
}
