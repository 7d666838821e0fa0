//! Why a response was not stored, found or withdrawn.

use std::sync::Arc;

use crate::app::failure::{Failure, failures};
use crate::app::limits::TooMany;
use crate::app::pass_keys::PassKey;
use crate::domain::admission::proof_of_work::Work;
use crate::domain::campaign::NotOpen;
use crate::domain::fault::Fault;
use crate::domain::response::AnswerFault;
use crate::store::responses::redeem::Refusal;

/// Why a response was not stored, found or withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum ResponseError {
    /// Too many came from the client's network.
    #[error("too many came from this network")]
    TooMany(TooMany),
    /// There is no such campaign.
    #[error("there is no such campaign")]
    CampaignUnknown,
    /// The campaign is not open.
    #[error("the campaign is not open")]
    NotOpen(NotOpen),
    /// The campaign's form has no such version.
    #[error("the form has no such version")]
    VersionUnknown,
    /// The campaign takes only this version of the form.
    #[error("the campaign takes only version {0} of the form")]
    VersionNotTaken(i32),
    /// The version is retired, and its grace period is over.
    #[error("the version is retired")]
    VersionRetired,
    /// The form does not exist in this language.
    #[error("the form does not exist in this language")]
    LanguageNotOffered,
    /// Some answers do not fit the form.
    #[error("some answers do not fit the form")]
    AnswersInvalid(Vec<Fault<AnswerFault>>),
    /// The campaign takes responses by invitation only.
    #[error("an invitation is missing")]
    InvitationMissing,
    /// The invitation is mistyped.
    #[error("the invitation is malformed")]
    InvitationMalformed,
    /// An invitation was sent along with a pass, which would tell whose response it is.
    #[error("an invitation was sent with a pass")]
    InvitationMisplaced,
    /// The campaign takes responses with a pass of this key.
    #[error("a pass is missing")]
    PassMissing(Arc<PassKey>),
    /// The pass is not one of this key.
    #[error("the pass is not good")]
    PassInvalid(Arc<PassKey>),
    /// The receipt of the response to replace is malformed.
    #[error("the receipt of the response to replace is malformed")]
    ReplacesMalformed,
    /// The campaign asks for a proof of this work.
    #[error("a proof of work is missing or too small")]
    WorkNeeded(Work),
    /// The credential is not good any more.
    #[error("the invitation or pass is not good any more")]
    Refused(Refusal),
    /// The receipt was used for other answers.
    #[error("the receipt was used for other answers")]
    ReceiptUsed,
    /// The response was released, so it can no longer be corrected. Holds whether it can be withdrawn.
    #[error("the response was released")]
    Released {
        /// Whether it can still be withdrawn.
        withdrawable: bool,
    },
    /// There is no response with this receipt.
    #[error("there is no such response")]
    Unknown,
    /// The response was withdrawn.
    #[error("the response was withdrawn")]
    Withdrawn,
    /// Responses of the campaign can no longer be withdrawn.
    #[error("responses can no longer be withdrawn")]
    WithdrawalEnded,
    /// The machinery.
    #[error("{0}")]
    Failure(Failure),
}

failures!(ResponseError);
