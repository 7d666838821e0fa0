//! What the codebook says of one column. Where versions differ, the newest one that has the column speaks.

use super::condition_text::both;
use super::row_projection::definition_of;
use super::score_text::in_words;
use super::{Column, ColumnKind, Columns, Fixed, MetadataColumn};
use crate::domain::form::{
    Concept, Edition, Form, Kind, QuestionDefinition, ScoreMethod, Text, options_of,
};

/// The description of one column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entry {
    /// The name of the column.
    pub column: String,
    /// The question's key.
    pub question: Option<String>,
    /// The option's code, for a column of a multiple choice.
    pub option: Option<String>,
    /// The kind of the question; `score`, or `text`, `integer`, `week` for the metadata columns.
    pub kind: &'static str,
    /// The key of the section, and its title.
    pub section: Option<(String, String)>,
    /// The question as a person reads it, the title of the score, or what a metadata column holds.
    pub text: String,
    /// The option as a person reads it, for a column of a multiple choice.
    pub label: Option<String>,
    /// The versions that can have something in it, ascending.
    pub versions: Vec<i32>,
    /// What can stand in it, where that is a list; for a rating, its two ends.
    pub codes: Vec<CodeEntry>,
    /// The least number.
    pub min: Option<String>,
    /// The greatest number.
    pub max: Option<String>,
    /// Digits after the point.
    pub decimals: Option<u8>,
    /// Whether it describes the person.
    pub background: Option<bool>,
    /// Whether whoever sees it must answer or decline.
    pub required: Option<bool>,
    /// When it is shown, in words.
    pub show_when: Option<String>,
    /// What it measures.
    pub concept: Option<Concept>,
    /// How a score is computed.
    pub score: Option<ScoreEntry>,
    /// The columns, without their options, by which somebody could be found: where one of them is masked in a row, this
    /// one is too. One that somebody could be found by itself stands among them.
    pub masked_with: Vec<String>,
}

/// One thing that can stand in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeEntry {
    /// As it stands in the export.
    pub code: String,
    /// What it means.
    pub label: String,
    /// The number that it stands for in scores.
    pub number: Option<i32>,
}

/// How a score is computed.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreEntry {
    /// The columns that it is computed from.
    pub of: Vec<String>,
    /// How they are put together.
    pub method: ScoreMethod,
    /// The range onto which each of them is mapped, if they are.
    pub to: Option<[f64; 2]>,
    /// The share of the questions shown that must be answered.
    pub at_least_answered: f64,
    /// Names for ranges of the score.
    pub bands: Vec<BandEntry>,
    /// All of it in words.
    pub formula: String,
}

/// A named range of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct BandEntry {
    /// The least score that belongs to it.
    pub from: f64,
    /// Its code.
    pub code: String,
    /// What a person reads.
    pub label: String,
}

impl Entry {
    /// The description of a column, in `language` where there is a text in it. [`Entry::masked_with`] is left empty:
    /// [`crate::domain::disclosure::codebook`] fills it.
    pub fn of(columns: &Columns<'_>, column: &Column, language: &str) -> Option<Self> {
        let form = columns.newest(column)?;
        let texts = Texts { form, language };
        let entry = Self {
            column: column.name.clone(),
            versions: column.versions.clone(),
            ..Self::default()
        };
        match &column.kind {
            ColumnKind::Metadata(metadata) => Some(self::metadata(*metadata, entry)),
            ColumnKind::Answer { question } => answer(&texts, question, entry),
            ColumnKind::Option { question, option } => {
                let entry = answer(&texts, question, entry)?;
                chosen(&texts, question, option, entry)
            }
            ColumnKind::Score { score } => self::score(columns, column, &texts, score, entry),
        }
    }
}

/// The texts of a form in one language, or in its default where it does not have that one: a question that only
/// older versions ask may never have been translated.
struct Texts<'a> {
    form: &'a Form,
    language: &'a str,
}

impl Texts<'_> {
    fn of(&self, text: &Text) -> String {
        let default = self.form.definition().languages.first();
        text.get(self.language)
            .or_else(|| text.get(default?))
            .unwrap_or_default()
            .to_owned()
    }
}

fn metadata(column: MetadataColumn, entry: Entry) -> Entry {
    let (kind, text) = match column {
        MetadataColumn::Campaign => ("text", "Key of the campaign."),
        MetadataColumn::FormVersion => ("integer", "Version of the form that was answered."),
        MetadataColumn::Language => (
            "text",
            "Language in which the form was read, as a BCP 47 tag.",
        ),
        MetadataColumn::Week => (
            "week",
            "ISO 8601 week in which the response came, e.g. 2027-W05.",
        ),
    };
    Entry {
        kind,
        text: text.to_owned(),
        ..entry
    }
}

