//! Why something about a form or a campaign was refused.

use crate::app::campaigns::CampaignError;
use crate::app::forms::FormError;
use crate::app::forms::try_out::TryOutError;
use crate::domain::campaign::masking::MaskingWeights;
use crate::domain::campaign::privacy_settings::Promise;
use crate::domain::campaign::{ChangeRefused, ScheduleFault};
use crate::domain::fault::Fault;
use crate::domain::form::FormFault;
use crate::domain::pointer::Pointer;
use crate::http::problem::{Code, FieldCode, FieldError, Problem};

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
            CampaignError::NotBackground(key) => not_background(&key),
            CampaignError::NotWeighted(key) => not_weighted(&key),
            CampaignError::Refused(refused) => refused.into(),
            CampaignError::PassKeyDestroyed => Code::CampaignClosed.into(),
            CampaignError::TooManyPassKeys => Code::TooManyPassCampaigns.into(),
            CampaignError::Failure(failure) => failure.into(),
        }
    }
}

fn not_background(key: &str) -> Problem {
    let detail = format!("The form has no background question “{key}”.");
    Problem::field("/left_out", FieldCode::NotBackground, detail)
}

fn not_weighted(key: &str) -> Problem {
    let pointer = Pointer::root().child("masking_weights").child(key);
    let others = MaskingWeights::METADATA.join(", ");
    let detail = format!(
        "The form has no background question “{key}”. Beside these, {others} have a weight."
    );
    Problem::field(pointer.as_str(), FieldCode::NotBackground, detail)
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
