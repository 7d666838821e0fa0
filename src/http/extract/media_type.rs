//! Which of several media types the client likes best (RFC 9110, `Accept`).

use actix_web::HttpRequest;
use actix_web::http::header::{Accept, Header, Quality};

/// The one of these media types that the client likes best. Of those that it likes alike, it is the one that it names, or
/// else the first.
pub fn preferred(req: &HttpRequest, offered: &[&'static str]) -> &'static str {
    let first = offered.first().copied().unwrap_or_default();
    let Ok(accept) = Accept::parse(req) else {
        return first;
    };
    // The most exact range that fits decides, whatever the others say.
    let quality = |media_type: &str| {
        let whole = media_type.split('/').next().unwrap_or_default();
        let fitting = accept.iter().filter_map(|range| {
            let exactness = match range.item.essence_str() {
                essence if essence == media_type => 2,
                "*/*" => 0,
                essence if essence.strip_suffix("/*") == Some(whole) => 1,
                _ => return None,
            };
            Some((exactness, range.quality))
        });
        fitting.max_by_key(|(exactness, _)| *exactness)
    };
    let mut best = (first, None);
    for media_type in offered {
        let liked = quality(media_type).filter(|(_, quality)| *quality > Quality::ZERO);
        // Of two that it likes alike, the one that it names.
        let liked = liked.map(|(exactness, quality)| (quality, exactness));
        if liked > best.1 {
            best = (media_type, liked);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::preferred;

    #[test]
    fn the_most_exact_range_decides_and_the_first_one_wins_a_tie() {
        let offered = ["application/json", "application/fhir+json"];
        for (accept, expected) in [
            (None, 0),
            (Some("*/*"), 0),
            (Some("application/json"), 0),
            (Some("application/fhir+json"), 1),
            (
                Some("application/fhir+json;q=0.9, application/json;q=0.8"),
                1,
            ),
            (Some("application/fhir+json;q=0.1, */*;q=0.9"), 0),
            (Some("application/fhir+json;q=0"), 0),
            (Some("application/fhir+json; fhirVersion=4.0"), 1),
            (Some("application/json, application/fhir+json"), 0),
            (Some("application/fhir+json, */*"), 1),
            (Some("text/html, application/*;q=0.3"), 0),
            (Some("text/html"), 0),
            (Some(";;;"), 0),
        ] {
            let mut req = TestRequest::default();
            if let Some(accept) = accept {
                req = req.insert_header(("accept", accept));
            }
            let found = preferred(&req.to_http_request(), &offered);
            assert_eq!(found, offered[expected], "{accept:?}");
        }
    }
}
