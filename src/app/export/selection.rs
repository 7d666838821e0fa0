//! Which rows of the suppressed table a file has.
//!
//! Suppression comes first, over all responses of a campaign, and rows are chosen after it, by what they show. If it were
//! the other way round, each choice would be suppressed anew, and rows of several files, which can be recognised by
//! their other answers, would show together what each of them suppresses. So every file is a part of one and the same
//! table of each campaign.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;

use crate::domain::ids::CampaignId;

/// What a row must show to be in the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowFilter {
    /// One of these campaigns; any, if none is given. With an empty set, no row is in the file.
    pub campaigns: Option<HashSet<CampaignId>>,
    /// One of these versions of the form; any, if none is given.
    pub versions: Option<BTreeSet<i32>>,
    /// One of these languages; any, if none is given.
    pub languages: Option<BTreeSet<String>>,
    /// The week of this Monday or a later one.
    pub from_week: Option<NaiveDate>,
    /// The week of this Monday or an earlier one.
    pub to_week: Option<NaiveDate>,
}

/// Whether a row is in the file. Of two conditions the greater decision holds (Kleene's three-valued "and").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// It is.
    Include,
    /// What decides it is suppressed, so it is not.
    Undetermined,
    /// It is not.
    Exclude,
}

/// What a row shows of its metadata; none for what is suppressed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// The number of the version.
    pub version: Option<i32>,
    /// The language.
    pub language: Option<String>,
    /// The first and the last Monday of the weeks among which its week is.
    pub weeks: Option<(NaiveDate, NaiveDate)>,
}

impl RowFilter {
    /// Whether rows of this campaign can be in the file.
    pub fn has(&self, campaign: CampaignId) -> bool {
        self.campaigns
            .as_ref()
            .is_none_or(|of| of.contains(&campaign))
    }

    /// Whether a row that shows this is in the file, if it is of one of the campaigns.
    pub fn decide(&self, shown: &Shown) -> Decision {
        let among_versions = among(self.versions.as_ref(), shown.version.as_ref());
        let among_languages = among(self.languages.as_ref(), shown.language.as_ref());
        among_versions
            .max(among_languages)
            .max(self.decide_week(shown.weeks))
    }

    fn decide_week(&self, weeks: Option<(NaiveDate, NaiveDate)>) -> Decision {
        if self.from_week.is_none() && self.to_week.is_none() {
            return Decision::Include;
        }
        let Some((first, last)) = weeks else {
            return Decision::Undetermined;
        };
        let (from, to) = (self.from_week, self.to_week);
        let within = |week: NaiveDate| {
            from.is_none_or(|from| from <= week) && to.is_none_or(|to| week <= to)
        };
        if within(first) && within(last) {
            Decision::Include
        } else if from.is_some_and(|from| last < from) || to.is_some_and(|to| to < first) {
            Decision::Exclude
        } else {
            Decision::Undetermined
        }
    }
}

fn among<T: Ord>(chosen: Option<&BTreeSet<T>>, shown: Option<&T>) -> Decision {
    match (chosen, shown) {
        (None, _) => Decision::Include,
        (Some(_), None) => Decision::Undetermined,
        (Some(chosen), Some(shown)) if chosen.contains(shown) => Decision::Include,
        _ => Decision::Exclude,
    }
}

#[cfg(test)]
mod tests {
    use super::Decision::{Exclude, Include, Undetermined};
    use super::*;

    fn week(number: u32) -> NaiveDate {
        NaiveDate::from_isoywd_opt(2027, number, chrono::Weekday::Mon).unwrap()
    }

    #[test]
    fn what_is_shown_decides_before_what_is_suppressed() {
        let filter = RowFilter {
            versions: Some(BTreeSet::from([1])),
            languages: Some(BTreeSet::from(["ko".to_owned()])),
            from_week: Some(week(5)),
            to_week: Some(week(8)),
            campaigns: None,
        };
        let one = |number| Some((week(number), week(number)));
        for (version, language, weeks, expected) in [
            (Some(1), Some("ko"), one(5), Include),
            (Some(1), Some("ko"), one(8), Include),
            (Some(1), Some("ko"), one(9), Exclude),
            (Some(2), Some("ko"), one(6), Exclude),
            (Some(1), Some("en"), one(6), Exclude),
            (None, Some("ko"), one(6), Undetermined),
            (Some(1), None, one(6), Undetermined),
            (Some(1), Some("ko"), None, Undetermined),
            (None, None, None, Undetermined),
            (None, Some("en"), None, Exclude),
            (None, None, one(4), Exclude),
            // A month or a quarter decides only where all its weeks do.
            (Some(1), Some("ko"), Some((week(5), week(8))), Include),
            (Some(1), Some("ko"), Some((week(5), week(9))), Undetermined),
            (Some(1), Some("ko"), Some((week(1), week(4))), Exclude),
            (Some(1), Some("ko"), Some((week(9), week(13))), Exclude),
        ] {
            let language = language.map(str::to_owned);
            let shown = Shown {
                version,
                language,
                weeks,
            };
            assert_eq!(filter.decide(&shown), expected, "{shown:?}");
        }
        assert_eq!(RowFilter::default().decide(&Shown::default()), Include);
    }
}
