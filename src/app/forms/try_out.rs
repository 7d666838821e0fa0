//! Trying out a draft: what its form would make of these answers. Nothing is stored.

use super::{FormError, drafts};
use crate::app::responses::ResponseError;
use crate::app::{App, Caller, Failure, failures};
use crate::domain::form::{Answer, Form, Value, look_up};
use crate::domain::free_text::redact::redact;
use crate::domain::ids::FormKey;
use crate::domain::response::{Occasion, RawAnswers, Summary, validate};
use crate::domain::week::IsoWeek;

/// Why a draft was not tried out.
#[derive(Debug)]
pub enum TryOutError {
    /// There is no such draft, or its faults prevent that it is filled in.
    Form(FormError),
    /// The draft takes no such response.
    Response(ResponseError),
    /// The machinery.
    Failure(Failure),
}

failures!(TryOutError);

/// What the form of a draft makes of some answers.
#[derive(Debug)]
pub struct TriedOut {
    /// The language of the form in which they were read.
    pub language: String,
    /// The answers as they would be stored; free text as redacted.
    pub answers: RawAnswers,
    /// Scores and notices.
    pub summary: Summary,
}

/// Validates, scores and summarises answers by the draft of a form.
///
/// # Errors
///
/// When the caller does not reach the form, there is no such draft, it has faults, or the answers do not fit. All of these are reported at once.
pub async fn try_out(
    app: &App,
    caller: &Caller,
    form: &FormKey,
    language: &str,
    answers: &RawAnswers,
) -> Result<TriedOut, TryOutError> {
    let (draft, _) = drafts::find(app, caller, form)
        .await
        .map_err(TryOutError::Form)?;
    let form = Form::check(draft.definition)
        .map_err(|faults| TryOutError::Form(FormError::Invalid(faults)))?;
    let language = look_up(&form.definition().languages, language)
        .ok_or(TryOutError::Response(ResponseError::LanguageNotOffered))?;
    let occasion = Occasion {
        week: IsoWeek::of(app.now().date_naive()),
        language,
    };
    let valid = validate(&form, answers, occasion)
        .map_err(|faults| TryOutError::Response(ResponseError::AnswersInvalid(faults)))?;
    let summary = Summary::of(&form, valid.as_slice(), language);
    let mut answers = valid.as_slice().to_vec();
    for answer in &mut answers {
        if let Answer::Given(Value::Text(text)) = answer {
            *text = redact(text).text;
        }
    }
    Ok(TriedOut {
        language: language.to_owned(),
        answers: RawAnswers::of(&form, &answers),
        summary,
    })
}
