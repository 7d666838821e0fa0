//! What the codebook says of one column. Where versions differ, the newest one that has the column speaks.

use std::collections::BTreeMap;

use super::condition_text::both;
use super::row_projection::definition_of;
use super::score_text::in_words;
use super::{Column, ColumnKind, Columns, Fixed, MetadataColumn};
use crate::domain::form::{
    Concept, Edition, ExternalCode, Form, Kind, QuestionDefinition, QuestionKind, ScoreMethod,
    Text, options_of,
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
    /// What can stand in it, where that is a list; for a number, the points that have a meaning of their own.
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
    /// The level of the group that the column tells, from 1 on; for a column of a multiple choice.
    pub level: Option<u8>,
    /// What it measures.
    pub concept: Option<Concept>,
    /// How a score is computed.
    pub score: Option<ScoreEntry>,
    /// The columns, without their options, by which somebody could be found: where one of them is masked in a row, this
    /// one is too. One that somebody could be found by itself stands among them.
    pub masked_with: Vec<String>,
    /// The unit of a number.
    pub unit: Option<UnitEntry>,
    /// What lies between one possible number and the next.
    pub step: Option<String>,
    /// How exact a date is: `day`, `month` or `year`.
    pub precision: Option<&'static str>,
    /// The table in which the question is shown with others.
    pub matrix: Option<String>,
    /// What peers call it: `http://loinc.org|44250-9`, and for an option `severe=http://loinc.org|LA6571-9`.
    pub external: Vec<String>,
}

