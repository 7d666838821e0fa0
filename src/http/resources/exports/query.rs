//! What can be asked of an export.

use std::collections::HashSet;

use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::columns_of;
use crate::app::export::selection::RowFilter;
use crate::app::export::{ExportVersion, ResponsesExport};
use crate::domain::codebook::Columns;
use crate::domain::form::look_up;
use crate::domain::server_key::ServerKey;
use crate::domain::week::IsoWeek;
use crate::formats::csv::{CsvOptions, Formulas};
use crate::http::problem::{Code, Problem};
use crate::store::responses::stream::ExportedCampaign;

/// The least `k` that a campaign can have.
const MIN_K: u32 = 5;
/// The greatest `k` that can be asked for.
const MAX_K: u32 = 1_000;
/// Questions whose diversity is reported at once.
const MAX_SENSITIVE: usize = 20;

// Unknown parameters are refused, with which serde does not let structs share fields.
macro_rules! csv_query {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$of_field:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            $($(#[$of_field])* $field: $kind,)*
            /// Starts the file with a byte order mark, from which Excel knows that it is UTF-8.
            #[serde(default)]
            #[param(default = false)]
            bom: bool,
            /// Whether text that a spreadsheet would run as a formula gets an apostrophe in front.
            #[serde(default)]
            #[param(inline)]
            formulas: Formulas,
        }

        impl $name {
            /// How the file is written.
            pub fn csv(&self) -> CsvOptions {
                CsvOptions {
                    bom: self.bom,
                    formulas: self.formulas,
                }
            }
        }
    };
}

csv_query! {
    /// Which responses, and how they are written.
    pub struct ResponsesQuery {
        /// Only rows that show one of these campaigns: their keys, separated by commas.
        #[param(example = "world-cancer-day-2027,spring-2027")]
        campaign: Option<String>,
        /// Only rows that show this ISO week or a later one.
        #[param(example = "2027-W05")]
        from_week: Option<String>,
        /// Only rows that show this ISO week or an earlier one.
        #[param(example = "2027-W08")]
        to_week: Option<String>,
        /// How many responses share what is shown of their background at least. Not less than any campaign of the form sets;
        /// the greatest of these is the default.
        #[param(minimum = 5, maximum = 1000, example = 10)]
        k: Option<u32>,
        /// Questions other than background ones, by key, separated by commas, at most 20: the header `Diversity` says how different the
        /// answers to them are among responses that share their background.
        #[param(example = "distress,eating_meals")]
        sensitive: Option<String>,
    }
}

csv_query! {
    /// Which remarks, and how they are written.
    pub struct RemarksCsvQuery {
        /// Only remarks of these campaigns: their keys, separated by commas.
        #[param(example = "world-cancer-day-2027,spring-2027")]
        campaign: Option<String>,
    }
}

csv_query! {
    /// How the codebook is written.
    pub struct CodebookQuery {
        /// Language of texts and labels: one of those of the newest version, of which the first is the default.
        #[param(example = "en")]
        language: Option<String>,
    }
}

/// The least `k` of all files of a form's responses: the greatest that a campaign sets.
fn least_k(campaigns: &[ExportedCampaign]) -> u32 {
    let set = campaigns
        .iter()
        .filter_map(|campaign| u32::try_from(campaign.k).ok());
    set.fold(MIN_K, u32::max)
}

/// The first week and the last.
pub type Weeks = (Option<IsoWeek>, Option<IsoWeek>);

impl ResponsesQuery {
    /// The export that is asked for, over these versions of the form and these campaigns.
    pub fn export(
        &self,
        weeks: Weeks,
        versions: Vec<ExportVersion>,
        campaigns: &[ExportedCampaign],
        key: ServerKey,
    ) -> Result<ResponsesExport, Problem> {
        let named = |campaign: &ExportedCampaign| (campaign.id, campaign.key.clone());
        let least_k = least_k(campaigns);
        let row_filter = RowFilter {
            campaigns: self.campaigns(campaigns)?,
            from_week: weeks.0.map(IsoWeek::monday),
            to_week: weeks.1.map(IsoWeek::monday),
        };
        Ok(ResponsesExport {
            row_filter,
            campaigns: campaigns.iter().map(named).collect(),
            least_k,
            k: self.k(least_k)?,
            sensitive: self.sensitive(&columns_of(&versions))?,
            key,
            options: self.csv(),
            versions,
        })
    }

