//! API keys: secrets with which scheduled jobs read in the name of an account.
//!
//! A key is `aftercare_`, 256 random bits in 43 characters of base62, and a check of six more. The prefix is what
//! scanners for leaked secrets look for. The check tells a key that was cut off or mistyped from one that does not
//! exist, without a look into the database. Base62 has no character that ends a word, so a double click selects the
//! whole key.
//!
//! A key has one role of its account and, if wanted, one form. It only reads. Which operations open to keys is declared
//! by their handlers.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use strum::IntoStaticStr;

use super::role::Role;
use super::scope::RoleScopes;
use crate::domain::ids::{FormKey, StaffId};

/// The number of random bytes of a key.
pub const RANDOM_BYTES: usize = 32;
/// The lifetime of a key in days, when none is given.
pub const DEFAULT_LIFETIME_DAYS: i64 = 90;
/// The maximum lifetime of a key in days.
pub const MAX_LIFETIME_DAYS: i64 = 365;
/// The maximum number of characters of a label.
pub const MAX_LABEL_LENGTH: usize = 100;
/// The roles that a key can have. Nothing that an author does is for a job that only reads.
pub const ROLES: &[Role] = &[Role::Admin, Role::Coordinator, Role::Analyst];

const PREFIX: &str = "aftercare_";
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62 to the power of 43 is just above 2 to the power of 256.
const RANDOM_CHARACTERS: usize = 43;
/// 62 to the power of 6 is above 2 to the power of 32.
const CHECK_CHARACTERS: usize = 6;
const CHECK_BYTES: usize = 4;

/// The text of a key. It is shown once, when it is made; only its hash is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeySecret(String);

/// The text begins like an API key and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an API key is `aftercare_` and 49 letters and digits, and some of these are missing or mistyped"
)]
pub struct ApiKeyMalformed;

impl ApiKeySecret {
    /// The key with these random bytes.
    pub fn from_random(bytes: [u8; RANDOM_BYTES]) -> Self {
        let random = base62(&bytes, RANDOM_CHARACTERS);
        let check = check(&random);
        Self(format!("{PREFIX}{random}{check}"))
    }

    /// Whether a bearer token is meant as an API key. An access token never begins like one.
    pub fn is_meant_by(token: &str) -> bool {
        token.starts_with(PREFIX)
    }

    /// Parses a key.
    ///
    /// # Errors
    ///
    /// When a character is wrong, missing or too many.
    pub fn parse(text: &str) -> Result<Self, ApiKeyMalformed> {
        let body = text.strip_prefix(PREFIX).ok_or(ApiKeyMalformed)?;
        let (random, its_check) = body
            .split_at_checked(RANDOM_CHARACTERS)
            .ok_or(ApiKeyMalformed)?;
        if check(random) != its_check {
            return Err(ApiKeyMalformed);
        }
        Ok(Self(text.to_owned()))
    }

    /// The hash under which it is stored. A plain hash is enough, and a slow one would protect nothing: there are 256
    /// random bits to guess.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    /// The text, to be shown to its owner.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeySecret(…)")
    }
}

/// The check of the random characters: 32 bits of their SHA-256.
fn check(random: &str) -> String {
    let hash = Sha256::digest(random);
    base62(
        hash.get(..CHECK_BYTES).unwrap_or_default(),
        CHECK_CHARACTERS,
    )
}

/// The bytes as a number in base62, with zeros in front.
fn base62(bytes: &[u8], characters: usize) -> String {
    let mut number = bytes.to_vec();
    let mut text: Vec<char> = (0..characters).map(|_| next_digit(&mut number)).collect();
    text.reverse();
    text.into_iter().collect()
}

/// Divides a big-endian number by 62 and gives the remainder as a digit.
fn next_digit(number: &mut [u8]) -> char {
    let mut remainder = 0;
    for byte in number {
        let dividend = (remainder << 8) | usize::from(*byte);
        *byte = u8::try_from(dividend / BASE62.len()).unwrap_or_default();
        remainder = dividend % BASE62.len();
    }
    BASE62
        .get(remainder)
        .map_or('0', |&digit| char::from(digit))
}