/// The unit of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitEntry {
    /// Its code in UCUM.
    pub ucum: Option<String>,
    /// What a person reads behind the number.
    pub label: Option<String>,
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
    /// The level of a group of answers, from 1 on; none for an answer.
    pub level: Option<u8>,
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
        let newest = *column.versions.last()?;
        let described = Self::in_version(columns, column, newest, language)?;
        Some(Self {
            versions: column.versions.clone(),
            ..described
        })
    }

    /// The same as this version has it.
    pub fn in_version(
        columns: &Columns<'_>,
        column: &Column,
        version: i32,
        language: &str,
    ) -> Option<Self> {
        let form = columns.form(version)?;
        let texts = Texts { form, language };
        let entry = Self {
            column: column.name.clone(),
            versions: vec![version],
            ..Self::default()
        };
        match &column.kind {
            ColumnKind::Metadata(metadata) => Some(self::metadata(*metadata, entry)),
            ColumnKind::Answer { question } => answer(&texts, question, entry),
            ColumnKind::Option { question, option } => {
                let entry = answer(&texts, question, entry)?;
                chosen(&texts, question, option, entry)
            }
            ColumnKind::Group {
                question, level, ..
            } => {
                let entry = answer(&texts, question, entry)?;
                let group = columns.group(column)?;
                Some(Self {
                    kind: "group",
                    option: Some(group.code.clone()),
                    label: Some(texts.of(&group.label)),
                    level: u8::try_from(*level + 1).ok(),
                    ..entry
                })
            }
            ColumnKind::Band { question } => {
                let entry = answer(&texts, question, entry)?;
                let (_, definition) = columns.newest_question(column)?;
                Some(Self {
                    kind: "band",
                    codes: group_codes(&texts, definition).collect(),
                    min: None,
                    max: None,
                    decimals: None,
                    ..entry
                })
            }
            ColumnKind::Score { score } => self::score(columns, version, &texts, score, entry),
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
    let section = form.definition().sections.get(checked.section);
    let bound = |scaled: i64, decimals: u8| Some(Fixed { scaled, decimals }.to_string());
    let (min, max, decimals) = match checked.kind {
        Kind::Date { .. } => (definition.earliest.clone(), definition.latest.clone(), None),
        Kind::Ranking { most, .. } => (bound(1, 0), bound(most.into(), 0), Some(0)),
        Kind::Whole { min, max } => (bound(min, 0), bound(max, 0), Some(0)),
        Kind::Decimal { min, max, decimals } => {
            (bound(min, decimals), bound(max, decimals), Some(decimals))
        }
        _ => (None, None, None),
    };
    Some(Entry {
        question: Some(question.to_owned()),
        kind: definition.kind.name(),
        section: section.map(|section| (section.key.clone(), texts.of(&section.title))),
        text: texts.of(&definition.text),
        codes: codes(texts, &checked.kind, definition),
        min,
        max,
        decimals,
        background: Some(checked.background),
        required: Some(checked.required),
        show_when: both(
            section.and_then(|section| section.show_when.as_ref()),
            definition.show_when.as_ref(),
        ),
        unit: definition.unit.as_ref().map(|unit| UnitEntry {
            ucum: unit.ucum.clone(),
            label: unit.label.as_ref().map(|label| texts.of(label)),
        }),
        step: definition.step.as_ref().map(ToString::to_string),
        precision: match checked.kind {
            Kind::Date { precision, .. } => Some(precision.name()),
            _ => None,
        },
        external: external(form, definition),
        matrix: definition.matrix.clone(),
        concept: definition.concept.clone(),
        ..entry
    })
}

fn codes(texts: &Texts<'_>, kind: &Kind, definition: &QuestionDefinition) -> Vec<CodeEntry> {
    let plain = |code: &str, label: &str| CodeEntry {
        code: code.to_owned(),
        label: label.to_owned(),
        number: None,
        level: None,
    };
    match kind {
        Kind::YesNo => vec![plain("0", "no"), plain("1", "yes")],
        Kind::MultipleChoice(_) => vec![plain("0", "not chosen"), plain("1", "chosen")],
        Kind::Whole { min, max } => {
            let points = definition.anchors.iter().map(|it| (it.at, &it.label));
            let ends = [(min, &definition.min_label), (max, &definition.max_label)];
            let ends = ends
                .into_iter()
                .filter_map(|(at, it)| Some((*at, it.as_ref()?)));
            let mut named: BTreeMap<i64, String> = points
                .chain(ends)
                .map(|(at, label)| (at, texts.of(label)))
                .collect();
            if definition.max_open {
                let label = named.entry(*max).or_insert_with(|| max.to_string());
                label.push_str(OR_MORE);
            }
            let point = |(at, label): (i64, String)| plain(&at.to_string(), &label);
            named.into_iter().map(point).collect()
        }
        Kind::Decimal { max, decimals, .. } if definition.max_open => {
            let (scaled, decimals) = (*max, *decimals);
            let max = Fixed { scaled, decimals }.to_string();
            vec![plain(&max, &format!("{max}{OR_MORE}"))]
        }
        Kind::Statement { acknowledge: true } => vec![plain("1", "read")],
        Kind::Ranking { .. } => Vec::new(),
        Kind::SingleChoice(_) => options_of(texts.form.definition(), definition)
            .iter()
            .map(|option| CodeEntry {
                code: option.code.clone(),
                label: texts.of(&option.label),
                number: option.value,
                level: None,
            })
            .chain(group_codes(texts, definition))
            .collect(),
        Kind::Decimal { .. } | Kind::Text { .. } | Kind::Date { .. } | Kind::Statement { .. } => {
            Vec::new()
        }
    }
}

/// The groups of all levels.
fn group_codes(
    texts: &Texts<'_>,
    definition: &QuestionDefinition,
) -> impl Iterator<Item = CodeEntry> {
    let levels = (1..).zip(&definition.coarser);
    levels.flat_map(move |(level, groups)| {
        groups.iter().map(move |group| CodeEntry {
            code: group.code.clone(),
            label: texts.of(&group.label),
            number: None,
            level: Some(level),
        })
    })
}

const OR_MORE: &str = " or more";

/// The codes of a question and, where they stand in one column, of its options.
fn external(form: &Form, definition: &QuestionDefinition) -> Vec<String> {
    let own = definition.external.iter().map(written);
    let options = if definition.kind == QuestionKind::SingleChoice {
        options_of(form.definition(), definition)
    } else {
        &[]
    };
    let of_options = options.iter().flat_map(|option| {
        let codes = option.external.iter();
        codes.map(|it| format!("{}={}", option.code, written(it)))
    });
    own.chain(of_options).collect()
}

fn written(code: &ExternalCode) -> String {
    format!("{}|{}", code.system, code.code)
}

fn chosen(texts: &Texts<'_>, question: &str, option: &str, entry: Entry) -> Option<Entry> {
    let definition = definition_of(texts.form, question)?;
    let found = options_of(texts.form.definition(), definition)
        .iter()
        .find(|candidate| candidate.code == option)?;
    let codes = found.external.iter().map(written);
    Some(Entry {
        option: Some(option.to_owned()),
        external: [entry.external, codes.collect()].concat(),
        label: Some(texts.of(&found.label)),
        ..entry
    })
}

fn score(
    columns: &Columns<'_>,
    version: i32,
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
    // The column of a question is the one that this version fills.
    let filled = |is_it: &dyn Fn(&Column) -> bool| -> Vec<String> {
        let all = columns.as_slice().iter();
        let found = all.filter(|column| column.versions.contains(&version) && is_it(column));
        found.map(|column| column.name.clone()).collect()
    };
    let (mut questions, mut scores) = (definition.of.clone(), definition.of_scores.clone());
    for condition in &definition.count_when {
        condition.each(&mut |part| {
            for key in part.questions() {
                if !questions.iter().any(|known| known == key) {
                    questions.push(key.to_owned());
                }
            }
            scores.extend(part.score.clone().filter(|key| !scores.contains(key)));
        });
    }
    let of_questions = questions
        .iter()
        .flat_map(|key| filled(&|column| column.question() == Some(key)));
    let of_scores = scores.iter().flat_map(|key| {
        filled(&|column| matches!(&column.kind, ColumnKind::Score { score } if score == key))
    });
    // The formula names the columns as well: where a question was recoded, the one of this version.
    let recoded = |key: &str, own: &dyn Fn(&Column) -> bool| {
        let filled = filled(own);
        let from = filled.first().and_then(|name| name.split_once('@'));
        from.map_or(key.to_owned(), |(_, from)| format!("{key}@{from}"))
    };
    let by_columns = definition.renamed(
        &|key| recoded(key, &|column| column.question() == Some(key)),
        &|key| {
            recoded(
                key,
                &|column| matches!(&column.kind, ColumnKind::Score { score } if score == key),
            )
        },
    );
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
        external: definition.external.iter().map(written).collect(),
        score: Some(ScoreEntry {
            of: of_questions.chain(of_scores).collect(),
            method: definition.method,
            to: mapped.then_some(definition.to),
            at_least_answered: definition.at_least_answered,
            bands: bands.collect(),
            formula: in_words(&by_columns, checked, edition),
        }),
        ..entry
    })
}
