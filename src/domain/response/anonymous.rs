//! The only shape in which a response is stored.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ValidAnswers;
use super::receipt::Receipt;
use crate::domain::form::{Answer, Value};
use crate::domain::form::{Form, Kind};
use crate::domain::free_text::redact::{self, redact};
use crate::domain::ids::{CampaignId, FormVersionId, RemarkId, ResponseId};
use crate::domain::server_key::ServerKey;
use crate::domain::week::IsoWeek;

/// A response without anything that identifies the respondent. The table of responses holds nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct AnonymousResponse {
    form: Arc<Form>,
    id: ResponseId,
    context: ResponseContext,
    record: Vec<u8>,
    remarks: Vec<Remark>,
    removed: BTreeSet<redact::Kind>,
}

/// The metadata of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseContext {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// The version of the form.
    pub form_version_id: FormVersionId,
    /// The language in which the respondent read the form.
    pub language: String,
    /// The week in which it arrived.
    pub week: IsoWeek,
}

impl AnonymousResponse {
    /// The id, derived from the receipt.
    pub fn id(&self) -> ResponseId {
        self.id
    }

    /// The metadata.
    pub fn context(&self) -> &ResponseContext {
        &self.context
    }

    /// The answers, encoded by the version's [layout](crate::domain::form::Layout).
    pub fn record(&self) -> &[u8] {
        &self.record
    }

    /// Whether a record of the same version says the same to a person. A question that was declined, one that was left
    /// blank, and one of which no option was chosen look alike when they are sent again by another client.
    pub fn says_the_same(&self, record: &[u8]) -> bool {
        let said = |record: &[u8]| -> Option<Vec<Answer>> {
            let answers = self.form.layout().decode(self.form.questions(), record);
            Some(answers.ok()?.into_iter().map(Answer::as_it_looks).collect())
        };
        self.record == record || said(record).is_some_and(|it| Some(it) == said(&self.record))
    }

    /// The free text, which is stored separately: one remark for each text question.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// The kinds of identifiers that were taken out of the free text, for the reply alone: they are not stored.
    pub fn removed(&self) -> &BTreeSet<redact::Kind> {
        &self.removed
    }
}

/// A free-text answer, cleaned. Its id is also derived from the receipt, but cannot be linked to the response's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Derived from the receipt and the question.
    pub id: RemarkId,
    /// The question's key.
    pub question: String,
    /// The redacted text; none when the question was not answered.
    pub text: Option<String>,
}

impl ValidAnswers {
    /// Drops everything but the answers: the receipt becomes ids, the day becomes a week, free text is cleaned and
    /// separated.
    pub fn anonymise(
        &self,
        form: &Arc<Form>,
        context: ResponseContext,
        receipt: &Receipt,
        key: &ServerKey,
    ) -> AnonymousResponse {
        let mut remarks = remark_ids(form, context.campaign_id, receipt, key);
        let mut removed = BTreeSet::new();
        for remark in &mut remarks {
            let answer = form
                .place(&remark.question)
                .and_then(|place| self.0.get(place));
            if let Some(Answer::Given(Value::Text(text))) = answer {
                let cleaned = redact(text);
                removed.extend(cleaned.found);
                remark.text = Some(cleaned.text);
            }
        }
        AnonymousResponse {
            form: Arc::clone(form),
            id: key.response_id(context.campaign_id, receipt),
            context,
            record: form.layout().encode(form.questions(), &self.0),
            remarks,
            removed,
        }
    }
}

/// The remarks that the response of this receipt may have, without their texts.
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
