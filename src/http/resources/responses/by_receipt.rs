//! One's own response: reading it again, withdrawing it.

use std::sync::Arc;

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, delete, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ResponseView, receipt};
use crate::app::form_catalog::Published;
use crate::domain::form::{Answer, Value};
use crate::domain::response::{RawAnswers, Remark, Summary, remark_ids};
use crate::domain::week::IsoWeek;
use crate::http::app::AppState;
use crate::http::extract::State;
use crate::http::problem::{Code, Problem};
use crate::store::AsyncPgConnection;
use crate::store::campaigns::{CampaignRow, find_campaign};
use crate::store::responses::find::{
    ResponseRow, Withdrawal, find_response, find_texts, is_withdrawn, withdraw_response,
};

/// A stored response, as only the holder of its receipt can read it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "campaign": "world-cancer-day-2027", "form_version": 1, "language": "ko", "week": "2027-W05",
    "summary": {"scores": [], "notices": []},
    "answers": {"cancer_type": "stomach", "eating_meals": "severe", "sex": null},
}))]
pub struct OwnResponseView {
    /// What is kept besides the answers.
    #[serde(flatten)]
    pub response: ResponseView,
    /// The answers as they are stored; free text is as the cleaning left it.
    pub answers: RawAnswers,
}

/// Read one's own response
#[utoipa::path(
    tag = "responses",
    params(
        ("campaign" = String, Path, description = "The campaign's key.", example = "world-cancer-day-2027"),
        ("Receipt" = String, Header, description = "The receipt that the response was sent with.", example = "m3Zk0n2yTq8XwP5rVb1LcA"),
    ),
    responses((status = 200, description = "The response.", body = OwnResponseView)),
    extensions(("x-problems" = json!([
        "receipt_missing", "receipt_malformed", "campaign_unknown", "response_unknown", "response_withdrawn",
    ]))),
)]
#[get("/v1/campaigns/{campaign}/responses/own")]
pub(super) async fn get_own_response(
    req: HttpRequest,
    state: State,
    campaign: Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut conn = state.connection().await?;
    let Own {
        campaign,
        row,
        published,
        remarks,
    } = find_own(&req, &state, &mut conn, &campaign).await?;
    let form = &published.form;
    let mut answers = form
        .layout()
        .decode(form.questions(), &row.record)
        .map_err(|fault| Problem::internal(&fault.to_string()))?;
    let summary = Summary::of(form, &answers, &row.language);
    let ids: Vec<_> = remarks.iter().map(|remark| remark.id).collect();
    let mut texts = find_texts(&mut conn, row.id, &ids).await?;
    for remark in remarks {
        let place = form
            .place(&remark.question)
            .and_then(|place| answers.get_mut(place));
        if let (Some(answer), Some(text)) = (place, texts.remove(&remark.id)) {
            *answer = Answer::Given(Value::Text(text));
        }
    }
    Ok(HttpResponse::Ok().json(OwnResponseView {
        response: ResponseView {
            campaign: campaign.key,
            form_version: published.version,
            week: IsoWeek::of(row.week).to_string(),
            language: row.language,
            summary,
        },
        answers: RawAnswers::of(form, &answers),
    }))
}

/// Withdraw one's own response
///
/// Deletes it with its remarks. What is left is its id, which nobody can make a receipt of, so that a
/// late retry does not bring it back. From the campaign's `freezes_at` on, this is refused.
#[utoipa::path(
    tag = "responses",
    params(
        ("campaign" = String, Path, description = "The campaign's key.", example = "world-cancer-day-2027"),
        ("Receipt" = String, Header, description = "The receipt that the response was sent with.", example = "m3Zk0n2yTq8XwP5rVb1LcA"),
    ),
    responses((status = 204, description = "It is gone.")),
    extensions(("x-problems" = json!([
        "receipt_missing", "receipt_malformed", "campaign_unknown", "response_unknown", "response_withdrawn",
        "withdrawal_ended",
    ]))),
)]
#[delete("/v1/campaigns/{campaign}/responses/own")]
pub(super) async fn withdraw_own_response(
    req: HttpRequest,
    state: State,
    campaign: Path<String>,
) -> Result<HttpResponse, Problem> {
    let mut conn = state.connection().await?;
    let own = find_own(&req, &state, &mut conn, &campaign).await?;
    if !own.campaign.settings().allows_withdrawal(state.now()) {
        return Err(Code::WithdrawalEnded.into());
    }
    let remarks: Vec<_> = own.remarks.iter().map(|remark| remark.id).collect();
    match withdraw_response(&mut conn, own.row.id, &remarks).await? {
        Withdrawal::Done => Ok(HttpResponse::NoContent().finish()),
        Withdrawal::Already => Err(Code::ResponseWithdrawn.into()),
        Withdrawal::Unknown => Err(Code::ResponseUnknown.into()),
    }
}

/// What belongs to a receipt.
struct Own {
    campaign: CampaignRow,
    row: ResponseRow,
    published: Arc<Published>,
    /// The remarks that may have come with it, without their texts.
    remarks: Vec<Remark>,
}

async fn find_own(
    req: &HttpRequest,
    state: &AppState,
    conn: &mut AsyncPgConnection,
    campaign: &str,
) -> Result<Own, Problem> {
    let receipt = receipt(req)?;
    let found = find_campaign(conn, campaign).await?;
    let (campaign, _) = found.ok_or(Code::CampaignUnknown)?;
    let key = &state.keys.server;
    let id = key.response_id(campaign.id, &receipt);
    let row = match find_response(conn, id).await? {
        Some(row) => row,
        None if is_withdrawn(conn, id).await? => return Err(Code::ResponseWithdrawn.into()),
        None => return Err(Code::ResponseUnknown.into()),
    };
    let published = state.published.get(conn, row.form_version_id).await?;
    let remarks = remark_ids(&published.form, campaign.id, &receipt, key);
    Ok(Own {
        campaign,
        row,
        published,
        remarks,
    })
}
