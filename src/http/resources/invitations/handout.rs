//! The answer that shows new invitations: a list, or a file that is written while it is sent.

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::Stream;
use futures_util::stream::unfold;

use super::views::{InvitationsFormat, InvitationsView};
use crate::formats::invitation_sheet::{
    InvitationCards, InvitationSheet, InvitationSheetFault, InvitationTable, cards,
};
use crate::http::problem::Problem;
use crate::store::campaigns::CampaignRow;
use crate::store::invitations::InvitationBatchRow;

/// The answer in this format.
pub(super) fn answer(
    format: InvitationsFormat,
    campaign: &CampaignRow,
    batch: InvitationBatchRow,
    link: Option<String>,
    sheet: InvitationSheet,
) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Created();
    let place = format!("/v1/campaigns/{}/invitations/{}", campaign.key, batch.id);
    response
        .insert_header((header::LOCATION, place))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(match format {
        InvitationsFormat::Json => response.json(InvitationsView {
            batch: batch.id,
            campaign: campaign.key.clone(),
            label: batch.label,
            link,
            invitations: sheet.invitations.iter().map(ToString::to_string).collect(),
        }),
        InvitationsFormat::Csv => {
            let kind = "text/csv; charset=utf-8; header=present";
            attach(
                &mut response,
                kind,
                format!("{}-invitations.csv", campaign.key),
            );
            response.streaming(stream(InvitationTable::new(sheet)))
        }
        InvitationsFormat::Cards => {
            let title = serde_json::from_value(campaign.title.clone())
                .map_err(|_| Problem::internal("a title cannot be read"))?;
            let kind = "text/html; charset=utf-8";
            attach(
                &mut response,
                kind,
                format!("{}-invitations.html", campaign.key),
            );
            let policy = format!(
                "{}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                cards::policy()
            );
            response.insert_header((header::CONTENT_SECURITY_POLICY, policy));
            let cards = InvitationCards::new(&title, sheet)
                .map_err(|fault| Problem::internal(&fault.to_string()))?;
            response.streaming(stream(cards))
        }
    })
}

fn attach(response: &mut HttpResponseBuilder, kind: &str, name: String) {
    response
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header(ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![DispositionParam::Filename(name)],
        });
}

/// The pieces one by one, each made when it is asked for. Between two of them others have their turn.
fn stream<P>(pieces: P) -> impl Stream<Item = Result<Bytes, InvitationSheetFault>>
where
    P: Iterator<Item = Result<Vec<u8>, InvitationSheetFault>>,
{
    unfold(pieces, |mut pieces| async move {
        let piece = pieces.next()?.map(Bytes::from);
        tokio::task::yield_now().await;
        Some((piece, pieces))
    })
}
