//! The only shape in which a response is stored.

use super::ValidAnswers;
use super::receipt::Receipt;
use crate::domain::form::{Answer, Value};
use crate::domain::form::{Form, Kind};
use crate::domain::free_text::redact::redact;
use crate::domain::ids::{CampaignId, FormVersionId, RemarkId, ResponseId};
use crate::domain::server_key::ServerKey;
use crate::domain::week::IsoWeek;

/// A response without anything that tells who gave it. There is nothing else in the table of responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnonymousResponse {
    id: ResponseId,
    context: ResponseContext,
    record: Vec<u8>,
    remarks: Vec<Remark>,
}

/// What is kept of a response besides the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseContext {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The version of the form.
    pub form_version_id: FormVersionId,
    /// The language in which the form was read.
    pub language: String,
    /// The week in which it came.
    pub week: IsoWeek,
}

impl AnonymousResponse {
    /// Derived from the receipt.
    pub fn id(&self) -> ResponseId {
        self.id
    }

    /// Campaign, version, language and week.
    pub fn context(&self) -> &ResponseContext {
        &self.context
    }

    /// The answers, encoded as the version's [layout](crate::domain::form::Layout) says.
    pub fn record(&self) -> &[u8] {
        &self.record
    }

    /// The free text, which is stored apart: one for each question that takes some.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }
}

/// A free-text answer, cleaned. Its id is derived from the receipt too, but tells nothing of the response's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Derived from the receipt and the question.
    pub id: RemarkId,
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
        context: ResponseContext,
        receipt: &Receipt,
        key: &ServerKey,
    ) -> AnonymousResponse {
        let mut remarks = remark_ids(form, context.campaign_id, receipt, key);
        for remark in &mut remarks {
            let answer = form
                .place(&remark.question)
                .and_then(|place| self.0.get(place));
            if let Some(Answer::Given(Value::Text(text))) = answer {
                remark.text = Some(redact(text).text);
            }
        }
        AnonymousResponse {
            id: key.response_id(context.campaign_id, receipt),
            context,
            record: form.layout().encode(form.questions(), &self.0),
            remarks,
        }
    }
}

/// The remarks that may have come with the response of this receipt, still without their texts.
pub fn remark_ids(
    form: &Form,
    campaign_id: CampaignId,
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