/// What a key may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The one role of its owner that it has.
    pub role: Role,
    /// The only form that it reads; none, when it reads all of them and what belongs to no form.
    pub form: Option<FormKey>,
}

/// Why a key does not open an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfScope {
    /// No key opens it.
    Closed,
    /// It is for other roles than the key's.
    Role {
        /// The role that the key has.
        has: Role,
        /// The roles of which one is needed.
        needs: &'static [Role],
    },
    /// It is about another form than the key's.
    OtherForm,
    /// It is not about one form, and the key is.
    NoForm,
}

impl Scope {
    /// Whether the scope covers an operation for these roles, which is about this form.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub fn check(&self, any_of: &'static [Role], form: Option<&str>) -> Result<(), OutOfScope> {
        if !any_of.contains(&self.role) {
            return Err(OutOfScope::Role {
                has: self.role,
                needs: any_of,
            });
        }
        match (&self.form, form) {
            (None, _) => Ok(()),
            (Some(own), Some(form)) if own.as_str() == form => Ok(()),
            (Some(_), Some(_)) => Err(OutOfScope::OtherForm),
            (Some(_), None) => Err(OutOfScope::NoForm),
        }
    }
}

/// A key as it is now, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The account that it belongs to.
    pub owner: StaffId,
    /// Whether this account is disabled.
    pub owner_disabled: bool,
    /// The roles that this account has now.
    pub owner_roles: Vec<Role>,
    /// What the roles of this account reach now. The key reaches no further.
    pub owner_scopes: RoleScopes,
    /// What it may read.
    pub scope: Scope,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
    /// When it was revoked; none before that.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ApiKeyState {
    /// It can be used.
    Active,
    /// Its time is over.
    Expired,
    /// It was revoked, or its owner no longer has the role.
    Revoked,
}

impl ApiKeyState {
    /// The state's word.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl ApiKey {
    /// The state at this time. A key is worth no more than the role of its owner at this moment, whether or not whoever
    /// took the role thought of revoking the key.
    pub fn state(&self, now: DateTime<Utc>) -> ApiKeyState {
        let owned = !self.owner_disabled && self.owner_roles.contains(&self.scope.role);
        if self.revoked_at.is_some() || !owned {
            ApiKeyState::Revoked
        } else if now >= self.expires_at {
            ApiKeyState::Expired
        } else {
            ApiKeyState::Active
        }
    }
}

/// The lifetime of a key is out of bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an API key lives for 1 to {MAX_LIFETIME_DAYS} days")]
pub struct LifetimeOutOfBounds;

