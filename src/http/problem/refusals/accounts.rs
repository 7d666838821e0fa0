//! Why something about an account, a session or an API key was refused.

use crate::app::api_keys::{ApiKeyError, ApiKeyRefused};
use crate::app::own_account::OwnAccountError;
use crate::app::password::PasswordError;
use crate::app::sessions::SessionError;
use crate::app::staff::{ScopeFault, StaffError};
use crate::domain::staff::api_key::{MAX_LIFETIME_DAYS, OutOfScope, ROLES};
use crate::domain::staff::scope::OutOfReach;
use crate::http::problem::{Code, FieldCode, FieldError, Problem};
use crate::http::rate_limit;

impl From<StaffError> for Problem {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::Unknown => Code::StaffUnknown.into(),
            StaffError::Exists => Code::StaffExists.into(),
            StaffError::LastAdmin => Code::LastAdmin.into(),
            StaffError::NoPassword => Code::NoPassword.into(),
            StaffError::Scopes(faults) => Self::fields(
                Code::BodyInvalid,
                faults.into_iter().map(Into::into).collect(),
            ),
            StaffError::Password(error) => chosen_password("/password", error),
            StaffError::Failure(failure) => failure.into(),
        }
    }
}

impl From<OutOfReach> for Problem {
    fn from(OutOfReach: OutOfReach) -> Self {
        Code::OutOfScope.into()
    }
}

impl From<ScopeFault> for FieldError {
    fn from(fault: ScopeFault) -> Self {
        let (pointer, code, detail) = match fault {
            ScopeFault::RoleNotHeld(role) => (
                format!("/scopes/{}", role.as_str()),
                FieldCode::RoleNotHeld,
                "The account does not have this role.".to_owned(),
            ),
            ScopeFault::NotLimitable(role) => (
                format!("/scopes/{}", role.as_str()),
                FieldCode::NotLimitable,
                "An admin is limited by nothing, and an author by forms only.".to_owned(),
            ),
            ScopeFault::CampaignUnknown(role, key) => (
                format!("/scopes/{}/campaigns", role.as_str()),
                FieldCode::CampaignUnknown,
                format!("There is no campaign with the key `{key}`."),
            ),
            ScopeFault::FormUnknown(role, key) => (
                format!("/scopes/{}/forms", role.as_str()),
                FieldCode::FormUnknown,
                format!("There is no form with the key `{key}`."),
            ),
        };
        Self::new(pointer, code, detail)
    }
}

impl From<SessionError> for Problem {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::LoginFailed => Code::LoginFailed.into(),
            SessionError::PasswordsOff => Code::PasswordsOff.into(),
            SessionError::TooManyLogins(refused) => Self::new(Code::TooManyRequests)
                .retry_after(refused.retry_after)
                .headers(rate_limit::refused(&refused)),
            SessionError::RefreshFailed => Code::RefreshFailed.into(),
            SessionError::Ended => Code::SessionEnded.into(),
            SessionError::Password(error) => error.into(),
            SessionError::Failure(failure) => failure.into(),
        }
    }
}

impl From<OwnAccountError> for Problem {
    fn from(error: OwnAccountError) -> Self {
        match error {
            OwnAccountError::TooManyLogins(refused) => SessionError::TooManyLogins(refused).into(),
            OwnAccountError::PasswordWrong => Self::field(
                "/present_password",
                FieldCode::PasswordWrong,
                "It is not the present password of your account.",
            ),
            OwnAccountError::NoPassword => Code::NoPassword.into(),
            OwnAccountError::Password(error) => chosen_password("/new_password", error),
            OwnAccountError::SessionEnded => Code::SessionEnded.into(),
            OwnAccountError::SessionUnknown => Code::SessionUnknown.into(),
            OwnAccountError::Failure(failure) => failure.into(),
        }
    }
}

/// A password that was chosen, and stands in this field.
fn chosen_password(pointer: &str, error: PasswordError) -> Problem {
    match error {
        PasswordError::Guessable(guessable) => {
            Problem::field(pointer, FieldCode::TooGuessable, guessable.0)
        }
        other => other.into(),
    }
}

impl From<ApiKeyError> for Problem {
    fn from(error: ApiKeyError) -> Self {
        match error {
            ApiKeyError::Unknown => Code::ApiKeyUnknown.into(),
            ApiKeyError::SessionEnded => Code::SessionEnded.into(),
            ApiKeyError::RoleNotHeld => Self::field(
                "/role",
                FieldCode::RoleNotHeld,
                "A key has one of your own roles, and this is none of them.",
            ),
            ApiKeyError::RoleOpensNothing => {
                let roles: Vec<_> = ROLES.iter().map(|role| role.as_str()).collect();
                let detail = format!(
                    "Nothing opens to a key with this role; it can be one of {}.",
                    roles.join(", ")
                );
                Self::field("/role", FieldCode::RoleOpensNothing, detail)
            }
            ApiKeyError::FormUnknown => Self::field(
                "/form",
                FieldCode::FormUnknown,
                "There is no published form with this key.",
            ),
            ApiKeyError::Lifetime => Self::field(
                "/lifetime_days",
                FieldCode::Range,
                format!("A key lives for 1 to {MAX_LIFETIME_DAYS} days."),
            ),
            ApiKeyError::Failure(failure) => failure.into(),
        }
    }
}

impl From<ApiKeyRefused> for Problem {
    fn from(refused: ApiKeyRefused) -> Self {
        let invalid = |detail: &str| Self::new(Code::ApiKeyInvalid).detail(detail);
        match refused {
            ApiKeyRefused::Malformed => {
                invalid("Some of its characters are missing or mistyped. It has 59 of them.")
            }
            ApiKeyRefused::Unknown => invalid("There is no such key on this server."),
            ApiKeyRefused::Revoked => {
                invalid("It was revoked, or its owner no longer has the role.")
            }
            ApiKeyRefused::Expired(at) => Self::new(Code::ApiKeyExpired)
                .detail(format!("It expired at {}.", at.format("%Y-%m-%dT%H:%MZ"))),
            ApiKeyRefused::OutOfScope(why) => why.into(),
            ApiKeyRefused::Failure(failure) => failure.into(),
        }
    }
}

impl From<OutOfScope> for Problem {
    fn from(why: OutOfScope) -> Self {
        let detail = match why {
            OutOfScope::Closed => {
                "No API key opens this operation. Log in, and send an access token.".to_owned()
            }
            OutOfScope::Role { has, needs } => {
                let needs: Vec<_> = needs.iter().map(|role| role.as_str()).collect();
                format!(
                    "The key has the role {}, and this operation needs {}.",
                    has.as_str(),
                    needs.join(" or ")
                )
            }
            OutOfScope::OtherForm => "The key is for another form.".to_owned(),
            OutOfScope::NoForm => {
                "The key is for one form, and this operation is about all of them.".to_owned()
            }
        };
        Self::new(Code::ApiKeyOutOfScope).detail(detail)
    }
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Guessable(_) => Code::BodyInvalid.into(),
            PasswordError::Busy => Self::new(Code::TooManyRequests).retry_after(5),
            PasswordError::Hashing => Self::internal("a password cannot be hashed"),
            PasswordError::NoEntropy(_) => Self::internal("no random bytes"),
        }
    }
}
