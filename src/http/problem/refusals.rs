//! Converts the errors of the use cases to problems, with one `From` for each.

use actix_web::http::header;

use super::{Code, FieldCode, FieldError, Problem};
use crate::app::api_keys::{ApiKeyError, ApiKeyRefused};
use crate::app::campaigns::CampaignError;
use crate::app::export::ExportError;
use crate::app::exports::{ExportRefused, MAX_SENSITIVE, Unfit};
use crate::app::forms::FormError;
use crate::app::forms::try_out::TryOutError;
use crate::app::invitations::InvitationError;
use crate::app::limits::{Limited, TooMany};
use crate::app::own_account::OwnAccountError;
use crate::app::pass_keys::PassKey;
use crate::app::passes::PassError;
use crate::app::password::PasswordError;
use crate::app::remarks::RemarkError;
use crate::app::responses::ResponseError;
use crate::app::sessions::SessionError;
use crate::app::staff::{ScopeFault, StaffError};
use crate::domain::admission::pass::header::www_authenticate;
use crate::domain::campaign::privacy_settings::Promise;
use crate::domain::campaign::{ChangeRefused, NoInvitations, NoPasses, NotOpen, ScheduleFault};
use crate::domain::fault::Fault;
use crate::domain::form::FormFault;
use crate::domain::pointer::Pointer;
use crate::domain::response::AnswerFault;
use crate::domain::staff::api_key::{MAX_LIFETIME_DAYS, OutOfScope, ROLES};
use crate::domain::staff::scope::OutOfReach;
use crate::http::rate_limit;
use crate::store::responses::redeem::Refusal;

impl From<TooMany> for Problem {
    fn from(refused: TooMany) -> Self {
        let detail = match refused.of {
            Limited::Exports => "Your account has exported a lot lately.",
            Limited::OpenResponses | Limited::Credentials | Limited::Receipts => {
                "A lot has come from your network lately. What you have filled in is not lost: send it again later."
            }
        };
        Self::new(Code::TooManyRequests)
            .detail(detail)
            .retry_after(refused.retry_after)
            .headers(rate_limit::exceeded(&refused))
    }
}

impl From<CampaignError> for Problem {
    fn from(error: CampaignError) -> Self {
        match error {
            CampaignError::Unknown => Code::CampaignUnknown.into(),
            CampaignError::OutOfReach(out) => out.into(),
            CampaignError::Exists => Code::CampaignExists.into(),
            CampaignError::FormUnknown => Self::field(
                "/form",
                FieldCode::FormUnknown,
                "There is no published form with this key.",
            ),
            CampaignError::Schedule(fault) => fault.into(),
            CampaignError::VersionUnknown => Self::field(
                "/form_version",
                FieldCode::VersionUnknown,
                "The form has no version with this number.",
            ),
            CampaignError::VersionRetired => Self::field(
                "/form_version",
                FieldCode::VersionRetired,
                "The version is retired, or every version of the form is: nobody could answer.",
            ),
            CampaignError::Refused(refused) => refused.into(),
            CampaignError::PassKeyDestroyed => Code::CampaignClosed.into(),
            CampaignError::TooManyPassKeys => Code::TooManyPassCampaigns.into(),
            CampaignError::Failure(failure) => failure.into(),
        }
    }
}

impl From<ScheduleFault> for Problem {
    fn from(fault: ScheduleFault) -> Self {
        let pointer = format!("/{}", fault.field());
        Self::field(pointer, FieldCode::of(fault.code()), fault.to_string())
    }
}

