//! The refusals of statistics.

use crate::app::statistics::{InsightsRefused, StatisticsRefused};
use crate::domain::statistics::{MAX_CONDITIONS, MAX_DIMENSIONS, MAX_GROUPS, MAX_LIKE, QueryFault};
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
            StatisticsRefused::Held { campaigns, until } => {
                Self::new(Code::FiguresHeld).detail(format!(
                    "The figures of {} still hold what was withdrawn, until {until} at the latest.",
                    campaigns.join(", ")
                ))
            }
            StatisticsRefused::LanguageNotOffered(offered) => Self::new(Code::LanguageNotOffered)
                .detail(format!("The form is offered in {}.", offered.join(", "))),
            StatisticsRefused::TooMany(refused) => refused.into(),
            StatisticsRefused::Failure(failure) => failure.into(),
        }
    }
}

impl From<InsightsRefused> for Problem {
    fn from(refused: InsightsRefused) -> Self {
        match refused {
            InsightsRefused::FormUnknown => Code::FormUnknown.into(),
            InsightsRefused::CampaignUnknown => Code::CampaignUnknown.into(),
            InsightsRefused::Unfit(faults) => {
                let error = |fault| FieldError {
                    parameter: Some("like".to_owned()),
                    ..FieldError::from(fault)
                };
                Self::query(faults.into_iter().map(error).collect())
            }
            InsightsRefused::Failure(failure) => failure.into(),
        }
    }
}

impl From<QueryFault> for FieldError {
    fn from(fault: QueryFault) -> Self {
        use FieldCode as Code;
        use QueryFault as Fault;
        let (parameter, code) = match &fault {
            Fault::MeasureUnknown(_) => ("of", Code::MeasureUnknown),
            Fault::DimensionUnknown(_) => ("by", Code::QuestionUnknown),
            Fault::NoCategories(_) => ("by", Code::NoCategories),
            Fault::DimensionTwice(_) => ("by", Code::NamedTwice),
            Fault::TooManyDimensions | Fault::TooManyGroups(_) => ("by", Code::Length),
            Fault::VersionUnknown(_) => ("version", Code::VersionUnknown),
            Fault::LanguageUnknown(_) => ("response_language", Code::LanguageNotOffered),
            Fault::ConditionMalformed(_) => ("where", Code::InvalidValue),
            Fault::ConditionQuestionUnknown(_) => ("where", Code::QuestionUnknown),
            Fault::ConditionCodeUnknown(_) => ("where", Code::OptionUnknown),
            Fault::ConditionTwice(_) => ("where", Code::NamedTwice),
            Fault::TooManyConditions => ("where", Code::Length),
            Fault::TooManyLike => ("like", Code::Length),
        };
        Self::parameter(parameter, code, detail(fault))
    }
}

fn detail(fault: QueryFault) -> String {
    use QueryFault as Fault;
    match fault {
        Fault::MeasureUnknown(name) => {
            format!(
                "`{name}` is no question or score that can be counted. A score is named `score_` and its key."
            )
        }
        Fault::DimensionUnknown(name) => format!("The form has no `{name}`."),
        Fault::NoCategories(name) => format!("`{name}` has no categories, or too many."),
        Fault::DimensionTwice(name) | Fault::ConditionTwice(name) => {
            format!("`{name}` is named already.")
        }
        Fault::TooManyDimensions => format!("It may name at most {MAX_DIMENSIONS}."),
        Fault::TooManyGroups(groups) => {
            format!("These have {groups} combinations, and a table at most {MAX_GROUPS}.")
        }
        Fault::VersionUnknown(text) => format!("The form has no version `{text}`."),
        Fault::LanguageUnknown(tag) => format!("No version of the form is in `{tag}`."),
        Fault::ConditionMalformed(text) => format!("`{text}` is not written as `question:code`."),
        Fault::ConditionQuestionUnknown(name) => format!("The form has no question `{name}`."),
        Fault::ConditionCodeUnknown(text) => {
            format!("The question of `{text}` has no such code.")
        }
        Fault::TooManyLike => format!("It may hold at most {MAX_LIKE}."),
        Fault::TooManyConditions => format!(
            "It may hold at most {MAX_CONDITIONS}, and {MAX_DIMENSIONS} together with `by`."
        ),
    }
}
