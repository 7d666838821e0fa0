//! What a page shows of a form, given the answers so far.

use super::fill::{Filled, fill};
use super::input::{Input, input, optional, options, said};
use crate::domain::form::routing::holds;
use crate::domain::form::{
    Answer, Form, OptionDefinition, QuestionDefinition, QuestionKind, SectionDefinition, Text,
};
use crate::domain::response::{Occasion, Summary};
use crate::domain::week::IsoWeek;
use crate::http::page::posted::Posted;

pub(super) struct View<'a> {
    pub(super) title: &'a str,
    pub(super) language: &'a str,
    pub(super) languages: &'a [String],
    pub(super) description: &'a str,
    pub(super) sections: Vec<SectionView<'a>>,
    pub(super) notices: Vec<&'a str>,
    pub(super) is_sent: bool,
    pub(super) faults: usize,
    pub(super) scores: Vec<(String, String)>,
}

pub(super) struct SectionView<'a> {
    pub(super) key: &'a str,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    pub(super) questions: Vec<QuestionView<'a>>,
}

pub(super) struct QuestionView<'a> {
    pub(super) key: &'a str,
    pub(super) text: &'a str,
    pub(super) hint: &'a str,
    pub(super) required: bool,
    pub(super) can_decline: bool,
    pub(super) is_declined: bool,
    pub(super) faults: Vec<String>,
    pub(super) input: Input,
}

/// What the parts of a page are made of.
struct Viewer<'a, 'p> {
    form: &'a Form,
    posted: &'p Posted,
    filled: &'p Filled,
    language: &'a str,
}

pub(super) fn view<'a>(form: &'a Form, posted: &Posted, week: IsoWeek) -> View<'a> {
    let definition = form.definition();
    let asked = posted.last("language").unwrap_or_default();
    let mut languages = definition.languages.iter();
    let known = languages.find(|language| *language == asked);
    let language = known.or(definition.languages.first());
    let language = language.map_or("", String::as_str);
    let is_sent = posted.last("action") == Some("send");
    let filled = fill(form, posted, Occasion { week, language }, is_sent);
    let notices = form
        .notices()
        .filter(|(_, condition)| holds(condition, &form.answered(&filled.answers)))
        .map(|(notice, _)| said(&notice.text, language));
    let viewer = Viewer {
        form,
        posted,
        filled: &filled,
        language,
    };
    let parameters = viewer.parameters().into_iter();
    let sections = definition.sections.iter();
    View {
        title: said(&definition.title, language),
        language,
        languages: &definition.languages,
        description: optional(definition.description.as_ref(), language),
        sections: parameters
            .chain(sections.filter_map(|section| viewer.section(section)))
            .collect(),
        notices: notices.collect(),
        is_sent,
        faults: filled.faults.len(),
        scores: scores(form, &filled.answers, language),
    }
}

impl<'a> Viewer<'a, '_> {
    /// What a client takes from its address is chosen here.
    fn parameters(&self) -> Option<SectionView<'a>> {
        let parameters = &self.form.definition().parameters;
        let questions = parameters.iter().map(|parameter| {
            let input = options(
                "radio",
                &parameter.values,
                &self.given(&parameter.key),
                self.language,
            );
            self.question(&parameter.key, &parameter.text, false, input)
        });
        let questions: Vec<_> = questions
            .map(|question| QuestionView {
                can_decline: false,
                ..question
            })
            .collect();
        (!questions.is_empty()).then_some(SectionView {
            // No section has a key with a dot.
            key: "parameters.",
            title: "Parameters of the address",
            description: "",
            questions,
        })
    }

    /// A section, if a question of it is shown.
    fn section(&self, section: &'a SectionDefinition) -> Option<SectionView<'a>> {
        let mut questions = Vec::new();
        for question in &section.questions {
            if self.filled.shows(self.form, &question.key) {
                questions.push(self.asked(question));
                let options = question.options.iter().flatten();
                questions.extend(options.filter_map(|option| self.beside(option)));
            }
        }
        (!questions.is_empty()).then(|| SectionView {
            key: &section.key,
            title: said(&section.title, self.language),
            description: optional(section.description.as_ref(), self.language),
            questions,
        })
    }

    fn asked(&self, question: &'a QuestionDefinition) -> QuestionView<'a> {
        let definition = self.form.definition();
        let input = input(
            definition,
            question,
            &self.given(&question.key),
            self.language,
        );
        let is_words = question.kind == QuestionKind::Statement && !question.acknowledge;
        QuestionView {
            hint: optional(question.hint.as_ref(), self.language),
            can_decline: !is_words,
            ..self.question(&question.key, &question.text, question.required, input)
        }
    }

    /// The text beside an option that was chosen.
    fn beside(&self, option: &'a OptionDefinition) -> Option<QuestionView<'a>> {
        let specify = option.specify.as_ref()?;
        let is_shown = self.filled.shows(self.form, &specify.key);
        let value = self
            .given(&specify.key)
            .pop()
            .unwrap_or_default()
            .to_owned();
        let input = Input::Area {
            max_length: specify.max_length,
            value,
        };
        is_shown.then(|| self.question(&specify.key, &specify.text, false, input))
    }

    fn question(
        &self,
        key: &'a str,
        text: &'a Text,
        required: bool,
        input: Input,
    ) -> QuestionView<'a> {
        QuestionView {
            key,
            text: said(text, self.language),
            hint: "",
            required,
            can_decline: true,
            is_declined: self.posted.is_declined(key),
            faults: self.filled.faults.get(key).cloned().unwrap_or_default(),
            input,
        }
    }

    fn given(&self, key: &str) -> Vec<&str> {
        self.posted.all(&format!("q.{key}"))
    }
}

fn scores(form: &Form, answers: &[Answer], language: &str) -> Vec<(String, String)> {
    let summary = Summary::of(form, answers, language);
    let line = |title: &Text, value: Option<f64>, band: Option<&Text>| {
        let value = value.map_or("no score".to_owned(), |value| value.to_string());
        let band = band.map(|band| format!(", {}", said(band, language)));
        let value = format!("{value}{}", band.unwrap_or_default());
        (said(title, language).to_owned(), value)
    };
    let scores = summary.scores.iter();
    scores
        .map(|score| line(&score.title, score.value, score.band_label.as_ref()))
        .collect()
}