    /// The first and the last week.
    pub fn weeks(&self) -> Result<Weeks, Problem> {
        let from = week("from_week", self.from_week.as_deref())?;
        let to = week("to_week", self.to_week.as_deref())?;
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(wrong("`from_week` is later than `to_week`."));
        }
        Ok((from, to))
    }

    /// The campaigns that were asked for; none if that is all of them.
    fn campaigns(&self, campaigns: &[ExportedCampaign]) -> Result<HashSet<Uuid>, Problem> {
        if self.campaign.is_none() {
            return Ok(HashSet::new());
        }
        let chosen = chosen(self.campaign.as_deref(), campaigns.to_vec())?;
        Ok(chosen.into_iter().map(|campaign| campaign.id).collect())
    }

    /// The size of the smallest group.
    fn k(&self, least: u32) -> Result<u32, Problem> {
        match self.k {
            None => Ok(least),
            Some(k) if (least..=MAX_K.max(least)).contains(&k) => Ok(k),
            Some(k) if k < least => Err(wrong(format!("`k` is at least {least} here."))),
            Some(_) => Err(wrong(format!("`k` is at most {MAX_K}."))),
        }
    }

    /// The questions whose diversity is asked for, each once.
    fn sensitive(&self, columns: &Columns<'_>) -> Result<Vec<String>, Problem> {
        let Some(asked) = &self.sensitive else {
            return Ok(Vec::new());
        };
        let mut keys: Vec<String> = Vec::new();
        for key in asked.split(',').map(str::trim) {
            let columns = columns.as_slice().iter();
            let mut of_question = columns.filter(|column| column.question() == Some(key));
            match of_question.next() {
                None => {
                    return Err(wrong("`sensitive` names a question that has no column."));
                }
                Some(column)
                    if column.background || of_question.any(|column| column.background) =>
                {
                    return Err(wrong(
                        "`sensitive` names a background question, which is masked itself.",
                    ));
                }
                Some(_) if keys.iter().any(|known| known == key) => {}
                Some(_) => keys.push(key.to_owned()),
            }
        }
        if keys.len() > MAX_SENSITIVE {
            return Err(wrong(format!(
                "`sensitive` names more than {MAX_SENSITIVE} questions."
            )));
        }
        Ok(keys)
    }
}

impl RemarksCsvQuery {
    /// Those of the campaigns that were asked for; all of them if none was named.
    pub fn campaigns(
        &self,
        campaigns: Vec<ExportedCampaign>,
    ) -> Result<Vec<ExportedCampaign>, Problem> {
        chosen(self.campaign.as_deref(), campaigns)
    }
}

impl CodebookQuery {
    /// The language asked for, or the default of the newest version.
    pub fn language<'a>(&self, columns: &Columns<'a>) -> Result<&'a str, Problem> {
        let newest = columns.versions().last().map(|(_, form)| *form);
        let offered = newest.map_or(&[][..], |form| &form.definition().languages);
        match &self.language {
            None => Ok(offered.first().map_or("", String::as_str)),
            Some(asked) => look_up(offered, asked).ok_or_else(|| {
                let detail = format!("It is offered in {}.", offered.join(", "));
                Problem::new(Code::LanguageNotOffered).detail(detail)
            }),
        }
    }
}

/// Those of the campaigns whose keys were asked for, separated by commas; all of them if none was.
pub fn chosen(
    asked: Option<&str>,
    campaigns: Vec<ExportedCampaign>,
) -> Result<Vec<ExportedCampaign>, Problem> {
    let Some(asked) = asked else {
        return Ok(campaigns);
    };
    let mut asked: Vec<&str> = asked.split(',').map(str::trim).collect();
    let known = |key: &&str| campaigns.iter().any(|campaign| campaign.key == **key);
    if !asked.iter().all(known) {
        return Err(wrong(
            "`campaign` names a campaign that this form does not have.",
        ));
    }
    asked.sort_unstable();
    let mut chosen = campaigns;
    chosen.retain(|campaign| asked.binary_search(&campaign.key.as_str()).is_ok());
    Ok(chosen)
}

fn week(name: &str, text: Option<&str>) -> Result<Option<IsoWeek>, Problem> {
    let parse = |text: &str| text.parse::<IsoWeek>();
    let week = text.map(parse).transpose();
    week.map_err(|error| wrong(format!("`{name}` {error}.")))
}

fn wrong(detail: impl Into<String>) -> Problem {
    Problem::new(Code::QueryInvalid).detail(detail)
}
