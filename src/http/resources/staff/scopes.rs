//! What the roles of an account are limited to, on the wire.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::staff::role::Role;
use crate::domain::staff::scope::{MAX_LISTED, RoleScopes, ScopeList};
use crate::http::extract::optional_object;
use crate::http::problem::{Code, FieldCode, FieldError, Problem};

/// What each role of an account is limited to. A role that is missing here reaches everything. The role admin
/// cannot be limited.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"coordinator": {"forms": [], "campaigns": ["world-cancer-day-2027"]}}))]
pub struct ScopesView {
    /// The forms that an author writes. They need not exist yet: the author creates those on the list, and no others.
    #[serde(
        default,
        deserialize_with = "optional_object",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false)]
    author: Option<FormsScopeView>,
    /// What a coordinator runs. A campaign can be created for a form on the list.
    #[serde(
        default,
        deserialize_with = "optional_object",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false)]
    coordinator: Option<ScopeView>,
    /// What an analyst reads.
    #[serde(
        default,
        deserialize_with = "optional_object",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false)]
    analyst: Option<ScopeView>,
}

/// A list of forms, at least one.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"forms": ["daily-life-after-treatment"]}))]
pub struct FormsScopeView {
    /// Keys of forms.
    #[schema(max_items = 100)]
    forms: Vec<String>,
}

/// A list of forms and campaigns, at least one.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"forms": [], "campaigns": ["world-cancer-day-2027"]}))]
pub struct ScopeView {
    /// Keys of forms, each with all its campaigns.
    #[serde(default)]
    #[schema(max_items = 100)]
    forms: Vec<String>,
    /// Keys of campaigns.
    #[serde(default)]
    #[schema(max_items = 100)]
    campaigns: Vec<String>,
}

impl From<RoleScopes> for ScopesView {
    fn from(mut scopes: RoleScopes) -> Self {
        let author = scopes.0.remove(&Role::Author);
        Self {
            author: author.map(|list| FormsScopeView {
                forms: words(&list.forms),
            }),
            coordinator: scopes.0.remove(&Role::Coordinator).map(Into::into),
            analyst: scopes.0.remove(&Role::Analyst).map(Into::into),
        }
    }
}

impl From<ScopeList> for ScopeView {
    fn from(list: ScopeList) -> Self {
        Self {
            forms: words(&list.forms),
            campaigns: words(&list.campaigns),
        }
    }
}

fn words<T: ToString>(keys: &BTreeSet<T>) -> Vec<String> {
    keys.iter().map(ToString::to_string).collect()
}

impl ScopesView {
    /// The limits.
    ///
    /// # Errors
    ///
    /// When a list is empty or too long, or a key cannot be one.
    pub fn read(self) -> Result<RoleScopes, Problem> {
        let author = self.author.map(|list| ScopeView {
            forms: list.forms,
            campaigns: Vec::new(),
        });
        let mut scopes = RoleScopes::default();
        let mut errors = Vec::new();
        for (role, list) in [
            (Role::Author, author),
            (Role::Coordinator, self.coordinator),
            (Role::Analyst, self.analyst),
        ] {
            if let Some(list) = list {
                scopes.0.insert(role, list.read(role, &mut errors));
            }
        }
        match errors.is_empty() {
            true => Ok(scopes),
            false => Err(Problem::fields(Code::BodyInvalid, errors)),
        }
    }
}

impl ScopeView {
    fn read(self, role: Role, errors: &mut Vec<FieldError>) -> ScopeList {
        let pointer = format!("/scopes/{}", role.as_str());
        if self.forms.is_empty() && self.campaigns.is_empty() {
            let detail =
                "Name a form or a campaign, or leave the role out: it reaches everything then.";
            errors.push(FieldError::new(&pointer, FieldCode::Empty, detail));
        }
        let (form, campaign) = (FieldCode::FormUnknown, FieldCode::CampaignUnknown);
        ScopeList {
            forms: keys(self.forms, &format!("{pointer}/forms"), form, errors),
            campaigns: keys(
                self.campaigns,
                &format!("{pointer}/campaigns"),
                campaign,
                errors,
            ),
        }
    }
}

/// The keys of one list. A text that cannot be a key is the key of nothing.
fn keys<T: std::str::FromStr + Ord>(
    words: Vec<String>,
    pointer: &str,
    unknown: FieldCode,
    errors: &mut Vec<FieldError>,
) -> BTreeSet<T> {
    if words.len() > MAX_LISTED {
        let detail = format!("It may name at most {MAX_LISTED}.");
        errors.push(FieldError::new(pointer, FieldCode::Length, detail));
        return BTreeSet::new();
    }
    let mut keys = BTreeSet::new();
    for (place, word) in words.iter().enumerate() {
        match word.parse() {
            Ok(key) => drop(keys.insert(key)),
            Err(_) => errors.push(FieldError::new(
                format!("{pointer}/{place}"),
                unknown,
                "A key is lower-case words and digits joined by single dashes.",
            )),
        }
    }
    keys
}
