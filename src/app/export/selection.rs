//! Which rows of the masked table a file has.
//!
//! Masking comes first, over all responses to the form, and choosing comes after it, by what is shown. If it were the
//! other way round, each choice would be masked anew, and rows of several files, which can be recognised by their other
//! answers, would show together what each of them masks. So every file is a part of one and the same table.

use std::collections::HashSet;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::domain::codebook::Leading;
use crate::domain::disclosure::k_anonymity::MaskedCells;
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
pub enum Chosen {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// What decides it is masked, so it is not.
    Masked,
}

impl Selection {
    /// Whether this row is in the file, when these cells of it are masked.
    pub fn chooses(&self, row: &ExportedRow, masked: MaskedCells) -> Chosen {
        let is_masked = |column: Leading| {
            let place = Leading::ALL.iter().position(|other| *other == column);
            MaskedCells::of(place).meets(masked)
        };
        let campaign = (
            self.campaigns.is_empty() || self.campaigns.contains(&row.campaign_id),
            !self.campaigns.is_empty() && is_masked(Leading::Campaign),
        );
        let bounded = self.from_week.is_some() || self.to_week.is_some();
        let week = (
            self.from_week.is_none_or(|from| from <= row.week)
                && self.to_week.is_none_or(|to| row.week <= to),
            bounded && is_masked(Leading::Week),
        );
        match (campaign, week) {
            // What is shown decides before what is not.
            ((false, false), _) | (_, (false, false)) => Chosen::No,
            ((_, true), _) | (_, (_, true)) => Chosen::Masked,
            _ => Chosen::Yes,
        }
    }
}