impl From<ChangeRefused> for Problem {
    fn from(refused: ChangeRefused) -> Self {
        match refused {
            ChangeRefused::Closed => Code::CampaignClosed.into(),
            ChangeRefused::Ended => Self::new(Code::CampaignClosed)
                .detail("The campaign is over, and its waiting responses were released. Create another campaign."),
            ChangeRefused::Opened => Self::field(
                "/opens_at",
                FieldCode::OpenedAlready,
                "The campaign has opened and has responses, so it cannot open later.",
            ),
            ChangeRefused::TestingOver => Self::field(
                "/testing",
                FieldCode::TestingOver,
                "Only a campaign that has not opened yet can be tested.",
            ),
            ChangeRefused::PinnedLate => Self::field(
                "/form_version",
                FieldCode::PinnedLate,
                "With responses in it, it may only become null.",
            ),
            ChangeRefused::Schedule(fault) => fault.into(),
            ChangeRefused::DeletionTooSoon => Self::field(
                "/retained_until",
                FieldCode::DeletionTooSoon,
                "With responses in it, it must be seven days from now or later.",
            ),
            ChangeRefused::Promised(promises) => {
                let error = |promise: &Promise| {
                    let pointer = format!("/{}", promise.field());
                    FieldError::new(pointer, FieldCode::SettingsPromised, promise.to_string())
                };
                Self::fields(Code::SettingsPromised, promises.iter().map(error).collect())
            }
        }
    }
}

impl From<FormError> for Problem {
    fn from(error: FormError) -> Self {
        match error {
            FormError::Unknown => Code::FormUnknown.into(),
            FormError::OutOfReach(out) => out.into(),
            FormError::VersionUnknown => Code::VersionUnknown.into(),
            FormError::DraftUnknown => Code::DraftUnknown.into(),
            FormError::Exists => Code::FormExists.into(),
            FormError::KeyDiffers => Self::field(
                "/key",
                FieldCode::KeyDiffers,
                "The key of a form never changes: it must be the one in the address.",
            ),
            FormError::KeyInvalid(faults) => Self::fields(Code::BodyInvalid, form_faults(faults)),
            FormError::Invalid(faults) => Self::fields(Code::DraftInvalid, form_faults(faults)),
            FormError::Changed => Code::PreconditionFailed.into(),
            FormError::Unchanged(version) => Self::new(Code::DraftUnchanged)
                .detail(format!("Version {version} has exactly this content.")),
            FormError::Recoded(keys) => {
                let error = |key: &String| {
                    let detail =
                        "An answer or a score under this name no longer means what it meant.";
                    FieldError::new(
                        Pointer::root().child(key).as_str(),
                        FieldCode::Recoded,
                        detail,
                    )
                };
                Self::fields(Code::RecodingNeedsConsent, keys.iter().map(error).collect())
            }
            FormError::Needed(campaigns) => Self::new(Code::VersionNeeded).detail(format!(
                "These campaigns need it: {}.",
                campaigns.join(", ")
            )),
            FormError::Failure(failure) => failure.into(),
        }
    }
}

/// The faults of a form as wrong fields.
pub(crate) fn form_faults(faults: Vec<Fault<FormFault>>) -> Vec<FieldError> {
    let error = |fault: Fault<FormFault>| {
        FieldError::new(
            fault.pointer.as_str(),
            FieldCode::of(fault.kind.code()),
            fault.kind.to_string(),
        )
    };
    faults.into_iter().map(error).collect()
}

impl From<TryOutError> for Problem {
    fn from(error: TryOutError) -> Self {
        match error {
            TryOutError::Form(error) => error.into(),
            TryOutError::Response(error) => error.into(),
            TryOutError::Failure(failure) => failure.into(),
        }
    }
}

impl From<NotOpen> for Problem {
    fn from(not_open: NotOpen) -> Self {
        match not_open {
            NotOpen::Upcoming => Code::CampaignNotOpenYet.into(),
            NotOpen::Closed => Code::CampaignClosed.into(),
        }
    }
}

