//! Which rows of the masked table a file has.
//!
//! SuppressionPlan comes first, over all responses to the form, and choosing comes after it, by what is shown. If it were the
//! other sink round, each choice would be masked anew, and rows of several files, which can be recognised by their other
//! answers, would show together what each of them masks. So every file is a part of one and the same table.

use std::collections::HashSet;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::domain::codebook::MetadataColumn;
use crate::domain::disclosure::k_anonymity::QiSet;
use crate::store::responses::stream::ExportedRow;

/// What a row must show to be in the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// One of these campaigns; any, when there are none.
    pub campaigns: HashSet<Uuid>,
    /// The week of this Monday or a later one.
    pub from_week: Option<NaiveDate>,
    /// The week of this Monday or an earlier one.
    pub to_week: Option<NaiveDate>,
}

/// Whether a row is in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is.
    Include,
    /// It is not.
    Exclude,
    /// What decides it is masked, so it is not.
    Undetermined,
}

impl Selection {
    /// Whether this row is in the file, when these cells of it are masked.
    pub fn decide(&self, row: &ExportedRow, masked: QiSet) -> Decision {
        let is_masked = |column: MetadataColumn| {
            let place = MetadataColumn::ALL
                .iter()
                .position(|other| *other == column);
            QiSet::of(place).intersects(masked)
        };
        let campaign = (
            self.campaigns.is_empty() || self.campaigns.contains(&row.campaign_id),
            !self.campaigns.is_empty() && is_masked(MetadataColumn::Campaign),
        );
        let bounded = self.from_week.is_some() || self.to_week.is_some();
        let week = (
            self.from_week.is_none_or(|from| from <= row.week)
                && self.to_week.is_none_or(|to| row.week <= to),
            bounded && is_masked(MetadataColumn::Week),
        );
        match (campaign, week) {
            // What is shown decides before what is not.
            ((false, false), _) | (_, (false, false)) => Decision::Exclude,
            ((_, true), _) | (_, (_, true)) => Decision::Undetermined,
            _ => Decision::Include,
        }
    }
}
