//! The reply with new invitations: a list, or a file that is generated while it is sent.

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::Stream;
use futures_util::stream::unfold;

use super::views::{InvitationFormat, InvitationsView};
use crate::app::invitations::IssuedBatch;
use crate::domain::admission::invitation_link::InvitationLink;
use crate::formats::invitation_sheet::{
    InvitationCards, InvitationSheet, InvitationSheetFault, InvitationTable, cards,
};
use crate::http::problem::Problem;

const CSV: &str = "text/csv; charset=utf-8; header=present";
const HTML: &str = "text/html; charset=utf-8";

/// The new invitations in the requested format.
pub(super) fn reply(
    format: InvitationFormat,
    issued: IssuedBatch,
    sender: Option<String>,
    link: Option<InvitationLink>,
) -> Result<HttpResponse, Problem> {
    let closes = issued.campaign.ends_at().date_naive();
    let (key, batch) = (issued.campaign.key, issued.batch);
    let mut response = HttpResponse::Created();
    let place = format!("/v1/campaigns/{key}/invitations/{}", batch.id);
    response
        .insert_header((header::LOCATION, place))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if format == InvitationFormat::Json {
        return Ok(response.json(InvitationsView {
            batch: batch.id.0,
            campaign: key.to_string(),
            label: batch.label,
            link: link.as_ref().map(ToString::to_string),
            invitations: issued.invitations.iter().map(ToString::to_string).collect(),
        }));
    }
    let fingerprint = issued.pass_key.map(|key| key.public.fingerprint());
    let sheet = InvitationSheet {
        invitations: issued.invitations,
        closes,
        link,
        sender,
        fingerprint,
    };
    if format == InvitationFormat::Csv {
        attach(&mut response, CSV, format!("{key}-invitations.csv"));
        return Ok(response.streaming(stream(InvitationTable::new(sheet))));
    }
    attach(&mut response, HTML, format!("{key}-invitations.html"));
    response.insert_header((header::CONTENT_SECURITY_POLICY, cards_policy()));
    let cards = InvitationCards::new(&issued.campaign.title, sheet)
        .map_err(|_| Problem::internal("the cards cannot be written"))?;
    Ok(response.streaming(stream(cards)))
}

/// The content security policy of the page of cards: only its inline style is allowed.
fn cards_policy() -> String {
    let policy = cards::policy();
    format!("{policy}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}

fn attach(response: &mut HttpResponseBuilder, kind: &str, name: String) {
    response
        .insert_header((header::CONTENT_TYPE, kind))
        .insert_header(ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![DispositionParam::Filename(name)],
        });
}

/// Generates the pieces of the file on demand. Between two pieces, other tasks can run.
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
