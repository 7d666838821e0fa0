//! The refusals of statistics.

use crate::app::statistics::StatisticsRefused;
use crate::domain::statistics::{MAX_CONDITIONS, MAX_DIMENSIONS, QueryFault};
use crate::http::problem::{Code, FieldCode, FieldError, Problem};

impl From<StatisticsRefused> for Problem {
    fn from(refused: StatisticsRefused) -> Self {
        match refused {
            StatisticsRefused::OutOfReach(out) => out.into(),
            StatisticsRefused::Form(refused) => refused.into(),
            StatisticsRefused::Unfit { campaign, faults } => {
                let campaign = campaign.then(|| {
                    let detail = "The form has no campaign with this key.";
                    FieldError::parameter("campaign", FieldCode::CampaignUnknown, detail)
                });
                let faults = faults.into_iter().map(Into::into);
                Self::query(campaign.into_iter().chain(faults).collect())
            }
            StatisticsRefused::LanguageNotOffered(offered) => Self::new(Code::LanguageNotOffered)
                .detail(format!("The form is offered in {}.", offered.join(", "))),
            StatisticsRefused::Failure(failure) => failure.into(),
        }
    }
}

impl From<QueryFault> for FieldError {
    fn from(fault: QueryFault) -> Self {
        let (parameter, code, detail) = match fault {
            QueryFault::MeasureUnknown(name) => (
                "of",
                FieldCode::MeasureUnknown,
                format!("`{name}` is no question or score that can be counted."),
            ),
            QueryFault::DimensionUnknown(name) => (
                "by",
                FieldCode::QuestionUnknown,
                format!("The form has no `{name}`."),
            ),
            QueryFault::NoCategories(name) => (
                "by",
                FieldCode::NoCategories,
                format!("`{name}` has no categories, or too many."),
            ),
            QueryFault::DimensionTwice(name) => (
                "by",
                FieldCode::NamedTwice,
                format!("`{name}` is named already."),
            ),
            QueryFault::TooManyDimensions => (
                "by",
                FieldCode::Length,
                format!("It may name at most {MAX_DIMENSIONS}."),
            ),
            QueryFault::VersionUnknown(text) => (
                "version",
                FieldCode::VersionUnknown,
                format!("The form has no version `{text}`."),
            ),
            QueryFault::LanguageUnknown(tag) => (
                "response_language",
                FieldCode::LanguageNotOffered,
                format!("No version of the form is in `{tag}`."),
            ),
            QueryFault::ConditionMalformed(text) => (
                "where",
                FieldCode::InvalidValue,
                format!("`{text}` is not written as `question:code`."),
            ),
            QueryFault::ConditionQuestionUnknown(name) => (
                "where",
                FieldCode::QuestionUnknown,
                format!("The form has no question `{name}`."),
            ),
            QueryFault::ConditionCodeUnknown(text) => (
                "where",
                FieldCode::OptionUnknown,
                format!("The question of `{text}` has no such code."),
            ),
            QueryFault::ConditionTwice(name) => (
                "where",
                FieldCode::NamedTwice,
                format!("`{name}` is named already."),
            ),
            QueryFault::TooManyConditions => (
                "where",
                FieldCode::Length,
                format!("It may hold at most {MAX_CONDITIONS}."),
            ),
        };
        Self::parameter(parameter, code, detail)
    }
}
