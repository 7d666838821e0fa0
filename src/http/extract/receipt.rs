//! The `Receipt` header, and the `Replaces` header, which holds a receipt as well.

use actix_web::HttpRequest;

use crate::app::responses::Sent;
use crate::domain::response::receipt::Receipt;
use crate::http::problem::{Code, Problem};

/// The one `Receipt` header of a request.
///
/// # Errors
///
/// When there is none, more than one, or it is malformed.
pub fn receipt(req: &HttpRequest) -> Result<Receipt, Problem> {
    let mut values = req.headers().get_all("receipt");
    let value = values.next().ok_or(Code::ReceiptMissing)?;
    let receipt = value
        .to_str()
        .ok()
        .and_then(|text| Receipt::parse(text).ok());
    receipt.filter(|_| values.next().is_none()).ok_or_else(|| {
        let detail = "Give one: 22 to 128 random characters of A-Z, a-z, 0-9, - and _, for instance 16 random bytes in base64url.";
        Problem::new(Code::ReceiptMalformed).detail(detail)
    })
}

/// The receipt in the one `Replaces` header: that of a response that was withdrawn.
pub fn replaces(req: &HttpRequest) -> Sent<Receipt> {
    let mut values = req.headers().get_all("replaces");
    let Some(value) = values.next() else {
        return Sent::Missing;
    };
    match value.to_str().map(Receipt::parse) {
        Ok(Ok(receipt)) if values.next().is_none() => Sent::Given(receipt),
        _ => Sent::Malformed,
    }
}