impl From<ResponseError> for Problem {
    fn from(error: ResponseError) -> Self {
        match error {
            ResponseError::TooMany(refused) => refused.into(),
            ResponseError::CampaignUnknown => Code::CampaignUnknown.into(),
            ResponseError::NotOpen(not_open) => not_open.into(),
            ResponseError::VersionUnknown => Self::field(
                "/form_version",
                FieldCode::VersionUnknown,
                "The campaign's form has no such version.",
            ),
            ResponseError::VersionNotTaken(pinned) => Self::new(Code::VersionNotTaken)
                .detail(format!("The campaign takes version {pinned} only.")),
            ResponseError::VersionRetired => Code::VersionRetired.into(),
            ResponseError::LanguageNotOffered => Self::field(
                "/language",
                FieldCode::LanguageNotOffered,
                "The form does not exist in this language.",
            ),
            ResponseError::AnswersInvalid(faults) => {
                Self::fields(Code::AnswersInvalid, answer_faults(faults))
            }
            ResponseError::InvitationMissing => Code::InvitationMissing.into(),
            ResponseError::InvitationMalformed => invitation_malformed(),
            ResponseError::InvitationMisplaced => Self::new(Code::InvitationMisplaced).detail(
                "The pass replaces the invitation. An invitation sent along would identify the response.",
            ),
            ResponseError::PassMissing(key) => ask_for_pass(Code::PassMissing, &key),
            ResponseError::PassInvalid(key) => ask_for_pass(Code::PassInvalid, &key),
            ResponseError::ReplacesMalformed => Code::ReplacesMalformed.into(),
            ResponseError::WorkNeeded(work) => Self::new(Code::ProofOfWorkNeeded)
                .detail(format!("It needs {} leading zero bits.", work.bits())),
            ResponseError::Refused(refusal) => refusal.into(),
            ResponseError::ReceiptUsed => Code::ReceiptUsed.into(),
            ResponseError::Released { withdrawable } => released(withdrawable),
            ResponseError::Unknown => Code::ResponseUnknown.into(),
            ResponseError::Withdrawn => Code::ResponseWithdrawn.into(),
            ResponseError::WithdrawalEnded => Code::WithdrawalEnded.into(),
            ResponseError::Failure(failure) => failure.into(),
        }
    }
}

fn released(withdrawable: bool) -> Problem {
    let problem = Problem::new(Code::ResponseReleased);
    if withdrawable {
        return problem;
    }
    problem.detail(
        "Responses of this campaign can no longer be withdrawn either: the answers stay as they are.",
    )
}

fn answer_faults(faults: Vec<Fault<AnswerFault>>) -> Vec<FieldError> {
    let error = |fault: Fault<AnswerFault>| {
        let pointer = format!("/answers{}", fault.pointer);
        FieldError::new(
            pointer,
            FieldCode::of(fault.kind.code()),
            fault.kind.to_string(),
        )
    };
    faults.into_iter().map(error).collect()
}

fn invitation_malformed() -> Problem {
    Problem::new(Code::InvitationMalformed).detail(
        "It is 16 letters and digits; case, spaces and dashes do not matter. Look it up and type it again.",
    )
}

/// A problem whose header says how to get a pass (RFC 9577).
fn ask_for_pass(code: Code, key: &PassKey) -> Problem {
    let challenge = www_authenticate(&key.challenge, key.public.spki());
    Problem::new(code).header(header::WWW_AUTHENTICATE, challenge)
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::InvitationUnknown => Code::InvitationUnknown.into(),
            Refusal::InvitationUsed => Code::InvitationUsed.into(),
            Refusal::PassSpent => Code::PassSpent.into(),
            Refusal::ReplacesUnknown => Code::ReplacesUnknown.into(),
            Refusal::ReplacesUsed => Code::ReplacesUsed.into(),
            Refusal::AccessChanged => Code::AccessChanged.into(),
        }
    }
}

impl From<InvitationError> for Problem {
    fn from(error: InvitationError) -> Self {
        match error {
            InvitationError::CampaignUnknown => Code::CampaignUnknown.into(),
            InvitationError::OutOfReach(out) => out.into(),
            InvitationError::Refused(NoInvitations::Access) => {
                Code::AccessWithoutInvitations.into()
            }
            InvitationError::Refused(NoInvitations::Closed) => Code::CampaignClosed.into(),
            InvitationError::BatchUnknown => Code::BatchUnknown.into(),
            InvitationError::Failure(failure) => failure.into(),
        }
    }
}

