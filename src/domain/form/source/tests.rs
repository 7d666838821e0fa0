//! YAML and JSON as authors write them, and as they should not.

use super::*;
use crate::domain::form::Edition;

fn yaml(text: &str) -> Result<Source, SourceFault> {
    Source::read(text, Syntax::Yaml)
}

#[test]
fn yaml_is_read_by_the_core_schema() {
    let source =
        yaml("a: no\nb: 'true'\nc: true\nd: -0.5\ne: 2027-02-04\nf: [1, ~, \"1\"]\n").unwrap();
    let expected = serde_json::json!({
        "a": "no", "b": "true", "c": true, "d": -0.5, "e": "2027-02-04", "f": [1, null, "1"]
    });
    assert_eq!(source.value, expected);
}

#[test]
fn every_field_is_found_again_by_its_pointer() {
    let source = yaml("a:\n  - b: 1\n    c: {d: 2}\n").unwrap();
    let place =
        |keys: &[&str]| source.place(&keys.iter().fold(Pointer::root(), |p, key| p.child(key)));
    assert_eq!(place(&["a"]), Some((1, 1)));
    assert_eq!(place(&["a", "0", "c", "d"]), Some((3, 9)));
    assert_eq!(
        place(&["a", "0", "c", "missing"]),
        Some((3, 5)),
        "the nearest thing around it"
    );
    let json = Source::read("{\n \"a\": [\n  {\"b\": 1}]}", Syntax::Json).unwrap();
    assert_eq!(
        json.place(&Pointer::root().child("a").child(0).child("b")),
        Some((3, 4))
    );
}

#[test]
fn what_could_grow_or_hide_is_refused() {
    let deep = "[".repeat(10_000);
    for text in [
        "a: &x 1\nb: *x",
        "a: !!int 1",
        "a: 1\na: 2",
        "a: 1\n---\nb: 2",
        "[a]: 1",
        deep.as_str(),
        "a: [1",
    ] {
        assert!(yaml(text).is_err(), "{:.20}", text);
    }
}

#[test]
fn what_postgres_cannot_store_is_refused_where_it_stands() {
    for (text, syntax, place) in [
        ("a: \"b\\0\"", Syntax::Yaml, (1, 4)),
        ("a: 1\nb: \0c", Syntax::Yaml, (2, 4)),
        ("{\n\"a\": \"\\u0000\"}", Syntax::Json, (2, 7)),
    ] {
        let SourceFault::Malformed { line, column, what } = Source::read(text, syntax).unwrap_err();
        assert_eq!((line, column), place, "{text:?}");
        assert_eq!(what, NUL);
    }
    assert!(Source::read("{\"a\": \"\\\\u0000\"}", Syntax::Json).is_ok());
}

#[test]
fn an_unknown_field_is_named_with_its_pointer() {
    let text = "key: a\nlanguages: [en]\ntitle: {en: A}\nsections:\n- key: s\n  titel: {en: S}\n  questions: []\n";
    let fault = yaml(text).unwrap().definition().unwrap_err();
    assert_eq!(fault.pointer.as_str(), "/sections/0/titel");
    assert!(
        fault.kind.starts_with("unknown field `titel`"),
        "{}",
        fault.kind
    );
}

#[test]
fn what_is_written_today_has_the_newest_edition_and_what_was_stored_before_has_the_first() {
    let text = "{key: a, languages: [en], title: {en: a}, sections: []}";
    let written = yaml(text).unwrap().definition().unwrap();
    assert_eq!(written.edition(), Edition::NEWEST);

    let mut stored = serde_json::to_value(&written).unwrap();
    assert_eq!(stored["edition"], 2);
    stored.as_object_mut().unwrap().remove("edition");
    let stored: FormDefinition = serde_json::from_value(stored).unwrap();
    assert_eq!(stored.edition(), Edition::First);
    assert!(
        serde_json::to_value(&stored)
            .unwrap()
            .get("edition")
            .is_none()
    );

    let unknown = text.replace("key: a,", "key: a, edition: 3,");
    let fault = yaml(&unknown).unwrap().definition().unwrap_err();
    assert_eq!(fault.pointer.as_str(), "/edition");
}
