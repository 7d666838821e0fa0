//! What statistics are asked for: a measure, by what it is broken down, and of which responses.

use std::str::FromStr;

use super::item::REASONS;
use super::measure::{Category, Measure};
use crate::domain::codebook::{Columns, MetadataColumn};
use crate::domain::period::PeriodKind;
use crate::domain::week::IsoWeek;

/// The most dimensions of a table.
pub const MAX_DIMENSIONS: usize = 3;

/// The most groups that a table can have, whatever was answered. More would be sparse, and fill the memory.
pub const MAX_GROUPS: usize = 20_000;

/// So many weeks, months, quarters or years count towards the groups of a table.
const PERIODS: usize = 60;

/// The most conditions on answers. Each makes groups smaller.
pub const MAX_CONDITIONS: usize = 2;

/// What is asked for, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Asked {
    /// The name of the measure.
    pub of: String,
    /// The names of the dimensions.
    pub by: Vec<String>,
    /// Only responses to these versions.
    pub versions: Option<Vec<String>>,
    /// Only responses in these languages.
    pub response_languages: Option<Vec<String>>,
    /// Only responses of this week or later.
    pub from_week: Option<IsoWeek>,
    /// Only responses of this week or earlier.
    pub to_week: Option<IsoWeek>,
    /// Only responses with these answers: `question:code`.
    pub conditions: Vec<String>,
}

/// What is asked for, checked.
#[derive(Debug, Clone)]
pub struct Query {
    /// The measure.
    pub measure: Measure,
    /// The dimensions.
    pub by: Vec<Dimension>,
    /// The keys of the campaigns of the form that can be asked for, by when they open.
    pub campaigns: Vec<String>,
    /// All languages of all versions.
    tags: Vec<String>,
    /// Only responses to these versions.
    pub versions: Option<Vec<i32>>,
    /// Only responses in these languages.
    pub languages: Option<Vec<String>>,
    /// Only responses of this week or later.
    pub from_week: Option<IsoWeek>,
    /// Only responses of this week or earlier.
    pub to_week: Option<IsoWeek>,
    pub(super) conditions: Vec<Condition>,
}

/// By what a table is broken down.
#[derive(Debug, Clone)]
pub enum Dimension {
    /// The campaign.
    Campaign,
    /// The version of the form.
    FormVersion,
    /// The language in which the form was read.
    Language,
    /// The week, or a longer time.
    Period(PeriodKind),
    /// The answer to a question.
    Question(Box<Measure>),
}

/// An answer that a response must have.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub question: Measure,
    pub category: usize,
}

/// Why a query does not fit the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryFault {
    /// Nothing of the form has this name, so there is no measure.
    MeasureUnknown(String),
    /// Nothing of the form has this name, so there is no dimension.
    DimensionUnknown(String),
    /// Dates, scores and numbers with many values have no categories to break a table down by.
    NoCategories(String),
    /// The same dimension twice, or the measure itself.
    DimensionTwice(String),
    /// More than [`MAX_DIMENSIONS`].
    TooManyDimensions,
    /// They have so many combinations, more than [`MAX_GROUPS`].
    TooManyGroups(usize),
    /// The form has no such version.
    VersionUnknown(String),
    /// No version of the form is in this language.
    LanguageUnknown(String),
    /// Not `question:code`.
    ConditionMalformed(String),
    /// No question has this name.
    ConditionQuestionUnknown(String),
    /// The question has no such category.
    ConditionCodeUnknown(String),
    /// Two conditions on one question.
    ConditionTwice(String),
    /// More than [`MAX_CONDITIONS`], or more than [`MAX_DIMENSIONS`] together with the dimensions.
    TooManyConditions,
    /// More than [`MAX_LIKE`](super::MAX_LIKE).
    TooManyLike,
}

