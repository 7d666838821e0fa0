//! Questions, options and sections, whatever their language.

use std::sync::LazyLock;

use regex::Regex;

use super::Linter;
use super::advice::Advice;
use crate::domain::form::{FormDefinition, OptionDefinition, QuestionDefinition, QuestionKind};
use crate::domain::pointer::Pointer;

const MAX_OPTIONS: usize = 12;

/// The most questions that a section shows to everybody.
const MAX_QUESTIONS: usize = 8;

/// Scales with fewer steps are no scales.
const FEWEST_STEPS: i64 = 4;

/// A rating with more is a slider, whose middle nobody can see.
const MOST_STEPS: i64 = 20;

/// How an option says that a person does not want to answer.
static DECLINING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = "(?i)prefer not to|rather not|(don['’]t|do not) (want|wish) to (answer|say)|decline to|\
        (답|말|대답|응답|밝히)(하)?(고|기) ?싶지 않|응답하지 않|응답 ?거부|무응답";
    Regex::new(words).ok()
});

/// The two sides of scales: what the one says, and what the other says.
const SIDES: [(&str, &str); 10] = [
    ("agree", "disagree"),
    ("satisfied", "dissatisfied"),
    ("likely", "unlikely"),
    ("good", "poor"),
    ("good", "bad"),
    ("better", "worse"),
    ("easy", "difficult"),
    ("만족", "불만족"),
    ("그렇다", "그렇지"),
    ("좋", "나쁘"),
];

impl Linter<'_> {
    pub(super) fn structure(&mut self, form: &FormDefinition) {
        for (name, options) in &form.scales {
            let pointer = Pointer::root().child("scales").child(name);
            self.options(options, &pointer);
            self.middle(options, &pointer);
        }
        let sections = Pointer::root().child("sections");
        for (place, section) in form.sections.iter().enumerate() {
            let pointer = sections.child(place);
            let everybodys = section.questions.iter();
            let everybodys = everybodys.filter(|it| it.kind != QuestionKind::Statement);
            let count = everybodys.filter(|it| it.show_when.is_none()).count();
            if count > MAX_QUESTIONS {
                self.advise(&pointer, Advice::ManyQuestions { count });
            }
            for (place, question) in section.questions.iter().enumerate() {
                let pointer = pointer.child("questions").child(place);
                self.question(question, &pointer);
                self.period(form, section, question, &pointer);
            }
        }
    }

    fn question(&mut self, question: &QuestionDefinition, pointer: &Pointer) {
        if let Some(options) = &question.options {
            let pointer = pointer.child("options");
            self.options(options, &pointer);
            if question.kind == QuestionKind::SingleChoice {
                self.middle(options, &pointer);
            }
        }
        match question.kind {
            QuestionKind::Text if question.required => {
                self.advise(&pointer.child("required"), Advice::RequiredText);
            }
            QuestionKind::Rating => self.rating(question, pointer),
            _ => {}
        }
    }

    fn rating(&mut self, question: &QuestionDefinition, pointer: &Pointer) {
        let whole = |number: &Option<serde_json::Number>| number.as_ref()?.as_i64();
        let (min, max) = (whole(&question.min), whole(&question.max));
        let is_named = |label: bool, at: Option<i64>| {
            let mut anchors = question.anchors.iter();
            label || anchors.any(|anchor| Some(anchor.at) == at)
        };
        if !is_named(question.min_label.is_some(), min)
            || !is_named(question.max_label.is_some(), max)
        {
            self.advise(pointer, Advice::NoEndLabels);
        }
        if let (Some(min), Some(max)) = (min, max) {
            let step = whole(&question.step).unwrap_or(1).max(1);
            let count = (max.saturating_sub(min) / step).saturating_add(1);
            // From 0 on, a rating goes from nothing to all, and so it does from 1 on with few steps.
            let is_long = (FEWEST_STEPS..=MOST_STEPS).contains(&count);
            if min < 0 && is_long && count % 2 == 0 {
                self.advise(&pointer.child("min"), Advice::NoMiddle { count });
            }
        }
    }

    fn options(&mut self, options: &[OptionDefinition], pointer: &Pointer) {
        let count = options.len();
        if count > MAX_OPTIONS {
            self.advise(pointer, Advice::ManyOptions { count });
        }
        for (place, option) in options.iter().enumerate() {
            let label = pointer.child(place).child("label");
            for (language, words) in &option.label.0 {
                let pointer = label.child(language);
                let is_same = |other: &&OptionDefinition| {
                    let other = other.label.get(language).unwrap_or_default();
                    super::same(other, words)
                };
                if let Some(first) = options.iter().take(place).find(is_same) {
                    let code = first.code.clone();
                    self.advise(&pointer, Advice::LabelTwice { code });
                }
                if DECLINING.as_ref().is_some_and(|it| it.is_match(words)) {
                    self.advise(&pointer, Advice::DecliningOption);
                }
            }
        }
    }

    /// An even number of steps is right from none to all, and wrong from one side to the other.
    fn middle(&mut self, options: &[OptionDefinition], pointer: &Pointer) {
        let values: Option<Vec<i32>> = options.iter().map(|option| option.value).collect();
        let Some(values) = values else { return };
        let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
        let crosses_zero = values.iter().any(|it| *it < 0) && values.iter().any(|it| *it > 0);
        if count >= FEWEST_STEPS && count % 2 == 0 && (crosses_zero || has_two_sides(options)) {
            self.advise(pointer, Advice::NoMiddle { count });
        }
    }
}

fn has_two_sides(options: &[OptionDefinition]) -> bool {
    let labels: Vec<String> = options
        .iter()
        .flat_map(|option| option.label.0.values())
        .map(|label| label.to_lowercase())
        .collect();
    SIDES.iter().any(|(one, other)| {
        let is_other = |label: &&String| label.contains(other);
        labels.iter().any(|label| is_other(&label))
            && labels
                .iter()
                .any(|label| !is_other(&label) && label.contains(one))
    })
}