impl From<PassError> for Problem {
    fn from(error: PassError) -> Self {
        let malformed = |detail: String| Self::new(Code::PassRequestMalformed).detail(detail);
        match error {
            PassError::TooMany(refused) => refused.into(),
            PassError::CampaignUnknown => Code::CampaignUnknown.into(),
            PassError::Refused(NoPasses::Access) => Code::AccessWithoutPasses.into(),
            PassError::Refused(NoPasses::NotOpen(not_open)) => not_open.into(),
            PassError::RequestMalformed(reason) => malformed(reason),
            PassError::KeyUnknown => malformed(
                "The byte after the type does not name the key of an open campaign.".to_owned(),
            ),
            PassError::InvitationMissing => Code::InvitationMissing.into(),
            PassError::InvitationMalformed => invitation_malformed(),
            PassError::InvitationUnknown => Code::InvitationUnknown.into(),
            PassError::InvitationUsed => Code::InvitationUsed.into(),
            PassError::KeyDestroyed => Code::CampaignClosed.into(),
            PassError::Failure(failure) => failure.into(),
        }
    }
}

impl From<RemarkError> for Problem {
    fn from(error: RemarkError) -> Self {
        match error {
            RemarkError::CampaignUnknown => Self::query(vec![FieldError::parameter(
                "campaign",
                FieldCode::CampaignUnknown,
                "There is no campaign with this key.",
            )]),
            RemarkError::OutOfReach(out) => out.into(),
            RemarkError::Unknown => Code::RemarkUnknown.into(),
            RemarkError::Changed => Code::PreconditionFailed.into(),
            RemarkError::NotShortened(fault) => {
                Self::field("/text", FieldCode::NotEditedDown, fault.to_string())
            }
            RemarkError::Failure(failure) => failure.into(),
        }
    }
}

impl From<StaffError> for Problem {
    fn from(error: StaffError) -> Self {
        match error {
            StaffError::Unknown => Code::StaffUnknown.into(),
            StaffError::Exists => Code::StaffExists.into(),
            StaffError::LastAdmin => Code::LastAdmin.into(),
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

impl From<ExportRefused> for Problem {
    fn from(refused: ExportRefused) -> Self {
        match refused {
            ExportRefused::TooMany(refused) => refused.into(),
            ExportRefused::OutOfReach(out) => out.into(),
            ExportRefused::FormUnknown => Code::FormUnknown.into(),
            ExportRefused::NotPublished => {
                Self::new(Code::FormUnknown).detail("The form has no published version.")
            }
            ExportRefused::Unfit(reasons) => {
                Self::query(reasons.into_iter().map(Into::into).collect())
            }
            ExportRefused::LanguageNotOffered(offered) => Self::new(Code::LanguageNotOffered)
                .detail(format!("The form is offered in {}.", offered.join(", "))),
            ExportRefused::Export(ExportError::Query(error)) => error.into(),
            ExportRefused::Export(ExportError::TooFew) => Code::TooFewRecords.into(),
            ExportRefused::Export(error) => Self::internal(&error.to_string()),
            ExportRefused::Failure(failure) => failure.into(),
        }
    }
}

impl From<Unfit> for FieldError {
    fn from(unfit: Unfit) -> Self {
        let (parameter, code, detail) = match unfit {
            Unfit::CampaignUnknown => (
                "campaign",
                FieldCode::CampaignUnknown,
                "The form has no campaign with this key.".to_owned(),
            ),
            Unfit::KTooSmall(least) => (
                "k",
                FieldCode::Range,
                format!("It must be {least} or more here."),
            ),
            Unfit::KTooLarge(most) => {
                ("k", FieldCode::Range, format!("It must be {most} or less."))
            }
            Unfit::SensitiveUnknown => (
                "sensitive",
                FieldCode::QuestionUnknown,
                "It names a question that has no column.".to_owned(),
            ),
            Unfit::SensitiveBackground => (
                "sensitive",
                FieldCode::BackgroundQuestion,
                "It names a background question, which is masked itself.".to_owned(),
            ),
            Unfit::TooManySensitive => (
                "sensitive",
                FieldCode::Length,
                format!("It may name at most {MAX_SENSITIVE} questions."),
            ),
        };
        Self::parameter(parameter, code, detail)
    }
}
