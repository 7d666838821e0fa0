//! What an analyst asks for, checked against the form.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::campaigns::{FormCampaigns, NotChosen};
use super::selection::RowFilter;
use super::{ExportVersion, FileSpec, PlanCache, ResponsesExport};
use crate::domain::campaign::privacy_settings::{MAX_K, least_k};
use crate::domain::codebook::{Column, Columns};
use crate::domain::form::{FormDefinition, look_up};
use crate::domain::ids::{CampaignId, FormKey};
use crate::domain::server_key::ServerKey;
use crate::domain::staff::scope::OutOfReach;
use crate::domain::week::IsoWeek;
use crate::formats::file_format::FileFormat;
use crate::formats::table::Shape;
use crate::formats::table::shape::{LayoutKind, Values};
use crate::formats::xlsx_table::MAX_COLUMNS;

/// Questions whose diversity is reported at once.
pub const MAX_SENSITIVE: usize = 20;

/// Why nothing is exported.
#[derive(Debug)]
pub enum NotFitting {
    /// The caller does not reach a campaign that is named.
    OutOfReach(OutOfReach),
    /// The request does not fit the form, for each of these reasons.
    Unfit(Vec<Unfit>),
}

/// Why a request does not fit the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A campaign is named that the form does not have.
    #[error("The form has no campaign with this key.")]
    CampaignUnknown,
    /// A version is named that the form does not have, or that is not published.
    #[error("The form has no published version with this number.")]
    VersionUnknown,
    /// A language of responses is named in which no version is.
    #[error("No version of the form is in this language.")]
    ResponseLanguageNotOffered,
    /// `k` is less than this, which a campaign promises.
    #[error("It must be {0} or more here.")]
    KTooSmall(u32),
    /// `k` is more than this.
    #[error("It must be {0} or less.")]
    KTooLarge(u32),
    /// A question is named that has no column.
    #[error("It names a question that has no column.")]
    SensitiveUnknown,
    /// A background question is named, which is suppressed itself.
    #[error("It names a background question, which is masked itself.")]
    SensitiveBackground,
    /// More questions are named than [`MAX_SENSITIVE`].
    #[error("It may name at most {} questions.", MAX_SENSITIVE)]
    TooManySensitive,
    /// Labels are asked for in a language in which the form is not; these are the languages.
    #[error("The form is offered in {}.", .0.join(", "))]
    LanguageNotOffered(Vec<String>),
    /// A column is named that the table does not have.
    #[error("The table has no column “{0}”. The codebook lists those it has.")]
    ColumnUnknown(String),
    /// There are more columns than this, which is what such a file can have.
    #[error("The file can have {0} columns and not more: name fewer.")]
    TooManyColumns(usize),
    /// Labels are asked for in the place of codes, in a file that has them beside these.
    #[error("The file has labels beside the codes: ask for `codes` or `numbers`.")]
    LabelsBesideCodes,
}

impl Unfit {
    /// The parameter that does not fit.
    pub const fn parameter(&self) -> &'static str {
        match self {
            Self::CampaignUnknown => "campaign",
            Self::VersionUnknown => "version",
            Self::ResponseLanguageNotOffered => "response_language",
            Self::KTooSmall(_) | Self::KTooLarge(_) => "k",
            Self::SensitiveUnknown | Self::SensitiveBackground | Self::TooManySensitive => {
                "sensitive"
            }
            Self::LanguageNotOffered(_) => "language",
            Self::LabelsBesideCodes => "values",
            Self::ColumnUnknown(_) | Self::TooManyColumns(_) => "columns",
        }
    }
}

