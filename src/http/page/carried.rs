//! What a page hands to the next in hidden fields, beside the answers.

use super::posted::Posted;
use super::visit::Visit;

/// The hidden fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Carried {
    /// The receipt that the response will have.
    pub(super) receipt: String,
    /// The invitation as it was typed.
    pub(super) invitation: String,
    /// The receipt of a withdrawn response that this one takes the place of.
    pub(super) replaces: String,
    /// Whether a stored response is corrected.
    pub(super) is_correction: bool,
    /// The keys of the sections that were shown.
    pub(super) seen: Vec<String>,
}

impl Carried {
    pub(super) fn of(posted: &Posted) -> Self {
        let text = |name: &str| posted.last(name).unwrap_or_default().trim().to_owned();
        let mut seen: Vec<String> = posted.all("seen").into_iter().map(str::to_owned).collect();
        seen.sort_unstable();
        seen.dedup();
        Self {
            receipt: text("receipt"),
            invitation: text("invitation"),
            replaces: text("replaces"),
            is_correction: posted.last("correction").is_some(),
            seen,
        }
    }

    /// Every hidden field of a page on which the questions of `shown` have fields of their own.
    pub(super) fn fields(
        &self,
        visit: &Visit,
        posted: &Posted,
        shown: Option<usize>,
    ) -> Vec<(String, String)> {
        let mut fields = vec![
            ("language".to_owned(), visit.language.clone()),
            ("version".to_owned(), visit.published.version.to_string()),
            ("receipt".to_owned(), self.receipt.clone()),
        ];
        let mut add = |name: &str, value: &str| {
            if !value.is_empty() {
                fields.push((name.to_owned(), value.to_owned()));
            }
        };
        add("replaces", &self.replaces);
        add("correction", if self.is_correction { "yes" } else { "" });
        let form = visit.form();
        let sections = &form.definition().sections;
        for section in sections.iter().filter(|it| self.seen.contains(&it.key)) {
            add("seen", &section.key);
        }
        for (name, value) in posted.pairs() {
            let key = name.strip_prefix("q.").or_else(|| name.strip_prefix("d."));
            let question = key
                .and_then(|key| form.place(key))
                .and_then(|place| form.questions().get(place));
            if question.is_some_and(|question| Some(question.section) != shown) {
                add(name, value);
            }
        }
        fields
    }
}
