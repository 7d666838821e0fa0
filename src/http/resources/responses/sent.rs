//! A filled form as it is sent: in JSON, or as a QuestionnaireResponse of FHIR.

use super::CreateResponseBody;
use crate::app::responses::{FilledForm, ResponseError, version_of_form};
use crate::domain::fault::Fault;
use crate::domain::ids::CampaignKey;
use crate::formats::fhir::{self, Filled, ResponseFault, parse_response};
use crate::http::extract::{Document, Format, from_json};
use crate::http::problem::{Code, FieldCode, FieldError, Problem, answers_invalid};
use crate::http::state::State;

/// A filled form, and where its answers stand in what was sent.
pub struct SentForm {
    /// What was filled in.
    pub filled: FilledForm,
    places: Places,
}

/// Where answers stand.
pub enum Places {
    /// In the field `answers`, by the key of their question.
    Answers,
    /// In the items of a QuestionnaireResponse.
    Items(Filled),
}

impl SentForm {
    /// Reads the body.
    ///
    /// # Errors
    ///
    /// Everything that cannot be read. Whether the answers fit the form is not checked.
    pub async fn read(
        state: &State,
        campaign: &CampaignKey,
        document: Document,
    ) -> Result<Self, Problem> {
        let (format, bytes) = document.read(&[Format::Json, Format::Fhir]).await?;
        if format == Format::Json {
            let body: CreateResponseBody = from_json(&bytes)?;
            return Ok(Self {
                filled: body.into(),
                places: Places::Answers,
            });
        }
        let resource = fhir::parse(&bytes)
            .map_err(|error| Problem::new(Code::JsonMalformed).detail(format!("{error}.")))?;
        let sent = parse_response(resource).map_err(unreadable)?;
        let version = version_of_form(&state.app, campaign, sent.version).await;
        let published = version.map_err(Places::explain_version)?;
        let form = &published.form;
        if sent.form != form.key() {
            let what = format!("The form of the campaign is {}.", form.key());
            return Err(Problem::field(
                "/questionnaire",
                FieldCode::InvalidValue,
                what,
            ));
        }
        let first = form.definition().languages.first().cloned();
        let (form_version, language) = (sent.version, sent.language.clone());
        let mut read = sent.answers(form).map_err(unreadable)?;
        Ok(Self {
            filled: FilledForm {
                form_version,
                language: language.or(first).unwrap_or_default(),
                answers: std::mem::take(&mut read.answers),
            },
            places: Places::Items(read),
        })
    }

    /// What was filled in, and what explains why it is refused.
    pub fn parts(self) -> (FilledForm, Places) {
        (self.filled, self.places)
    }
}

impl Places {
    /// The problem, with pointers into what was sent.
    pub fn explain(&self, error: ResponseError) -> Problem {
        match (error, self) {
            (ResponseError::AnswersInvalid(faults), Self::Items(filled)) => {
                answers_invalid(faults, |pointer| filled.place(pointer).into())
            }
            (error, Self::Items(_)) => Self::explain_version(error),
            (error, Self::Answers) => error.into(),
        }
    }

    fn explain_version(error: ResponseError) -> Problem {
        match error {
            ResponseError::VersionUnknown => Problem::field(
                "/questionnaire",
                FieldCode::VersionUnknown,
                "The campaign's form has no such version.",
            ),
            error => error.into(),
        }
    }
}

fn unreadable(faults: Vec<Fault<ResponseFault>>) -> Problem {
    let about_answers = |fault: &ResponseFault| {
        matches!(
            fault,
            ResponseFault::UnknownQuestion | ResponseFault::UnknownOption
        )
    };
    let code = match faults.iter().all(|it| about_answers(&it.kind)) {
        true => Code::AnswersInvalid,
        false => Code::BodyInvalid,
    };
    let error = |fault: Fault<ResponseFault>| {
        let code = match fault.kind {
            ResponseFault::Missing(_) => FieldCode::MissingField,
            ResponseFault::WrongType(_) => FieldCode::WrongType,
            ResponseFault::Invalid(_) => FieldCode::InvalidValue,
            ResponseFault::UnknownField => FieldCode::UnknownField,
            ResponseFault::Identifying => FieldCode::Identifying,
            ResponseFault::UnknownQuestion => FieldCode::UnknownQuestion,
            ResponseFault::UnknownOption => FieldCode::UnknownOption,
            ResponseFault::Twice => FieldCode::DuplicateField,
        };
        FieldError::new(fault.pointer.as_str(), code, fault.kind.to_string())
    };
    Problem::fields(
        code,
        faults.into_iter().take(MAX_FAULTS).map(error).collect(),
    )
}

/// The most faults that are reported: more than an honest client gets wrong.
const MAX_FAULTS: usize = 200;
