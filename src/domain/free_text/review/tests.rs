//! What can be left of a text, and what cannot.

use proptest::prelude::*;

use super::{GAP, ShortenFault, is_shortened, shorten};

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn names_can_be_taken_out() {
    for (old, new, expected) in [
        (
            "김철수 선생님이 친절했어요.",
            "[…] 선생님이 친절했어요.",
            "[…] 선생님이 친절했어요.",
        ),
        (
            "담당은 김철수가 했다",
            "담당은 [...]가 했다",
            "담당은 […]가 했다",
        ),
        (
            "Ann and Bob came.",
            "[...] and [...] came.",
            "[…] and […] came.",
        ),
        (
            "Room 7, 3rd floor, cold.",
            "Room […], cold.",
            "Room […], cold.",
        ),
        ("one two three", "[…]", "[…]"),
        ("one two three", "one […]", "one […]"),
        ("one two three", "[…] three", "[…] three"),
        ("one two three", "  one  […]\nthree ", "one […] three"),
        (
            "one\n\ntwo  three four",
            "one two […] four",
            "one\n\ntwo […] four",
        ),
        ("one two three four", "one […] […][…] four", "one […] four"),
        ("caf\u{e9} here", "cafe\u{301} […]", "caf\u{e9} […]"),
        ("same text", "same  text", "same text"),
    ] {
        assert_eq!(shorten(old, new).as_deref(), Ok(expected), "{old} → {new}");
    }
}

#[test]
fn nothing_can_be_put_in() {
    for (old, new, fault) in [
        ("one two three", "", ShortenFault::Empty),
        ("one two three", " \n", ShortenFault::Empty),
        ("one two three", "one three", ShortenFault::Foreign(1)),
        ("one two three", "one two", ShortenFault::Foreign(1)),
        ("one two three", "two three", ShortenFault::Foreign(1)),
        ("one two three", "one […] four", ShortenFault::Foreign(2)),
        ("one two three", "three […] one", ShortenFault::Foreign(1)),
        (
            "one two three",
            "[…] two […] one […]",
            ShortenFault::Foreign(2),
        ),
        (
            "one two three",
            "one […] two three",
            ShortenFault::Foreign(2),
        ),
        (
            "one two three",
            "[…] one two three",
            ShortenFault::Foreign(1),
        ),
        (
            "one two three",
            "one two three […]",
            ShortenFault::Foreign(1),
        ),
        ("one two three", "One […]", ShortenFault::Foreign(1)),
        // No word comes out of the middle of another one, unless the gap shows it.
        (
            "a disabled man",
            "a […] able […] man",
            ShortenFault::Foreign(2),
        ),
        ("I cannot eat", "I can […] eat", ShortenFault::Foreign(1)),
        ("I don't eat", "I don […] eat", ShortenFault::Foreign(1)),
        ("not able", "notable", ShortenFault::Foreign(1)),
        // Nor out of a gap that is there already.
        ("one […]two", "one […] two", ShortenFault::Foreign(2)),
        ("one […] two", "[…]…[…]", ShortenFault::Foreign(1)),
    ] {
        assert_eq!(shorten(old, new), Err(fault), "{old} → {new}");
    }
    assert_eq!(
        shorten("I cannot eat", "I can[…] eat").unwrap(),
        "I can[…] eat"
    );
}

#[test]
fn what_was_edited_can_be_edited_further() {
    let once = shorten("one two three four five", "one […] three four five").unwrap();
    assert_eq!(shorten(&once, "one […] three four five").unwrap(), once);
    let twice = shorten(&once, "[…] three […] five").unwrap();
    assert_eq!(twice, "[…] three […] five");
    assert!(
        shorten(&once, "one two […] five").is_err(),
        "it does not come back"
    );
}

fn text() -> impl Strategy<Value = String> {
    "[abA가나'.,…\\[\\] \n]{0,24}"
}

/// A text, and which of its characters are taken out.
fn cut() -> impl Strategy<Value = (String, Vec<bool>)> {
    let runs = prop::collection::vec((any::<bool>(), 1_usize..6), 24);
    (text(), runs).prop_map(|(text, runs)| {
        let flags = runs.into_iter().flat_map(|(out, length)| vec![out; length]);
        (text, flags.collect())
    })
}

fn apply((text, out): &(String, Vec<bool>)) -> String {
    let mut left = String::new();
    for (char, out) in text.chars().zip(out) {
        match out {
            false => left.push(char),
            true if left.ends_with(GAP) => {}
            true if char.is_whitespace() => left.push(char),
            true => left.push_str(GAP),
        }
    }
    left
}

proptest! {
    #[test]
    fn no_word_comes_in((old, new) in (text(), "(\\[…\\]|\\[\\.\\.\\.\\]|[abA가나'.,… ]){0,12}")) {
        if let Ok(left) = shorten(&old, &new) {
            let word = |c: char| c.is_alphanumeric() || c == '\'';
            let known: Vec<&str> = old.split(|c| !word(c)).collect();
            let parts: Vec<&str> = left.split(GAP).collect();
            for (place, part) in parts.iter().enumerate() {
                prop_assert!(old.contains(part.trim()), "`{}` from `{}`", left, old);
                let words: Vec<&str> = part.split(|c| !word(c)).collect();
                for (number, found) in words.iter().enumerate() {
                    let at_gap = (number == 0 && place > 0)
                        || (number + 1 == words.len() && place + 1 < parts.len());
                    let known = found.is_empty() || known.contains(found);
                    prop_assert!(at_gap || known, "`{}` of `{}` from `{}`", found, left, old);
                }
            }
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
            prop_assert!(letters(&left) <= letters(&old));
        }
    }

    #[test]
    fn whatever_is_cut_out_is_accepted_and_nothing_else_happens(cut in cut()) {
        let mut cut = cut;
        // A gap that is in the text already is a whole.
        cut.0 = cut.0.replace("[…]", "").replace("[...]", "");
        let wanted = apply(&cut);
        // Taking apart what is left must not make a gap by chance.
        prop_assume!(wanted.matches("[…").count() == wanted.matches(GAP).count());
        let taken = cut.0.chars().zip(&cut.1).any(|(char, out)| *out && !char.is_whitespace());
        if taken || !cut.0.trim().is_empty() {
            let left = shorten(&cut.0, &wanted);
            prop_assert!(left.is_ok(), "`{}` from `{}`: {:?}", wanted, cut.0, left);
        }
    }

    #[test]
    fn editing_twice_is_an_editing_of_the_first_text(
        old in text(), first in "(\\[…\\]|[ab가' ]){0,12}", second in "(\\[…\\]|[ab가' ]){0,9}",
    ) {
        if let Ok(once) = shorten(&old, &first) {
            prop_assert_eq!(shorten(&once, &once).map(|text| words(&text)), Ok(words(&once)));
            if let Ok(twice) = shorten(&once, &second) {
                prop_assert!(is_shortened(&old, &twice), "`{}` → `{}` → `{}`", old, once, twice);
            }
        }
    }
}
