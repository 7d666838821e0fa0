//! Language negotiation: `?language=` first, then `Accept-Language`.

use actix_web::HttpRequest;
use actix_web::http::header::{AcceptLanguage, Header, Preference};

use crate::domain::form::look_up;
use crate::http::problem::{Code, Problem};

/// The languages of the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Languages<'a> {
    /// All languages of the form.
    All,
    /// One of the languages offered.
    One(&'a str),
}

/// Chooses among the languages offered, of which the first is the default.
///
/// `*` selects all languages, and so does a request that names none. A header never fails: if it cannot be parsed, or
/// names only languages that are not offered, the default is used.
///
/// # Errors
///
/// When the query asks for a language that is not offered.
pub fn negotiate<'a>(
    req: &HttpRequest,
    asked: Option<&str>,
    offered: &'a [String],
) -> Result<Languages<'a>, Problem> {
    match asked {
        Some("*") => return Ok(Languages::All),
        Some(tag) => {
            let detail = || format!("The form is offered in {}.", offered.join(", "));
            let found = look_up(offered, tag)
                .ok_or_else(|| Problem::new(Code::LanguageNotOffered).detail(detail()))?;
            return Ok(Languages::One(found));
        }
        None => {}
    }
    let Ok(accepted) = AcceptLanguage::parse(req) else {
        return Ok(Languages::All);
    };
    for preference in accepted.ranked() {
        match preference {
            Preference::Any => return Ok(Languages::All),
            Preference::Specific(tag) => {
                if let Some(found) = look_up(offered, tag.as_str()) {
                    return Ok(Languages::One(found));
                }
            }
        }
    }
    match offered.first() {
        Some(default) if !accepted.is_empty() => Ok(Languages::One(default)),
        _ => Ok(Languages::All),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_query_wins_then_the_header_then_the_default() {
        let offered = ["ko".to_owned(), "en".to_owned()];
        let one = |asked: Option<&str>, header: Option<&str>| {
            let mut req = TestRequest::default();
            if let Some(header) = header {
                req = req.insert_header(("accept-language", header));
            }
            negotiate(&req.to_http_request(), asked, &offered).map_err(|problem| problem.code())
        };
        assert_eq!(one(None, None), Ok(Languages::All));
        assert_eq!(one(Some("*"), Some("en")), Ok(Languages::All));
        assert_eq!(one(Some("en"), Some("ko")), Ok(Languages::One("en")));
        assert_eq!(one(Some("en-AU"), None), Ok(Languages::One("en")));
        assert_eq!(one(Some("fr"), Some("ko")), Err(Code::LanguageNotOffered));
        assert_eq!(
            one(None, Some("fr, en;q=0.5, ko;q=0.4")),
            Ok(Languages::One("en"))
        );
        assert_eq!(one(None, Some("fr-CH")), Ok(Languages::One("ko")));
        assert_eq!(one(None, Some("fr, *;q=0.1")), Ok(Languages::All));
        for odd in [";;;", "q=1", "ko;q=abc", "\u{e9}", &"a,".repeat(2000)] {
            assert!(one(None, Some(odd)).is_ok(), "{odd}");
        }
    }
}
