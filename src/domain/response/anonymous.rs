//! The only shape in which a response is stored.

use uuid::Uuid;

use super::ValidAnswers;
use super::receipt::Receipt;
use crate::domain::form::{Answer, Value};
use crate::domain::form::{Form, Kind};
use crate::domain::free_text::redact::redact;
use crate::domain::server_key::ServerKey;
use crate::domain::week::IsoWeek;

/// A response without anything that tells who gave it. There is nothing else in the table of responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnonymousResponse {
    /// Derived from the receipt.
    pub id: Uuid,
    /// The campaign.
    pub campaign_id: Uuid,
    /// The version of the form.
    pub form_version_id: Uuid,
    /// The language in which the form was read.
    pub language: String,
    /// The week in which it came.
    pub week: IsoWeek,
    /// The answers.
    pub record: Vec<u8>,
    /// The free text, which is stored apart: one for each question that takes some.
    pub remarks: Vec<Remark>,
}

/// A free-text answer, cleaned. Its id is derived from the receipt too, but tells nothing of the response's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Derived from the receipt and the question.
    pub id: Uuid,
    /// The question's key.
    pub question: String,
    /// What was written, redacted; none where nothing was.
    pub text: Option<String>,
}

impl ValidAnswers {
    /// Lets go of everything but the answers: the receipt becomes ids, the day becomes a week, free text is
    /// cleaned and set apart.
    pub fn anonymise(
        &self,
        form: &Form,
        (campaign_id, form_version_id): (Uuid, Uuid),
        language: &str,
        week: IsoWeek,
        receipt: &Receipt,
        key: &ServerKey,
    ) -> AnonymousResponse {
        let mut remarks = remark_ids(form, campaign_id, receipt, key);
        for remark in &mut remarks {
            let answer = form
                .place(&remark.question)
                .and_then(|place| self.0.get(place));
            if let Some(Answer::Given(Value::Text(text))) = answer {
                remark.text = Some(redact(text).text);
            }
        }
        AnonymousResponse {
            id: key.response_id(campaign_id, receipt),
            campaign_id,
            form_version_id,
            language: language.to_owned(),
            week,
            record: form.layout().encode(form.questions(), &self.0),
            remarks,
        }
    }
}

/// The remarks that may have come with the response of this receipt, still without their texts.
pub fn remark_ids(
    form: &Form,
    campaign_id: Uuid,
    receipt: &Receipt,
    key: &ServerKey,
) -> Vec<Remark> {
    let free_text = form
        .questions()
        .iter()
        .filter(|question| matches!(question.kind, Kind::Text { .. }));
    free_text
        .map(|question| Remark {
            id: key.remark_id(campaign_id, receipt, &question.key),
            question: question.key.clone(),
            text: None,
        })
        .collect()
}
