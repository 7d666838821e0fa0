//! Converts the errors of the use cases to problems, with one `From` for each.

mod accounts;
mod forms_and_campaigns;
mod responses;
mod statistics;

use crate::app::export::ExportError;
use crate::app::exports::{ExportRefused, MAX_SENSITIVE, Unfit};
use crate::app::limits::{Limited, TooMany};
use crate::http::problem::{Code, FieldCode, FieldError, Problem};
use crate::http::rate_limit;

pub(crate) use forms_and_campaigns::form_faults;
pub(crate) use responses::answers_invalid;

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
