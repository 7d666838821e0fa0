//! Which roles a claim of an OpenID Connect provider gives.

use serde_json::Value;

use super::account::distinct_roles;
use super::role::Role;

/// The mapping: a claim, and the roles that its values give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleMapping {
    claim: String,
    roles: Vec<(Role, String)>,
}

/// Why a mapping cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoleMappingError {
    /// No claim is named.
    #[error("it begins with the claim, as in claim:groups")]
    NoClaim,
    /// No value gives a role.
    #[error("it gives no role: write role=value after the claim, as in author=survey-authors")]
    NoRole,
    /// A part is not a role and a value.
    #[error("`{0}` is not a role and a value, as in author=survey-authors")]
    Part(String),
    /// There is no such role.
    #[error("there is no role `{0}`")]
    Role(String),
}

impl RoleMapping {
    /// Reads `claim:groups; author=survey-authors; admin=survey-admins`. A role can come several times.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn parse(text: &str) -> Result<Self, RoleMappingError> {
        let mut parts = text.split(';').map(str::trim).filter(|it| !it.is_empty());
        let claim = parts.next().and_then(|it| it.strip_prefix("claim:"));
        let claim = claim.map(str::trim).filter(|it| !it.is_empty());
        let claim = claim.ok_or(RoleMappingError::NoClaim)?.to_owned();
        let roles = parts.map(Self::part).collect::<Result<Vec<_>, _>>()?;
        match roles.is_empty() {
            true => Err(RoleMappingError::NoRole),
            false => Ok(Self { claim, roles }),
        }
    }

    fn part(text: &str) -> Result<(Role, String), RoleMappingError> {
        let both = text.split_once('=').map(|(a, b)| (a.trim(), b.trim()));
        match both {
            Some((role, value)) if !value.is_empty() => {
                let known = Role::parse(role);
                let role = known.ok_or_else(|| RoleMappingError::Role(role.to_owned()))?;
                Ok((role, value.to_owned()))
            }
            _ => Err(RoleMappingError::Part(text.to_owned())),
        }
    }

    /// The roles that these claims give, in the order of [`Role`].
    pub fn roles(&self, claims: &Value) -> Vec<Role> {
        let held = match self.found(claims) {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let given = self
            .roles
            .iter()
            .filter(|(_, value)| held.contains(&value.as_str()));
        distinct_roles(given.map(|(role, _)| *role).collect())
    }

    /// Whether these claims say something of roles.
    pub fn is_told_by(&self, claims: &Value) -> bool {
        self.found(claims).is_some()
    }

    /// The claim of this name; else what its dots lead to. Names that are addresses have dots as well.
    fn found<'a>(&self, claims: &'a Value) -> Option<&'a Value> {
        claims.get(&self.claim).or_else(|| {
            let mut path = self.claim.split('.');
            path.try_fold(claims, |at, name| at.get(name))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn roles(mapping: &str, claims: Value) -> Vec<Role> {
        RoleMapping::parse(mapping).unwrap().roles(&claims)
    }

    #[test]
    fn the_values_of_a_claim_give_roles() {
        let mapping = "claim:groups; author=writers; author = editors ;analyst=figures;";
        for (groups, expected) in [
            (json!(["writers"]), vec![Role::Author]),
            (
                json!(["figures", "editors", "writers", "others"]),
                vec![Role::Author, Role::Analyst],
            ),
            (json!("figures"), vec![Role::Analyst]),
            (json!("figures writers"), vec![]),
            (json!(["Writers", "writer", 1, null, ["writers"]]), vec![]),
            (json!({"writers": true}), vec![]),
            (json!(null), vec![]),
        ] {
            assert_eq!(roles(mapping, json!({"groups": groups})), expected);
        }
        assert_eq!(roles(mapping, json!({})), vec![]);
        let mapping = RoleMapping::parse(mapping).unwrap();
        assert!(mapping.is_told_by(&json!({"groups": []})));
        assert!(!mapping.is_told_by(&json!({"group": []})));
    }

    #[test]
    fn a_claim_is_found_by_its_name_or_inside_of_others() {
        let nested = json!({"realm_access": {"roles": ["writers"]}});
        let mapping = "claim:realm_access.roles; author=writers";
        assert_eq!(roles(mapping, nested), [Role::Author]);
        let named = json!({"https://clinic.example/roles": ["writers"]});
        let mapping = "claim:https://clinic.example/roles; author=writers";
        assert_eq!(roles(mapping, named), [Role::Author]);
    }

    #[test]
    fn a_mapping_that_cannot_be_read_says_where() {
        for (text, wrong) in [
            ("", RoleMappingError::NoClaim),
            ("author=writers", RoleMappingError::NoClaim),
            ("claim: ; author=writers", RoleMappingError::NoClaim),
            ("claim:groups", RoleMappingError::NoRole),
            (
                "claim:groups; author",
                RoleMappingError::Part("author".to_owned()),
            ),
            (
                "claim:groups; author=",
                RoleMappingError::Part("author=".to_owned()),
            ),
            (
                "claim:groups; editor=writers",
                RoleMappingError::Role("editor".to_owned()),
            ),
        ] {
            assert_eq!(RoleMapping::parse(text), Err(wrong), "{text}");
        }
    }
}
