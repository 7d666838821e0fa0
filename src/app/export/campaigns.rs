//! Which campaigns of a form an export may show, given what its caller reaches.

use std::collections::HashMap;

use super::CampaignTable;
use crate::app::Caller;
use crate::domain::campaign::privacy_settings::k_of;
use crate::domain::ids::{CampaignId, FormKey};
use crate::domain::server_key::ServerKey;
use crate::domain::staff::scope::OutOfReach;
use crate::store::responses::stream::ExportedCampaign;

/// Campaigns of a form that were asked for and cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotChosen {
    /// The form has none with this key.
    Unknown,
    /// The caller does not reach it.
    OutOfReach,
}

/// The campaigns of a form.
pub struct FormCampaigns {
    /// All of them, those that the caller does not reach included.
    pub all: Vec<ExportedCampaign>,
    /// Whether the caller reaches the form itself, and so each of them.
    whole: bool,
    /// Those that the caller reaches.
    reached: Vec<ExportedCampaign>,
}

impl FormCampaigns {
    /// The campaigns of this form, for this caller.
    ///
    /// # Errors
    ///
    /// When the caller reaches neither the form nor any of them.
    pub fn new(
        caller: &Caller,
        form: &FormKey,
        all: Vec<ExportedCampaign>,
    ) -> Result<Self, OutOfReach> {
        let whole = caller.scope.covers_form(form);
        let covered = |it: &&ExportedCampaign| caller.scope.covers_campaign(&it.key, form);
        let reached: Vec<_> = all.iter().filter(covered).cloned().collect();
        match whole || !reached.is_empty() {
            true => Ok(Self {
                all,
                whole,
                reached,
            }),
            false => Err(OutOfReach),
        }
    }

    /// All of them as an export has them, in the order of the file.
    pub fn tables(&self, keys: &HashMap<CampaignId, ServerKey>) -> Vec<CampaignTable> {
        let table = |campaign: &ExportedCampaign| CampaignTable {
            id: campaign.id,
            key: campaign.key.to_string(),
            least_k: k_of(campaign.k),
            left_out: campaign.left_out.keys(),
            weights: campaign.masking_weights.0.clone(),
            server_key: keys.get(&campaign.id).cloned(),
        };
        self.all.iter().map(table).collect()
    }

    /// Those with these keys, or else those that the caller reaches. None, when nothing is asked for and the caller reaches
    /// the whole form: then a row may show any campaign, or that it is suppressed.
    ///
    /// # Errors
    ///
    /// When one that is asked for does not exist, or the caller does not reach it.
    pub fn chosen(
        &self,
        asked: Option<&[String]>,
    ) -> Result<Option<Vec<ExportedCampaign>>, NotChosen> {
        let Some(asked) = asked else {
            return Ok((!self.whole).then(|| self.reached.clone()));
        };
        let named = |it: &ExportedCampaign, key: &String| it.key.as_str() == key;
        let among = |campaigns: &[ExportedCampaign], key: &String| {
            campaigns.iter().any(|campaign| named(campaign, key))
        };
        if !asked.iter().all(|key| among(&self.all, key)) {
            return Err(NotChosen::Unknown);
        }
        if !asked.iter().all(|key| among(&self.reached, key)) {
            return Err(NotChosen::OutOfReach);
        }
        let chosen = self.reached.iter();
        let chosen = chosen.filter(|campaign| asked.iter().any(|key| named(campaign, key)));
        Ok(Some(chosen.cloned().collect()))
    }
}

/// The keys of campaigns by their ids.
pub fn by_id(campaigns: &[ExportedCampaign]) -> HashMap<CampaignId, String> {
    let pairs = campaigns.iter().map(|it| (it.id, it.key.to_string()));
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::audit::Actor;
    use crate::domain::campaign::masking::{LeftOut, MaskingWeights};
    use crate::domain::staff::scope::{RoleScope, ScopeList};

    fn campaigns(keys: &[&str]) -> Vec<ExportedCampaign> {
        let campaign = |(number, key): (usize, &&str)| ExportedCampaign {
            id: CampaignId(Uuid::from_u128(number as u128)),
            key: key.parse().unwrap(),
            opens_at: chrono::DateTime::UNIX_EPOCH,
            k: 5,
            left_out: LeftOut::default(),
            masking_weights: MaskingWeights::default(),
            server_key: 1,
            erased_at: None,
        };
        keys.iter().enumerate().map(campaign).collect()
    }

    /// What somebody with this scope gets who asks for these campaigns of the form "sleep"; none for everything.
    fn chosen(
        scope: Option<(&[&str], &[&str])>,
        asked: Option<&[&str]>,
    ) -> Result<Option<Vec<String>>, NotChosen> {
        let scope = match scope {
            None => RoleScope::Everything,
            Some((forms, campaigns)) => RoleScope::Only(ScopeList {
                forms: forms.iter().map(|key| key.parse().unwrap()).collect(),
                campaigns: campaigns.iter().map(|key| key.parse().unwrap()).collect(),
            }),
        };
        let actor = Actor::Operator;
        let caller = Caller { actor, scope };
        let form = "sleep".parse().unwrap();
        let of_form = FormCampaigns::new(&caller, &form, campaigns(&["autumn", "spring"]))
            .map_err(|OutOfReach| NotChosen::OutOfReach)?;
        let asked: Option<Vec<String>> =
            asked.map(|keys| keys.iter().map(|key| (*key).to_owned()).collect());
        let chosen = of_form.chosen(asked.as_deref())?;
        Ok(chosen.map(|all| all.iter().map(|it| it.key.to_string()).collect()))
    }

    #[test]
    fn an_export_shows_no_campaign_that_its_caller_does_not_reach() {
        let keys = |keys: &[&str]| Ok(Some(keys.iter().map(|key| (*key).to_owned()).collect()));
        let (spring, both): (&[&str], &[&str]) = (&["spring"], &["autumn", "spring"]);
        // Whoever reaches the whole form.
        for scope in [None, Some((&["sleep"][..], &[][..]))] {
            assert_eq!(chosen(scope, None), Ok(None));
            assert_eq!(chosen(scope, Some(spring)), keys(spring));
            assert_eq!(chosen(scope, Some(&["winter"])), Err(NotChosen::Unknown));
        }
        // Whoever reaches one campaign of it, and something else.
        let one = Some((&["meals"][..], &["spring", "winter"][..]));
        assert_eq!(chosen(one, None), keys(spring));
        assert_eq!(chosen(one, Some(spring)), keys(spring));
        assert_eq!(chosen(one, Some(&["winter"])), Err(NotChosen::Unknown));
        for asked in [both, &["autumn"]] {
            assert_eq!(chosen(one, Some(asked)), Err(NotChosen::OutOfReach));
        }
        // All campaigns that there are now are not the form.
        assert_eq!(chosen(Some((&[], both)), None), keys(both));
        // Nothing of it.
        for scope in [
            (&["meals"][..], &["winter"][..]),
            (&[], &[]),
            (&["spring"], &["sleep"]),
        ] {
            for asked in [None, Some(spring), Some(&["winter"][..])] {
                assert_eq!(chosen(Some(scope), asked), Err(NotChosen::OutOfReach));
            }
        }
    }
}