/// Which responses are exported, and how.
#[derive(Debug, Clone, Default)]
pub struct ResponsesRequest {
    /// Only rows that show one of the campaigns with these keys; any, if none is given.
    pub campaigns: Option<Vec<String>>,
    /// Only rows that show one of these versions; any, if none is given.
    pub versions: Option<Vec<i32>>,
    /// Only rows that show one of these languages; any, if none is given.
    pub response_languages: Option<Vec<String>>,
    /// Only rows that show this week or a later one.
    pub from_week: Option<IsoWeek>,
    /// Only rows that show this week or an earlier one.
    pub to_week: Option<IsoWeek>,
    /// How many responses share what is shown of their background at least: the greatest `k` of the form's campaigns or
    /// more. If none is given, the responses of each campaign are masked by its own.
    pub k: Option<u32>,
    /// The keys of questions whose diversity is reported.
    pub sensitive: Vec<String>,
    /// The kind of file.
    pub format: FileFormat,
    /// The layout, and how values look.
    pub shape: Shape,
    /// Only these columns, by their names or those of their codings; all, if none is given.
    pub columns: Option<Vec<String>>,
    /// The language of texts and labels; the first of the newest version, if none is given.
    pub language: Option<String>,
}

impl ResponsesRequest {
    /// What is exported then.
    ///
    /// # Errors
    ///
    /// When the caller does not reach a campaign that is named, or the request does not fit the form.
    pub fn export(
        self,
        keys: &HashMap<CampaignId, ServerKey>,
        plans: &Arc<PlanCache>,
        form: &FormKey,
        versions: Vec<ExportVersion>,
        of_form: &FormCampaigns,
    ) -> Result<ResponsesExport, NotFitting> {
        let least_k = least_k(of_form.all.iter().map(|campaign| campaign.k));
        let mut unfit = Vec::new();
        let row_filter = self.row_filter(&versions, of_form, &mut unfit)?;
        let k = noted(k(self.k, least_k), &mut unfit);
        let sensitive = sensitive(&self.sensitive, &columns_of(&versions));
        let sensitive = noted(sensitive, &mut unfit);
        let file = self.file(form, &versions, &mut unfit);
        match unfit.is_empty() {
            true => Ok(ResponsesExport {
                row_filter,
                campaigns: of_form.tables(keys),
                k,
                sensitive,
                file,
                versions,
                with_levels: true,
                plans: Arc::clone(plans),
            }),
            false => Err(NotFitting::Unfit(unfit)),
        }
    }

    fn row_filter(
        &self,
        versions: &[ExportVersion],
        of_form: &FormCampaigns,
        unfit: &mut Vec<Unfit>,
    ) -> Result<RowFilter, NotFitting> {
        let campaigns = match of_form.chosen(self.campaigns.as_deref()) {
            Err(NotChosen::OutOfReach) => return Err(NotFitting::OutOfReach(OutOfReach)),
            chosen => noted(chosen.map_err(|_| Unfit::CampaignUnknown), unfit),
        };
        let of_versions = known_versions(self.versions.as_deref(), versions);
        let languages = known_languages(self.response_languages.as_deref(), versions);
        Ok(RowFilter {
            campaigns: campaigns.map(|all| all.iter().map(|it| it.id).collect()),
            versions: noted(of_versions, unfit),
            languages: noted(languages, unfit),
            from_week: self.from_week.map(IsoWeek::monday),
            to_week: self.to_week.map(IsoWeek::monday),
        })
    }

    fn file(&self, form: &FormKey, versions: &[ExportVersion], unfit: &mut Vec<Unfit>) -> FileSpec {
        let all = columns_of(versions);
        let columns = noted(known_columns(self.columns.as_deref(), &all), unfit);
        let count = columns.as_ref().map_or(all.as_slice().len(), Vec::len);
        let wide = self.shape.layout == LayoutKind::Wide;
        if self.format == FileFormat::Xlsx && wide && count > MAX_COLUMNS {
            unfit.push(Unfit::TooManyColumns(MAX_COLUMNS));
        }
        if self.format == FileFormat::Sav && self.shape.values == Values::Labels {
            unfit.push(Unfit::LabelsBesideCodes);
        }
        let language = label_language(newest(versions), self.language.as_deref());
        let language = noted(language.map_err(Unfit::LanguageNotOffered), unfit);
        let title = newest(versions).and_then(|definition| definition.title.get(&language));
        FileSpec {
            format: self.format,
            shape: self.shape,
            columns,
            form: form.to_string(),
            title: title.unwrap_or_default().to_owned(),
            language,
        }
    }
}

/// The value; nothing instead of one that does not fit, and the reason among the others.
fn noted<T: Default>(checked: Result<T, Unfit>, unfit: &mut Vec<Unfit>) -> T {
    checked.unwrap_or_else(|reason| {
        unfit.push(reason);
        T::default()
    })
}