fn answer(texts: &Texts<'_>, question: &str, entry: Entry) -> Option<Entry> {
    let form = texts.form;
    let checked = form.questions().get(form.place(question)?)?;
    let definition = definition_of(form, question)?;
    let section = form.definition().sections.get(checked.section)?;
    let bound = |scaled: i64, decimals: u8| Some(Fixed { scaled, decimals }.to_string());
    let (min, max, decimals) = match checked.kind {
        Kind::Whole { min, max } => (bound(min, 0), bound(max, 0), Some(0)),
        Kind::Decimal { min, max, decimals } => {
            (bound(min, decimals), bound(max, decimals), Some(decimals))
        }
        _ => (None, None, None),
    };
    Some(Entry {
        question: Some(question.to_owned()),
        kind: definition.kind.name(),
        section: Some((section.key.clone(), texts.of(&section.title))),
        text: texts.of(&definition.text),
        codes: codes(texts, &checked.kind, definition),
        min,
        max,
        decimals,
        background: Some(checked.background),
        required: Some(checked.required),
        show_when: both(section.show_when.as_ref(), definition.show_when.as_ref()),
        concept: definition.concept.clone(),
        ..entry
    })
}

fn codes(texts: &Texts<'_>, kind: &Kind, definition: &QuestionDefinition) -> Vec<CodeEntry> {
    let plain = |code: &str, label: &str| CodeEntry {
        code: code.to_owned(),
        label: label.to_owned(),
        number: None,
    };
    match kind {
        Kind::YesNo => vec![plain("0", "no"), plain("1", "yes")],
        Kind::MultipleChoice(_) => vec![plain("0", "not chosen"), plain("1", "chosen")],
        Kind::Whole { min, max } => {
            let ends = [(min, &definition.min_label), (max, &definition.max_label)];
            let named = |(end, label): (&i64, &Option<Text>)| {
                Some(plain(&end.to_string(), &texts.of(label.as_ref()?)))
            };
            ends.into_iter().filter_map(named).collect()
        }
        Kind::SingleChoice(_) => options_of(texts.form.definition(), definition)
            .iter()
            .map(|option| CodeEntry {
                code: option.code.clone(),
                label: texts.of(&option.label),
                number: option.value,
            })
            .collect(),
        Kind::Decimal { .. } | Kind::Text { .. } => Vec::new(),
    }
}

fn chosen(texts: &Texts<'_>, question: &str, option: &str, entry: Entry) -> Option<Entry> {
    let definition = definition_of(texts.form, question)?;
    let found = options_of(texts.form.definition(), definition)
        .iter()
        .find(|candidate| candidate.code == option)?;
    Some(Entry {
        option: Some(option.to_owned()),
        label: Some(texts.of(&found.label)),
        ..entry
    })
}

fn score(
    columns: &Columns<'_>,
    column: &Column,
    texts: &Texts<'_>,
    score: &str,
    entry: Entry,
) -> Option<Entry> {
    let (definition, checked) = texts
        .form
        .scores()
        .find(|(definition, _)| definition.key == score)?;
    let (min, max) = checked.reach();
    let edition = texts.form.definition().edition();
    let mapped = edition == Edition::First || definition.method == ScoreMethod::Mean;
    let version = column.versions.last()?;
    // The column of a question is the one that this version fills.
    let filled = |is_it: &dyn Fn(&Column) -> bool| -> Vec<String> {
        let all = columns.as_slice().iter();
        let found = all.filter(|column| column.versions.contains(version) && is_it(column));
        found.map(|column| column.name.clone()).collect()
    };
    let (mut questions, mut scores) = (definition.of.clone(), definition.of_scores.clone());
    for condition in &definition.count_when {
        condition.each(&mut |part| {
            questions.extend(part.question.clone().filter(|key| !questions.contains(key)));
            scores.extend(part.score.clone().filter(|key| !scores.contains(key)));
        });
    }
    let of_questions = questions
        .iter()
        .flat_map(|key| filled(&|column| column.question() == Some(key)));
    let of_scores = scores.iter().flat_map(|key| {
        filled(&|column| matches!(&column.kind, ColumnKind::Score { score } if score == key))
    });
    let bands = definition.bands.iter().map(|band| BandEntry {
        from: band.from,
        code: band.code.clone(),
        label: texts.of(&band.label),
    });
    Some(Entry {
        kind: "score",
        text: texts.of(&definition.title),
        min: Some(min.to_string()),
        max: Some(max.to_string()),
        decimals: Some(checked.decimals()),
        score: Some(ScoreEntry {
            of: of_questions.chain(of_scores).collect(),
            method: definition.method,
            to: mapped.then_some(definition.to),
            at_least_answered: definition.at_least_answered,
            bands: bands.collect(),
            formula: in_words(definition, checked, edition),
        }),
        ..entry
    })
}
