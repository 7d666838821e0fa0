//! Whether a remark that is sent again is the one that is stored.

use super::shorten::{GAP, is_shortened};
use crate::domain::free_text::redact::{Kind, redact};

/// Whether `stored` may have come of `came`, the redacted text that is sent now. Reviewers may have shortened what is
/// stored, and earlier rules may have cleaned it: they found less, or called it something else.
pub fn is_same(came: &str, stored: &str) -> bool {
    if is_shortened(came, stored) {
        return true;
    }
    let again = redact(stored).text;
    let (came_gaps, stored_gaps) = (with_gaps(came), with_gaps(&again));
    let coarser = stored_gaps != again && is_shortened(&stored_gaps, &came_gaps);
    is_shortened(came, &again) || is_shortened(&came_gaps, &stored_gaps) || coarser
}

/// The text with a gap in the place of every placeholder.
fn with_gaps(text: &str) -> String {
    Kind::ALL.iter().fold(text.to_owned(), |text, kind| {
        text.replace(kind.placeholder(), GAP)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_earlier_rules_cleaned_is_the_same() {
        for (stored, came) in [
            ("집은 세종대로 110 입니다", "집은 [address] 입니다"),
            ("카톡 sunny_day77 로 010", "카톡 [account name] 로 010"),
            ("계좌 [phone]-901", "계좌 [number]"),
            ("번호 [number]", "번호 [account name]"),
            (
                "My […] is [phone], id sunny_day77",
                "My mobile is [phone], id [account name]",
            ),
        ] {
            assert!(is_same(came, stored), "{stored}");
        }
    }

    #[test]
    fn another_text_is_not_the_same() {
        for (stored, came) in [
            ("입맛이 없어요", "잠이 안 와요"),
            ("집은 [address] 입니다", "집은 멀어요"),
            ("전화 [phone]", "메일 [email]"),
            ("입맛이 없어요", "[phone]"),
        ] {
            assert!(!is_same(came, stored), "{stored}");
        }
    }
}
