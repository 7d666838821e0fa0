//! Measures: what statistics are about, over all versions of a form. A measure is a coding of a question or of a score, by
//! the name that it has in exports.

use super::item::{Item, Numbers};
use crate::domain::codebook::{BandEntry, CodeEntry, Column, ColumnKind, Columns, Entry};
use crate::domain::form::{Form, Kind};

/// A coding of a question or a score.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Its name in exports: `eating_meals`, `eating_meals@3`, `score_eating`.
    pub name: String,
    /// The kind of the question, or `score`.
    pub kind: &'static str,
    /// The question as a person reads it, or the title of the score.
    pub text: String,
    /// Whether it describes the person.
    pub background: bool,
    /// Its categories, in the order of the newest version.
    pub categories: Vec<Category>,
    /// Its numbers, if it has any.
    pub numbers: Option<Numbers>,
    /// How it is read in each version that has it.
    parts: Vec<Part>,
}

/// A category of a measure or a dimension.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// As it stands in exports.
    pub code: String,
    /// As a person reads it; none where the code says it.
    pub label: Option<String>,
    /// The number that it stands for.
    pub number: Option<f64>,
}

/// How a measure is read in one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    version: i32,
    /// The item of the version.
    pub item: Item,
    /// By category of the item, the category of the measure.
    pub places: Vec<usize>,
}

impl Measure {
    /// The measure with this name, with texts in `language` where there are any. None where no column has the name, or
    /// where there is nothing to be counted: dates and metadata.
    pub fn find(columns: &Columns<'_>, name: &str, language: &str) -> Option<Self> {
        let coding = || columns.as_slice().iter().filter(|it| it.coding == name);
        let first = coding().next()?;
        let form_of = |version: i32| {
            let mut versions = columns.versions().iter();
            let found = versions.find(|(number, _)| *number == version);
            found.map(|(_, form)| *form)
        };
        let mut versions: Vec<i32> = coding().flat_map(|it| it.versions.clone()).collect();
        versions.sort_unstable();
        versions.dedup();
        let items = versions.iter().filter_map(|version| {
            let form = form_of(*version)?;
            Some((*version, item(form, first)?, form))
        });
        let items: Vec<(i32, Item, &Form)> = items.collect();
        let (_, newest, newest_form) = items.last()?;
        let entry = Entry::of(columns, coding().next_back()?, language)?;
        let numbers = items.iter().filter_map(|(_, item, _)| item.numbers());
        let numbers = numbers.reduce(Numbers::and);
        let labels: Vec<CodeEntry> = match &first.kind {
            ColumnKind::Option { .. } => coding()
                .filter_map(|it| of_option(columns, it, language))
                .collect(),
            _ => of_entry(&entry),
        };
        // Bounds are only ever widened within a coding, so the newest version has the widest.
        let mut categories = own_categories(newest, newest_form, first);
        for (_, item, form) in items.iter().rev() {
            // Bands of a score come and go; what is said of older ones comes last.
            for category in own_categories(item, form, first) {
                if item.is_score() && !categories.iter().any(|it| it.code == category.code) {
                    categories.push(category);
                }
            }
        }
        for category in &mut categories {
            let named = labels.iter().find(|it| it.code == category.code);
            category.label = named.map(|it| it.label.clone());
        }
        let part = |(version, item, form): &(i32, Item, &Form)| {
            let own = own_categories(item, form, first);
            let place = |own: &Category| categories.iter().position(|it| it.code == own.code);
            Part {
                version: *version,
                item: item.clone(),
                places: own
                    .iter()
                    .map(|own| place(own).unwrap_or(usize::MAX))
                    .collect(),
            }
        };
        Some(Self {
            name: name.to_owned(),
            kind: entry.kind,
            text: entry.text,
            background: first.background,
            parts: items.iter().map(part).collect(),
            categories,
            numbers,
        })
    }

