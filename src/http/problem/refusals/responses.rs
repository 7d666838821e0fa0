//! Why a response, an invitation, a pass or a remark was refused.

use actix_web::http::header;

use crate::app::invitations::InvitationError;
use crate::app::pass_keys::PassKey;
use crate::app::passes::PassError;
use crate::app::remarks::RemarkError;
use crate::app::responses::ResponseError;
use crate::domain::admission::pass::header::www_authenticate;
use crate::domain::campaign::{NoInvitations, NoPasses, NotOpen};
use crate::domain::fault::Fault;
use crate::domain::pointer::Pointer;
use crate::domain::response::AnswerFault;
use crate::http::problem::{Code, FieldCode, FieldError, Problem};
use crate::store::responses::redeem::Refusal;

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
                answers_invalid(faults, |pointer: &Pointer| format!("/answers{pointer}"))
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

/// Answers that do not fit; `place` says where in the body each stands.
pub fn answers_invalid(
    faults: Vec<Fault<AnswerFault>>,
    place: impl Fn(&Pointer) -> String,
) -> Problem {
    let error = |fault: Fault<AnswerFault>| {
        FieldError::new(
            place(&fault.pointer),
            FieldCode::of(fault.kind.code()),
            fault.kind.to_string(),
        )
    };
    let errors = faults.into_iter().map(error).collect();
    Problem::fields(Code::AnswersInvalid, errors)
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
            Refusal::CampaignChanged => Code::AccessChanged.into(),
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
