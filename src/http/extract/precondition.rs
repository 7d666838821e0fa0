//! Conditional changes, which prevent lost updates (RFC 9110, section 13.1).

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, EntityTag, Header, IfMatch, IfNoneMatch};
use actix_web::{FromRequest, HttpRequest};

use crate::http::problem::{Code, Problem};

/// The precondition of a request.
pub struct Precondition {
    if_match: Option<IfMatch>,
    if_none_match: Option<IfNoneMatch>,
    given: bool,
}

impl FromRequest for Precondition {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let has = |name| req.headers().contains_key(name);
        let (if_match, if_none_match) = (has(header::IF_MATCH), has(header::IF_NONE_MATCH));
        ready(Ok(Self {
            if_match: IfMatch::parse(req).ok().filter(|_| if_match),
            if_none_match: IfNoneMatch::parse(req).ok().filter(|_| if_none_match),
            given: if_match || if_none_match,
        }))
    }
}

impl Precondition {
    /// Whether the request has a precondition.
    pub fn is_given(&self) -> bool {
        self.given
    }

    /// Whether the precondition holds for `current`, the tag of the present state: by `If-Match`, or by `If-None-Match:
    /// *` when there is no present state.
    pub fn allows(&self, current: Option<EntityTag>) -> bool {
        let new = matches!(self.if_none_match, Some(IfNoneMatch::Any)) && current.is_none();
        let known = match (&self.if_match, &current) {
            (Some(IfMatch::Any), Some(_)) => true,
            (Some(IfMatch::Items(tags)), Some(current)) => {
                tags.iter().any(|tag| tag.strong_eq(current))
            }
            _ => false,
        };
        new || known
    }

    /// Turns the error of a use case into a problem. If the change failed because the request had no precondition, the
    /// problem asks for one.
    pub fn explain<T, E: Into<Problem>>(&self, result: Result<T, E>) -> Result<T, Problem> {
        result.map_err(|error| match error.into() {
            problem if problem.code() == Code::PreconditionFailed && !self.given => {
                Code::PreconditionRequired.into()
            }
            problem => problem,
        })
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_who_knows_the_current_state_may_change_it() {
        let current = EntityTag::new_strong("a".to_owned());
        let check = |name: Option<&str>, value: &str, current: Option<&EntityTag>| {
            let mut req = TestRequest::default();
            if let Some(name) = name {
                req = req.insert_header((name, value));
            }
            let req = req.to_http_request();
            let precondition = Precondition::from_request(&req, &mut Payload::None).into_inner();
            let precondition = precondition.unwrap();
            let result = match precondition.allows(current.cloned()) {
                true => Ok(()),
                false => Err(Code::PreconditionFailed),
            };
            precondition
                .explain(result)
                .map_err(|problem| problem.code())
        };
        assert_eq!(
            check(None, "", Some(&current)),
            Err(Code::PreconditionRequired)
        );
        assert_eq!(check(Some("if-match"), "\"a\"", Some(&current)), Ok(()));
        assert_eq!(
            check(Some("if-match"), "\"b\", \"a\"", Some(&current)),
            Ok(())
        );
        assert_eq!(check(Some("if-match"), "*", Some(&current)), Ok(()));
        assert_eq!(check(Some("if-none-match"), "*", None), Ok(()));
        for (name, value, current) in [
            ("if-match", "\"b\"", Some(&current)),
            ("if-match", "W/\"a\"", Some(&current)),
            ("if-match", "nonsense", Some(&current)),
            ("if-match", "*", None),
            ("if-none-match", "*", Some(&current)),
            ("if-none-match", "\"b\"", Some(&current)),
        ] {
            assert_eq!(
                check(Some(name), value, current),
                Err(Code::PreconditionFailed),
                "{name}: {value}"
            );
        }
    }
}
