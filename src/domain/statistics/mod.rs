//! Statistics: how many responses say what, broken down by campaign, time, language, version and answers.
//!
//! A [`Query`] says what is asked for: a [`Measure`], up to three [`Dimension`]s, and of which responses. A [`CrossTable`]
//! holds the exact cells. It is filled by one [`Pass`] over the responses, or read from tallies (`tally`). The only way
//! out of it is [`CrossTable::protect`], which gives [`Statistics`] under the cell key method
//! ([`crate::domain::disclosure::cell_key`]).
//!
//! | module | what it holds |
//! | --- | --- |
//! | `item` | a question or score of one version, as it is counted |
//! | `measure` | the same over all versions, with its categories |
//! | `query` `period` | what is asked for |
//! | `score_memo` | what scores come to, remembered |
//! | `cross_table` | exact cells, by group |
//! | `pass` `tally` | where these come from |
//! | `published` `report` `insights` | what may be published |
//! | `held` | when it follows what changed |

mod cross_table;
mod held;
mod insights;
mod item;
mod measure;
mod pass;
mod published;
mod query;
mod report;
mod score_memo;
mod tally;

pub use crate::domain::period::PeriodKind;
pub use cross_table::CrossTable;
pub use held::{Held, MAX_DAYS_HELD};
pub use insights::{
    Alike, Area, AreaChange, AreaInsights, Difficulty, GroupInsights, Insights, MAX_LIKE, Newest,
};
pub use item::Numbers;
pub use measure::{Category, Measure, names};
pub use pass::{Pass, StoredResponse};
pub use published::{Change, PublishedGroup, Statistics, Value};
pub use query::{Asked, Dimension, MAX_CONDITIONS, MAX_DIMENSIONS, MAX_GROUPS, Query, QueryFault};
pub use report::{Report, ReportItem};
pub use score_memo::ScoreMemo;
pub use tally::{FromTallies, NotATally, Tallies, TallyLayout};
