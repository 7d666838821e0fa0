//! Operations on their way out say so in each reply: `Deprecation` (RFC 9745) since when, `Sunset` (RFC 8594) until when.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue, HttpDate};
use actix_web::middleware::Next;
use chrono::{DateTime, NaiveDate, Utc};

/// An operation that will be removed.
#[derive(Debug, Clone, Copy)]
pub struct Deprecated {
    /// Its method, in capitals.
    pub method: &'static str,
    /// The template of its path.
    pub path: &'static str,
    /// Since when it should not be used.
    pub since: NaiveDate,
    /// The day on which it will be removed, at least a year later.
    pub removed_on: NaiveDate,
    /// What to use instead, as a sentence.
    pub instead: &'static str,
}

/// Every operation that will be removed. The OpenAPI document marks them.
pub const DEPRECATED: &[Deprecated] = &[];

impl Deprecated {
    fn find(all: &'static [Self], method: &str, path: &str) -> Option<&'static Self> {
        let mut all = all.iter();
        all.find(|one| one.method == method && one.path == path)
    }

    fn headers(&self) -> [(HeaderName, String); 2] {
        let sunset = HttpDate::from(std::time::SystemTime::from(midnight(self.removed_on)));
        [
            (
                HeaderName::from_static("deprecation"),
                format!("@{}", midnight(self.since).timestamp()),
            ),
            (HeaderName::from_static("sunset"), sunset.to_string()),
        ]
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// Adds the two headers to the replies of deprecated operations.
pub async fn announce<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    announce_all(DEPRECATED, req, next).await
}

async fn announce_all<B: MessageBody + 'static>(
    all: &'static [Deprecated],
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut response = next.call(req).await?;
    if all.is_empty() {
        return Ok(response);
    }
    let request = response.request();
    let pattern = request.match_pattern().unwrap_or_default();
    let Some(found) = Deprecated::find(all, request.method().as_str(), &pattern) else {
        return Ok(response);
    };
    for (name, value) in found.headers() {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    let link = HeaderValue::from_static("</docs>; rel=\"deprecation\"; type=\"text/html\"");
    response.headers_mut().append(header::LINK, link);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse, web};

    use super::*;

    const OLD: &[Deprecated] = &[Deprecated {
        method: "GET",
        path: "/old/{id}",
        since: NaiveDate::from_ymd_opt(2027, 1, 1).unwrap(),
        removed_on: NaiveDate::from_ymd_opt(2028, 1, 1).unwrap(),
        instead: "Use `/new/{id}`.",
    }];

    #[actix_web::test]
    async fn only_a_deprecated_operation_says_since_when_and_until_when() {
        let app = App::new()
            .route("/old/{id}", web::get().to(HttpResponse::Ok))
            .route("/old/{id}", web::post().to(HttpResponse::Ok))
            .route("/new/{id}", web::get().to(HttpResponse::Ok))
            .wrap(from_fn(|req, next| announce_all(OLD, req, next)));
        let app = init_service(app).await;
        let old = call_service(&app, TestRequest::get().uri("/old/7").to_request()).await;
        assert_eq!(old.headers().get("deprecation").unwrap(), "@1798761600");
        assert_eq!(
            old.headers().get("sunset").unwrap(),
            "Sat, 01 Jan 2028 00:00:00 GMT"
        );
        assert!(old.headers().contains_key("link"));
        for request in [
            TestRequest::post().uri("/old/7"),
            TestRequest::get().uri("/new/7"),
        ] {
            let reply = call_service(&app, request.to_request()).await;
            assert!(!reply.headers().contains_key("deprecation"));
            assert!(!reply.headers().contains_key("sunset"));
        }
    }

    #[test]
    fn nothing_is_removed_within_a_year() {
        for one in DEPRECATED.iter().chain(OLD) {
            let days = one.removed_on.signed_duration_since(one.since).num_days();
            assert!(days >= 365, "{one:?}");
        }
    }
}
