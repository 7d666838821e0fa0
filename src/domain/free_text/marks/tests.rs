//! What is marked in the labelled remarks, and that marks tell places of characters.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::string_slice,
    reason = "a test may stop where something is wrong"
)]

use super::{Reason, doubt, marks};
use crate::domain::free_text::redact::tests::fresh::{DEVELOPMENT, HELD_OUT, remarks};

#[test]
fn marks_count_characters_and_not_bytes() {
    let text = "담당은 김영희 선생님";
    let found = marks(text);
    assert_eq!(found.len(), 1);
    let marked: String = text
        .chars()
        .skip(found[0].start)
        .take(found[0].end - found[0].start)
        .collect();
    assert_eq!(
        (marked.as_str(), found[0].reason),
        ("김영희 선생님", Reason::Name)
    );
}

#[test]
fn a_remark_with_more_to_look_at_is_more_doubtful() {
    let plain = doubt(&marks("입맛이 없어요"));
    let one = doubt(&marks("가평군에 살아요"));
    let two = doubt(&marks("김영희 선생님, 가평군에 살아요"));
    assert!(
        plain == 0 && one > plain && two > one,
        "{plain} {one} {two}"
    );
}

#[test]
fn what_a_role_is_called_is_no_name() {
    for text in [
        "의사 선생님이 바빠요",
        "주치의 선생님",
        "담당 교수님",
        "the nurse was kind",
        "수간호사님",
    ] {
        assert_eq!(marks(text), [], "{text}");
    }
}

/// Marks found of those that are labelled, and remarks with a mark of those that have nothing labelled.
fn measure(name: &str, file: &str, show: bool) -> (f64, f64) {
    let (mut found, mut all, mut marked, mut plain) = (0, 0, 0, 0);
    for (text, labels) in remarks(file) {
        let given = marks(&text);
        let character = |byte: usize| text[..byte].chars().count();
        let wanted: Vec<_> = labels
            .iter()
            .filter(|label| label.kind.starts_with("mark."))
            .collect();
        for label in &wanted {
            let (start, end) = (character(label.start), character(label.end));
            let hit = given
                .iter()
                .any(|mark| mark.start < end && start < mark.end);
            found += usize::from(hit);
            all += 1;
            if show && !hit {
                println!("not marked: {text}");
            }
        }
        if labels.iter().all(|label| label.kind == "keep") {
            plain += 1;
            marked += usize::from(!given.is_empty());
            if show && !given.is_empty() {
                println!("marked: {text} {given:?}");
            }
        }
    }
    let (recall, noise) = (found as f64 / all as f64, marked as f64 / plain as f64);
    println!(
        "{name}: {found} of {all} marked, recall {recall:.3}; {marked} of {plain} plain remarks have a mark"
    );
    (recall, noise)
}

#[test]
fn most_of_what_a_reviewer_should_see_is_marked() {
    let (recall, noise) = measure("development", DEVELOPMENT, true);
    assert!(recall >= 0.9 && noise <= 0.05, "{recall} {noise}");
    let (recall, noise) = measure("held out", HELD_OUT, false);
    assert!(recall >= 0.8 && noise <= 0.08, "{recall} {noise}");
}