impl Query {
    /// Checks what is asked for, with texts in `language` where there are any.
    ///
    /// # Errors
    ///
    /// All the reasons why it does not fit.
    pub fn new(
        columns: &Columns<'_>,
        campaigns: Vec<String>,
        asked: &Asked,
        language: &str,
    ) -> Result<Self, Vec<QueryFault>> {
        let mut faults = Vec::new();
        let measure = Measure::find(columns, &asked.of, language);
        if measure.is_none() {
            faults.push(QueryFault::MeasureUnknown(asked.of.clone()));
        }
        let by = dimensions(columns, asked, language, &mut faults);
        let sizes = by.iter().map(|dimension| match dimension {
            Dimension::Campaign => campaigns.len().max(1),
            Dimension::FormVersion => columns.versions().len(),
            Dimension::Language => tags(columns).len(),
            Dimension::Period(_) => PERIODS,
            Dimension::Question(it) => it.categories.len() + REASONS.len(),
        });
        let groups = sizes.fold(1, usize::saturating_mul);
        if groups > MAX_GROUPS {
            faults.push(QueryFault::TooManyGroups(groups));
        }
        let versions = versions(columns, asked, &mut faults);
        let languages = languages(columns, asked, &mut faults);
        let conditions = conditions(columns, asked, language, &mut faults);
        match measure.filter(|_| faults.is_empty()) {
            None => Err(faults),
            Some(measure) => Ok(Self {
                measure,
                by,
                campaigns,
                tags: tags(columns),
                versions,
                languages,
                from_week: asked.from_week,
                to_week: asked.to_week,
                conditions,
            }),
        }
    }

    /// A measure over all responses, broken down by these dimensions.
    pub(super) fn over_all(
        columns: &Columns<'_>,
        measure: Measure,
        by: Vec<Dimension>,
        campaigns: Vec<String>,
    ) -> Self {
        Self {
            measure,
            by,
            campaigns,
            tags: tags(columns),
            versions: None,
            languages: None,
            from_week: None,
            to_week: None,
            conditions: Vec::new(),
        }
    }

    /// The same without means.
    #[must_use]
    pub fn without_numbers(&self) -> Self {
        let mut query = self.clone();
        query.measure.numbers = None;
        query
    }

    /// Whether it takes responses to this version.
    pub fn takes_version(&self, version: i32) -> bool {
        let chosen = self.versions.as_ref();
        chosen.is_none_or(|chosen| chosen.contains(&version))
    }

    /// The language with this number.
    pub(super) fn tag(&self, number: usize) -> &str {
        self.tags.get(number).map_or("", String::as_str)
    }

    /// The number of a language.
    pub(super) fn number_of_tag(&self, tag: &str) -> Option<u32> {
        let place = self.tags.iter().position(|it| it == tag)?;
        u32::try_from(place).ok()
    }

    /// The questions that tell which responses are counted in which group, each once.
    pub(super) fn questions(&self) -> Vec<&Measure> {
        let by = self.by.iter().filter_map(Dimension::question);
        let mut questions: Vec<&Measure> = by.collect();
        for condition in &self.conditions {
            if !questions
                .iter()
                .any(|it| it.name == condition.question.name)
            {
                questions.push(&condition.question);
            }
        }
        questions
    }
}

impl Dimension {
    /// Its name in a query.
    pub fn name(&self) -> &str {
        match self {
            Self::Campaign => MetadataColumn::Campaign.name(),
            Self::FormVersion => MetadataColumn::FormVersion.name(),
            Self::Language => MetadataColumn::Language.name(),
            Self::Period(kind) => kind.name(),
            Self::Question(question) => &question.name,
        }
    }

    /// The question, if it is one.
    pub fn question(&self) -> Option<&Measure> {
        match self {
            Self::Question(question) => Some(question),
            _ => None,
        }
    }

    /// Its categories, if they are known beforehand.
    pub fn categories(&self) -> &[Category] {
        self.question().map_or(&[], |question| &question.categories)
    }

    fn find(columns: &Columns<'_>, name: &str, language: &str) -> Result<Self, QueryFault> {
        if let Ok(kind) = PeriodKind::from_str(name) {
            return Ok(Self::Period(kind));
        }
        for (column, dimension) in [
            (MetadataColumn::Campaign, Self::Campaign),
            (MetadataColumn::FormVersion, Self::FormVersion),
            (MetadataColumn::Language, Self::Language),
        ] {
            if column.name() == name {
                return Ok(dimension);
            }
        }
        let known = columns.as_slice().iter().any(|it| it.coding == name);
        match Measure::find(columns, name, language) {
            Some(it) if it.kind != "score" && !it.categories.is_empty() => {
                Ok(Self::Question(Box::new(it)))
            }
            _ if known => Err(QueryFault::NoCategories(name.to_owned())),
            _ => Err(QueryFault::DimensionUnknown(name.to_owned())),
        }
    }
}

