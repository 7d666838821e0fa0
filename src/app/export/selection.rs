//! Which rows of the suppressed table a file has.
//!
//! Suppression comes first, over all responses to the form, and rows are chosen after it, by what they show. If it were
//! the other way round, each choice would be suppressed anew, and rows of several files, which can be recognised by
//! their other answers, would show together what each of them suppresses. So every file is a part of one and the same
//! table.

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
    /// The campaigns that its reader reaches; all, if none is given. What is undetermined counts only where it is of one of
    /// these, whichever of them were asked for: so no choice tells of which campaign a suppressed row is.
    pub reach: Option<HashSet<CampaignId>>,
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
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The campaign.
    pub campaign: Option<CampaignId>,
    /// The number of the version.
    pub version: Option<i32>,
    /// The language.
    pub language: Option<&'a str>,
    /// The Monday of the week.
    pub week: Option<NaiveDate>,
}

impl RowFilter {
    /// Whether a row that shows this is in the file.
    pub fn decide(&self, shown: &Shown<'_>) -> Decision {
        let any_week = self.from_week.is_none() && self.to_week.is_none();
        let by_week = decide(any_week, shown.week, |it| {
            self.from_week.is_none_or(|from| from <= it) && self.to_week.is_none_or(|to| it <= to)
        });
        among(self.campaigns.as_ref(), shown.campaign, |of, it| {
            of.contains(&it)
        })
        .max(among(self.versions.as_ref(), shown.version, |of, it| {
            of.contains(&it)
        }))
        .max(among(self.languages.as_ref(), shown.language, |of, it| {
            of.contains(it)
        }))
        .max(by_week)
    }

    /// Whether the reader reaches this campaign.
    pub fn reaches(&self, campaign: CampaignId) -> bool {
        self.reach.as_ref().is_none_or(|of| of.contains(&campaign))
    }
}

fn among<S, T>(
    chosen: Option<&S>,
    shown: Option<T>,
    contains: impl FnOnce(&S, T) -> bool,
) -> Decision {
    decide(chosen.is_none(), shown, |it| {
        chosen.is_none_or(|of| contains(of, it))
    })
}

fn decide<T>(any: bool, shown: Option<T>, fits: impl FnOnce(T) -> bool) -> Decision {
    match shown.map(fits) {
        _ if any => Decision::Include,
        None => Decision::Undetermined,
        Some(true) => Decision::Include,
        Some(false) => Decision::Exclude,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::Decision::{Exclude, Include, Undetermined};
    use super::*;

    #[test]
    fn what_is_shown_decides_before_what_is_suppressed() {
        let week = |number: u32| NaiveDate::from_isoywd_opt(2027, number, chrono::Weekday::Mon);
        let (mine, other) = (
            CampaignId(Uuid::from_u128(1)),
            CampaignId(Uuid::from_u128(2)),
        );
        let filter = RowFilter {
            campaigns: Some(HashSet::from([mine])),
            from_week: week(5),
            to_week: week(8),
            ..RowFilter::default()
        };
        let shown = |campaign, week| Shown {
            campaign,
            version: Some(1),
            language: Some("ko"),
            week,
        };
        for (campaign, in_week, expected) in [
            (Some(mine), week(5), Include),
            (Some(mine), week(8), Include),
            (Some(mine), week(9), Exclude),
            (Some(other), week(6), Exclude),
            (None, week(6), Undetermined),
            (Some(mine), None, Undetermined),
            (None, None, Undetermined),
            (None, week(4), Exclude),
            (Some(other), None, Exclude),
        ] {
            assert_eq!(filter.decide(&shown(campaign, in_week)), expected);
        }
        assert_eq!(RowFilter::default().decide(&shown(None, None)), Include);
        let nothing = RowFilter {
            campaigns: Some(HashSet::new()),
            ..RowFilter::default()
        };
        assert_eq!(nothing.decide(&shown(Some(mine), week(5))), Exclude);
        assert_eq!(nothing.decide(&shown(None, week(5))), Undetermined);
        let narrow = RowFilter {
            versions: Some(BTreeSet::from([1])),
            languages: Some(BTreeSet::from(["ko".to_owned()])),
            ..RowFilter::default()
        };
        for (version, language, expected) in [
            (Some(1), Some("ko"), Include),
            (Some(2), Some("ko"), Exclude),
            (Some(1), Some("en"), Exclude),
            (None, Some("ko"), Undetermined),
            (Some(1), None, Undetermined),
            (None, Some("en"), Exclude),
        ] {
            let row = Shown {
                version,
                language,
                ..shown(None, None)
            };
            assert_eq!(narrow.decide(&row), expected);
        }
    }
}