/// When a key that is made now expires.
///
/// # Errors
///
/// When the number of days is out of bounds. There is no key without an end.
pub fn expiry(now: DateTime<Utc>, days: i64) -> Result<DateTime<Utc>, LifetimeOutOfBounds> {
    if !(1..=MAX_LIFETIME_DAYS).contains(&days) {
        return Err(LifetimeOutOfBounds);
    }
    Ok(now + TimeDelta::days(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scope(role: Role, form: Option<&str>) -> Scope {
        let form = form.map(|form| form.parse().unwrap());
        Scope { role, form }
    }

    #[test]
    fn a_key_looks_like_this_for_good() {
        // Scanners for leaked secrets know the shape, and stored hashes are over the text.
        let zero = ApiKeySecret::from_random([0; 32]);
        assert_eq!(zero.expose(), format!("aftercare_{}3O9xIA", "0".repeat(43)));
        let most = ApiKeySecret::from_random([0xff; 32]);
        assert_eq!(
            most.expose(),
            "aftercare_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp114zifR"
        );
        assert_eq!(format!("{most:?}"), "ApiKeySecret(…)");
    }

    proptest! {
        #[test]
        fn a_key_is_read_as_it_was_written(bytes: [u8; 32]) {
            let key = ApiKeySecret::from_random(bytes);
            prop_assert_eq!(key.expose().len(), 59);
            prop_assert!(ApiKeySecret::is_meant_by(key.expose()));
            let body = key.expose().strip_prefix("aftercare_").unwrap();
            prop_assert!(body.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            prop_assert_eq!(ApiKeySecret::parse(key.expose()).unwrap().hash(), key.hash());
        }

        #[test]
        fn different_bytes_are_different_keys(one: [u8; 32], other: [u8; 32]) {
            let keys = [one, other].map(ApiKeySecret::from_random);
            prop_assert_eq!(one == other, keys[0].expose() == keys[1].expose());
        }

        #[test]
        fn a_key_that_is_cut_off_or_mistyped_is_none(bytes: [u8; 32], place in 10_usize..59, typed in "[ -~]") {
            let key = ApiKeySecret::from_random(bytes);
            prop_assert!(ApiKeySecret::parse(&key.expose()[..place]).is_err());
            let longer = format!("{}{typed}", key.expose());
            prop_assert!(ApiKeySecret::parse(&longer).is_err());
            let mut mistyped = key.expose().to_owned();
            mistyped.replace_range(place..=place, &typed);
            prop_assume!(mistyped != key.expose());
            prop_assert!(ApiKeySecret::parse(&mistyped).is_err());
        }

        #[test]
        fn nothing_else_is_a_key(text in "(aftercare_)?\\PC{0,60}") {
            prop_assert!(ApiKeySecret::parse(&text).is_err());
        }

        #[test]
        fn base62_is_the_number(number: u64) {
            let digits = base62(&number.to_be_bytes(), 11);
            let value = digits.bytes().fold(0_u128, |value, digit| {
                value * 62 + BASE62.iter().position(|&it| it == digit).unwrap() as u128
            });
            prop_assert_eq!(value, u128::from(number));
        }
    }

    #[test]
    fn a_scope_covers_its_role_and_its_form_and_nothing_else() {
        let all = scope(Role::Analyst, None);
        for form in [None, Some("sleep"), Some("meals"), Some("NO KEY")] {
            assert_eq!(all.check(&[Role::Analyst], form), Ok(()));
        }
        let one = scope(Role::Analyst, Some("sleep"));
        assert_eq!(one.check(&[Role::Analyst], Some("sleep")), Ok(()));
        let cases = [
            (Some("meals"), OutOfScope::OtherForm),
            (Some("sleep-2"), OutOfScope::OtherForm),
            (Some("Sleep"), OutOfScope::OtherForm),
            (None, OutOfScope::NoForm),
        ];
        for (form, refused) in cases {
            assert_eq!(one.check(&[Role::Analyst], form), Err(refused));
        }
        let others: [&'static [Role]; 2] = [&[Role::Admin, Role::Coordinator], &[]];
        for (scope, needs) in [(&all, others[0]), (&all, others[1]), (&one, others[0])] {
            let has = Role::Analyst;
            let refused = Err(OutOfScope::Role { has, needs });
            assert_eq!(scope.check(needs, Some("sleep")), refused);
        }
    }

    #[test]
    fn a_key_is_worth_no_more_than_its_owner() {
        let now = DateTime::UNIX_EPOCH;
        let key = ApiKey {
            owner: StaffId::default(),
            owner_disabled: false,
            owner_roles: vec![Role::Author, Role::Analyst],
            owner_scopes: RoleScopes::default(),
            scope: scope(Role::Analyst, None),
            expires_at: now,
            revoked_at: None,
        };
        let before = now - TimeDelta::microseconds(1);
        assert_eq!(key.state(before), ApiKeyState::Active);
        assert_eq!(key.state(now), ApiKeyState::Expired);
        let ended = [
            ApiKey {
                revoked_at: Some(before),
                ..key.clone()
            },
            ApiKey {
                owner_disabled: true,
                ..key.clone()
            },
            ApiKey {
                owner_roles: vec![Role::Author],
                ..key
            },
        ];
        for key in ended {
            assert_eq!(key.state(before), ApiKeyState::Revoked);
            assert_eq!(key.state(now), ApiKeyState::Revoked);
        }
    }

    #[test]
    fn every_key_ends_within_a_year() {
        let now = DateTime::UNIX_EPOCH;
        for days in [1, DEFAULT_LIFETIME_DAYS, MAX_LIFETIME_DAYS] {
            assert_eq!(expiry(now, days), Ok(now + TimeDelta::days(days)));
        }
        for days in [i64::MIN, -1, 0, MAX_LIFETIME_DAYS + 1, i64::MAX] {
            assert_eq!(expiry(now, days), Err(LifetimeOutOfBounds));
        }
    }
}