fn dimensions(
    columns: &Columns<'_>,
    asked: &Asked,
    language: &str,
    faults: &mut Vec<QueryFault>,
) -> Vec<Dimension> {
    let mut by: Vec<Dimension> = Vec::new();
    if asked.by.len() > MAX_DIMENSIONS {
        faults.push(QueryFault::TooManyDimensions);
    }
    for name in asked.by.iter().take(MAX_DIMENSIONS) {
        if *name == asked.of || by.iter().any(|it| it.name() == name) {
            faults.push(QueryFault::DimensionTwice(name.clone()));
            continue;
        }
        match Dimension::find(columns, name, language) {
            Ok(dimension) => by.push(dimension),
            Err(fault) => faults.push(fault),
        }
    }
    by
}

fn versions(
    columns: &Columns<'_>,
    asked: &Asked,
    faults: &mut Vec<QueryFault>,
) -> Option<Vec<i32>> {
    let chosen = asked.versions.as_ref()?.iter().filter_map(|text| {
        let number = text.parse::<i32>().ok();
        let mut known = columns.versions().iter().map(|(version, _)| *version);
        let found = number.filter(|number| known.any(|version| version == *number));
        if found.is_none() {
            faults.push(QueryFault::VersionUnknown(text.clone()));
        }
        found
    });
    Some(chosen.collect())
}

fn languages(
    columns: &Columns<'_>,
    asked: &Asked,
    faults: &mut Vec<QueryFault>,
) -> Option<Vec<String>> {
    let chosen = asked.response_languages.as_ref()?;
    let known = tags(columns);
    let chosen = chosen.iter().filter_map(|tag| {
        let found = known.iter().find(|it| it.eq_ignore_ascii_case(tag));
        if found.is_none() {
            faults.push(QueryFault::LanguageUnknown(tag.clone()));
        }
        found.cloned()
    });
    Some(chosen.collect())
}

fn conditions(
    columns: &Columns<'_>,
    asked: &Asked,
    language: &str,
    faults: &mut Vec<QueryFault>,
) -> Vec<Condition> {
    let mut conditions: Vec<Condition> = Vec::new();
    if asked.conditions.len() > MAX_CONDITIONS
        || !asked.conditions.is_empty()
            && asked.by.len().min(MAX_DIMENSIONS) + asked.conditions.len() > MAX_DIMENSIONS
    {
        faults.push(QueryFault::TooManyConditions);
    }
    for text in asked.conditions.iter().take(MAX_CONDITIONS) {
        match condition(columns, text, language) {
            Ok(it)
                if conditions
                    .iter()
                    .any(|other| other.question.name == it.question.name) =>
            {
                faults.push(QueryFault::ConditionTwice(it.question.name));
            }
            Ok(it) => conditions.push(it),
            Err(fault) => faults.push(fault),
        }
    }
    conditions
}

fn condition(columns: &Columns<'_>, text: &str, language: &str) -> Result<Condition, QueryFault> {
    let Some((name, code)) = text.split_once(':') else {
        return Err(QueryFault::ConditionMalformed(text.to_owned()));
    };
    let found = Measure::find(columns, name, language);
    let Some(question) = found.filter(|it| it.kind != "score") else {
        return Err(QueryFault::ConditionQuestionUnknown(name.to_owned()));
    };
    let mut codes = question.categories.iter().map(|it| it.code.as_str());
    match codes.position(|it| it == code) {
        Some(category) => Ok(Condition { question, category }),
        None => Err(QueryFault::ConditionCodeUnknown(text.to_owned())),
    }
}

fn tags(columns: &Columns<'_>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for (_, form) in columns.versions().iter().rev() {
        for tag in &form.definition().languages {
            if !tags.contains(tag) {
                tags.push(tag.clone());
            }
        }
    }
    tags
}
