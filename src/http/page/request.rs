//! What the pages send back.

use actix_web::HttpRequest;
use actix_web::web::Query;

use super::posted::Posted;
use crate::http::extract::{Document, Format};
use crate::http::problem::{Code, Problem};

/// Letters of other scripts take nine bytes each in a form's body.
const MAX_BODY: usize = 1024 * 1024;

/// The fields that a page of ours sends.
pub(super) async fn posted(req: &HttpRequest, document: Document) -> Result<Posted, Problem> {
    refuse_foreign(req)?;
    let read = document.read_at_most(&[Format::Fields], |_| MAX_BODY);
    Ok(Posted::read(&read.await?.1))
}

/// The parameters of an address. Whatever they are, the page can be shown: of one that is there twice, the last counts.
pub(super) type Asked = Query<Vec<(String, String)>>;

/// The value of a parameter.
pub(super) fn asked<'q>(query: &'q Asked, name: &str) -> Option<&'q str> {
    let mut found = query.iter().rev().filter(|(known, _)| known == name);
    found.next().map(|(_, value)| value.as_str())
}

/// Refuses what a page of another site sends: it would make its visitors answer, from as many networks as it has visitors.
///
/// Browsers say so in `Sec-Fetch-Site`. In older ones only `Origin` tells; since the page sends no referrer, it is `null`
/// for the page itself, and says nothing then.
fn refuse_foreign(req: &HttpRequest) -> Result<(), Problem> {
    let header = |name: &str| req.headers().get(name).map(|value| value.as_bytes());
    let is_own = match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => site == b"same-origin" || site == b"none",
        (None, None | Some(b"null")) => true,
        (None, Some(origin)) => {
            let host = header("host").unwrap_or_default();
            let authority = origin.splitn(2, |byte| *byte == b'/').nth(1);
            authority.and_then(|it| it.strip_prefix(b"/")) == Some(host)
        }
    };
    match is_own {
        true => Ok(()),
        false => Err(Code::PreflightRefused.into()),
    }
}
