//! What a role of an account reaches: everything, or the forms and campaigns on a list.
//!
//! A form on the list covers its campaigns. A campaign on the list does not cover its form. The list holds keys and not
//! ids: keys never change, and an author can be given the key of a form that is still to be written.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::role::Role;
use crate::domain::campaign::Campaign;
use crate::domain::ids::{CampaignKey, FormKey};

/// The maximum number of forms, and of campaigns, on a list.
pub const MAX_LISTED: usize = 100;

/// The forms and campaigns that a role is limited to. An empty list reaches nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeList {
    /// Forms, each with all its campaigns.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub forms: BTreeSet<FormKey>,
    /// Campaigns, whatever their form.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub campaigns: BTreeSet<CampaignKey>,
}

/// What a role reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleScope {
    /// Every form and campaign.
    Everything,
    /// Those on the list.
    Only(ScopeList),
}

/// The role does not reach the form or campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the role does not reach this form or campaign")]
pub struct OutOfReach;

impl RoleScope {
    /// Whether the form is covered, with all its campaigns.
    pub fn covers_form(&self, form: &FormKey) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(list) => list.forms.contains(form),
        }
    }

    /// Whether the campaign of this form is covered.
    pub fn covers_campaign(&self, campaign: &CampaignKey, form: &FormKey) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(list) => list.forms.contains(form) || list.campaigns.contains(campaign),
        }
    }

    /// Checks that the form is covered.
    ///
    /// # Errors
    ///
    /// When it is not.
    pub fn check_form(&self, form: &FormKey) -> Result<(), OutOfReach> {
        self.covers_form(form).then_some(()).ok_or(OutOfReach)
    }

    /// Checks that the campaign is covered.
    ///
    /// # Errors
    ///
    /// When it is not.
    pub fn check_campaign(&self, campaign: &Campaign) -> Result<(), OutOfReach> {
        self.covers_campaign(&campaign.key, &campaign.form)
            .then_some(())
            .ok_or(OutOfReach)
    }

    /// The list; none, when the role reaches everything.
    pub fn list(&self) -> Option<&ScopeList> {
        match self {
            Self::Everything => None,
            Self::Only(list) => Some(list),
        }
    }
}

/// The limits of an account's roles. A role without one reaches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoleScopes(pub BTreeMap<Role, ScopeList>);

impl ScopeList {
    /// Whether the role can be limited to this. The role admin cannot be limited, and an author writes forms only.
    pub fn fits(&self, role: Role) -> bool {
        match role {
            Role::Admin => false,
            Role::Author => self.campaigns.is_empty(),
            Role::Coordinator | Role::Analyst => true,
        }
    }
}

impl RoleScopes {
    /// What the role reaches.
    pub fn of(&self, role: Role) -> RoleScope {
        match self.0.get(&role) {
            None => RoleScope::Everything,
            Some(list) => RoleScope::Only(list.clone()),
        }
    }

    /// Whether no role is limited.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(forms: &[&str], campaigns: &[&str]) -> RoleScope {
        RoleScope::Only(ScopeList {
            forms: forms.iter().map(|key| key.parse().unwrap()).collect(),
            campaigns: campaigns.iter().map(|key| key.parse().unwrap()).collect(),
        })
    }

    #[test]
    fn a_form_covers_its_campaigns_and_a_campaign_only_itself() {
        let (sleep, meals): (FormKey, FormKey) =
            ("sleep".parse().unwrap(), "meals".parse().unwrap());
        let (spring, autumn): (CampaignKey, CampaignKey) =
            ("spring".parse().unwrap(), "autumn".parse().unwrap());
        // Form sleep, form meals, spring of sleep, autumn of sleep, spring of meals.
        let cases = [
            (RoleScope::Everything, [true, true, true, true, true]),
            (list(&["sleep"], &[]), [true, false, true, true, false]),
            (list(&[], &["spring"]), [false, false, true, false, true]),
            (
                list(&["meals"], &["autumn"]),
                [false, true, false, true, true],
            ),
            (list(&[], &[]), [false; 5]),
            // The key of a form is not the key of a campaign.
            (list(&["spring"], &["sleep"]), [false; 5]),
        ];
        for (scope, expected) in cases {
            let covered = [
                scope.covers_form(&sleep),
                scope.covers_form(&meals),
                scope.covers_campaign(&spring, &sleep),
                scope.covers_campaign(&autumn, &sleep),
                scope.covers_campaign(&spring, &meals),
            ];
            assert_eq!(covered, expected, "{scope:?}");
        }
    }

    #[test]
    fn only_a_role_without_a_list_reaches_everything() {
        let read = |text: &str| serde_json::from_str::<RoleScopes>(text).unwrap();
        let scopes = read(r#"{"coordinator": {"campaigns": ["spring"]}, "analyst": {}}"#);
        assert_eq!(scopes.of(Role::Author), RoleScope::Everything);
        assert_eq!(scopes.of(Role::Coordinator), list(&[], &["spring"]));
        assert_eq!(scopes.of(Role::Analyst), list(&[], &[]));
        assert!(read("{}").is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_no_scope() {
        for text in [
            r#"{"king": {}}"#,
            r#"{"analyst": null}"#,
            r#"{"analyst": {"form": ["sleep"]}}"#,
            r#"{"analyst": {"forms": ["NO KEY"]}}"#,
            r#"{"analyst": ["sleep"]}"#,
            "[]",
            "null",
        ] {
            assert!(serde_json::from_str::<RoleScopes>(text).is_err(), "{text}");
        }
    }
}
