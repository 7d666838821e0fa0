//! The reply that shows new invitations: a list, or a file that is written while it is sent.

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures_util::Stream;
use futures_util::stream::unfold;

use super::views::{InvitationsFormat, InvitationsView};
use crate::app::invitations::IssuedBatch;
use crate::domain::admission::invitation_link::InvitationLink;
use crate::formats::invitation_sheet::{Cards, Handout, HandoutFault, Table, cards};

/// The new invitations in this format.
pub(super) fn reply(
    format: InvitationsFormat,
    issued: IssuedBatch,
    written_link: Option<String>,
    link: Option<InvitationLink>,
) -> HttpResponse {
    let IssuedBatch {
        campaign,
        batch,
        invitations,
    } = issued;
    let mut response = HttpResponse::Created();
    let place = format!("/v1/campaigns/{}/invitations/{}", campaign.key, batch.id);
    response
        .insert_header((header::LOCATION, place))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    match format {
        InvitationsFormat::Json => response.json(InvitationsView {
            batch: batch.id.0,
            campaign: campaign.key.to_string(),
            label: batch.label,
            link: written_link,
            invitations: invitations.iter().map(ToString::to_string).collect(),
        }),
        InvitationsFormat::Csv => {
            let name = format!("{}-invitations.csv", campaign.key);
            attach(
                &mut response,
                "text/csv; charset=utf-8; header=present",
                name,
            );
            response.streaming(stream(Table::new(Handout { invitations, link })))
        }
        InvitationsFormat::Cards => {
            let name = format!("{}-invitations.html", campaign.key);
            attach(&mut response, "text/html; charset=utf-8", name);
            let policy = format!(
                "{}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                cards::policy()
            );
            response.insert_header((header::CONTENT_SECURITY_POLICY, policy));
            let cards = Cards::new(&campaign.title, Handout { invitations, link });
            response.streaming(stream(cards))
        }
    }
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
fn stream<P>(pieces: P) -> impl Stream<Item = Result<Bytes, HandoutFault>>
where
    P: Iterator<Item = Result<Vec<u8>, HandoutFault>>,
{
    unfold(pieces, |mut pieces| async move {
        let piece = pieces.next()?.map(Bytes::from);
        tokio::task::yield_now().await;
        Some((piece, pieces))
    })
}