/// The size of the smallest equivalence class, if it is asked for.
fn k(asked: Option<u32>, least: u32) -> Result<Option<u32>, Unfit> {
    match asked {
        None => Ok(None),
        Some(k) if k < least => Err(Unfit::KTooSmall(least)),
        Some(k) if k > MAX_K.max(least) => Err(Unfit::KTooLarge(MAX_K)),
        Some(k) => Ok(Some(k)),
    }
}

/// The questions whose diversity is asked for, each once.
fn sensitive(asked: &[String], columns: &Columns<'_>) -> Result<Vec<String>, Unfit> {
    let mut keys: Vec<String> = Vec::new();
    for key in asked {
        let of_question = columns
            .as_slice()
            .iter()
            .filter(|column| column.question() == Some(key));
        let background: Vec<bool> = of_question.map(|column| column.background).collect();
        if background.is_empty() {
            return Err(Unfit::SensitiveUnknown);
        }
        if background.contains(&true) {
            return Err(Unfit::SensitiveBackground);
        }
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    if keys.len() > MAX_SENSITIVE {
        return Err(Unfit::TooManySensitive);
    }
    Ok(keys)
}

/// The versions that rows are chosen by.
fn known_versions(
    asked: Option<&[i32]>,
    versions: &[ExportVersion],
) -> Result<Option<BTreeSet<i32>>, Unfit> {
    let known = |number: &i32| versions.iter().any(|version| version.number == *number);
    match asked {
        Some(asked) if !asked.iter().all(known) => Err(Unfit::VersionUnknown),
        _ => Ok(asked.map(|asked| asked.iter().copied().collect())),
    }
}

/// The languages that rows are chosen by, as the form writes them.
fn known_languages(
    asked: Option<&[String]>,
    versions: &[ExportVersion],
) -> Result<Option<BTreeSet<String>>, Unfit> {
    let languages = versions.iter().map(|it| &it.form.definition().languages);
    let offered: BTreeSet<&String> = languages.flatten().collect();
    let known = |asked: &String| {
        let found = offered.iter().find(|tag| tag.eq_ignore_ascii_case(asked));
        found.map_or(Err(Unfit::ResponseLanguageNotOffered), |tag| {
            Ok((*tag).clone())
        })
    };
    let asked = asked.map(|asked| asked.iter().map(known).collect());
    asked.transpose()
}

/// The columns that are asked for by their own names or those of their codings, in the order of the table.
fn known_columns(
    asked: Option<&[String]>,
    columns: &Columns<'_>,
) -> Result<Option<Vec<String>>, Unfit> {
    let Some(asked) = asked else {
        return Ok(None);
    };
    let named = |column: &Column, name: &String| column.name == *name || column.coding == *name;
    let all = columns.as_slice();
    if let Some(unknown) = asked
        .iter()
        .find(|name| !all.iter().any(|it| named(it, name)))
    {
        return Err(Unfit::ColumnUnknown(unknown.clone()));
    }
    let chosen = all
        .iter()
        .filter(|it| asked.iter().any(|name| named(it, name)));
    Ok(Some(chosen.map(|column| column.name.clone()).collect()))
}

/// The newest of these versions.
pub fn newest(versions: &[ExportVersion]) -> Option<&FormDefinition> {
    versions.last().map(|version| version.form.definition())
}

/// The language of labels: the one asked for or the first; those that there are, when it is none of them.
///
/// # Errors
///
/// When it is not offered.
pub fn label_language(
    newest: Option<&FormDefinition>,
    asked: Option<&str>,
) -> Result<String, Vec<String>> {
    let offered = newest.map_or(&[][..], |definition| &definition.languages);
    let language = match asked {
        None => Some(offered.first().map_or("", String::as_str)),
        Some(asked) => look_up(offered, asked),
    };
    language.map_or_else(|| Err(offered.to_vec()), |tag| Ok(tag.to_owned()))
}

/// The columns over these versions.
pub fn columns_of(versions: &[ExportVersion]) -> Columns<'_> {
    let forms: Vec<_> = versions.iter().map(|it| (it.number, &*it.form)).collect();
    Columns::of(&forms)
}
