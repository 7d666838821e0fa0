//! Converts the errors of the use cases to problems, with one `From` for each.

mod accounts;
mod forms_and_campaigns;
mod responses;
mod statistics;

use crate::app::export::ExportError;
use crate::app::exports::{ExportRefused, Unfit};
use crate::app::limits::{Limited, TooMany};
use crate::http::problem::{Code, FieldCode, FieldError, Problem};
use crate::http::rate_limit;

pub(crate) use forms_and_campaigns::form_faults;
pub(crate) use responses::answers_invalid;

impl From<TooMany> for Problem {
    fn from(refused: TooMany) -> Self {
        let detail = match refused.of {
            Limited::Exports => "Your account has exported a lot lately.",
            Limited::Statistics => "Your account has read a lot of figures lately.",
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
        let code = match unfit {
            Unfit::CampaignUnknown => FieldCode::CampaignUnknown,
            Unfit::VersionUnknown => FieldCode::VersionUnknown,
            Unfit::ResponseLanguageNotOffered | Unfit::LanguageNotOffered(_) => {
                FieldCode::LanguageNotOffered
            }
            Unfit::KTooSmall(_) | Unfit::KTooLarge(_) => FieldCode::Range,
            Unfit::SensitiveUnknown => FieldCode::QuestionUnknown,
            Unfit::SensitiveBackground => FieldCode::BackgroundQuestion,
            Unfit::TooManySensitive | Unfit::TooManyColumns(_) => FieldCode::Length,
            Unfit::LabelsBesideCodes => FieldCode::UnknownValue,
            Unfit::ColumnUnknown(_) => FieldCode::ColumnUnknown,
        };
        Self::parameter(unfit.parameter(), code, unfit.to_string())
    }
}