    /// By what its means get noise of their own. With wider bounds the same responses have another mean of the noise, and
    /// two such means with the same noise would tell it.
    pub(super) fn noise_name(&self) -> String {
        match self.numbers {
            Some(numbers) => format!("{} {} {}", self.name, numbers.lowest, numbers.highest),
            None => self.name.clone(),
        }
    }

    /// How it is read in this version, if it has it.
    pub fn part(&self, version: i32) -> Option<&Part> {
        self.parts.iter().find(|part| part.version == version)
    }

    /// Whether the numbers of every version have the same bounds, if they count at all.
    pub fn is_uniform(&self) -> bool {
        let mut parts = self.parts.iter();
        self.numbers.is_none() || parts.all(|part| part.item.numbers() == self.numbers)
    }
}

/// The names of all measures, in the order of an export.
pub fn names<'a>(columns: &'a Columns<'_>) -> impl Iterator<Item = &'a str> {
    let all = columns.as_slice().iter();
    let measures = all.filter(|it| !matches!(it.kind, ColumnKind::Metadata(_)) && !it.is_coarser());
    let mut last = None;
    measures.filter_map(move |column| {
        let name = column.coding.as_str();
        (last.replace(name) != Some(name)).then_some(name)
    })
}

fn item(form: &Form, column: &Column) -> Option<Item> {
    match &column.kind {
        ColumnKind::Metadata(_) | ColumnKind::Group { .. } | ColumnKind::Band { .. } => None,
        ColumnKind::Answer { question } | ColumnKind::Option { question, .. } => {
            let place = form.place(question)?;
            Item::of_question(place, form.questions().get(place)?)
        }
        ColumnKind::Score { score } => {
            let mut scores = form.scores().enumerate();
            let found = scores.find(|(_, (definition, _))| definition.key == *score);
            found.map(|(place, (definition, score))| Item::of_score(place, definition, score))
        }
    }
}

/// The categories of an item, in the order of their places.
fn own_categories(item: &Item, form: &Form, column: &Column) -> Vec<Category> {
    let plain = |code: String, number: Option<f64>| Category {
        code,
        label: None,
        number,
    };
    if let ColumnKind::Score { score } = &column.kind {
        let mut scores = form.scores();
        let found = scores.find(|(definition, _)| definition.key == *score);
        let bands = found.map_or(&[][..], |(definition, _)| &definition.bands);
        return bands
            .iter()
            .map(|band| plain(band.code.clone(), None))
            .collect();
    }
    let place = column.question().and_then(|key| form.place(key));
    let Some(question) = place.and_then(|place| form.questions().get(place)) else {
        return Vec::new();
    };
    match &question.kind {
        Kind::YesNo | Kind::Statement { .. } => {
            ["0", "1"].map(|code| plain(code.to_owned(), None)).to_vec()
        }
        Kind::Whole { min, max } if item.categories() > 0 => (*min..=*max)
            .map(|number| {
                #[allow(clippy::cast_precision_loss, reason = "it is small")]
                let value = number as f64;
                plain(number.to_string(), Some(value))
            })
            .collect(),
        kind => (kind.choices().iter())
            .map(|choice| plain(choice.code.clone(), choice.value.map(f64::from)))
            .collect(),
    }
}

fn of_option(columns: &Columns<'_>, column: &Column, language: &str) -> Option<CodeEntry> {
    let entry = Entry::of(columns, column, language)?;
    Some(CodeEntry {
        code: entry.option?,
        label: entry.label?,
        number: None,
        level: None,
    })
}

fn of_entry(entry: &Entry) -> Vec<CodeEntry> {
    let band = |band: &BandEntry| CodeEntry {
        code: band.code.clone(),
        label: band.label.clone(),
        number: None,
        level: None,
    };
    match &entry.score {
        Some(score) => score.bands.iter().map(band).collect(),
        // Whoever shows these has words of their own for them.
        None if entry.kind == "yes_no" => Vec::new(),
        None => entry.codes.clone(),
    }
}
