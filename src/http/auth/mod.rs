//! Authentication and authorisation of staff.
//!
//! A handler declares the required role in its signature: `staff: Staff<Author>`. The extractor verifies the token,
//! then asks the database whether session and account are still valid, which roles the account has, and what these reach. The other
//! extractors of such a handler cannot fail (see [`crate::http::extract`]), except for a malformed id in the path. So
//! the reply to an unauthenticated caller does not depend on other faults of the request.
//!
//! A handler that reads, and that scheduled jobs may call, takes [`StaffOrKey`] instead. All others are closed to API
//! keys.

pub mod client_address;
pub mod token;

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest};

use super::problem::{Code, Problem, challenge};
use crate::app::api_keys::{self, ApiKeyRefused, Operation, Subject};
use crate::app::{Caller, sessions};
use crate::domain::audit::Actor;
use crate::domain::ids::{SessionId, StaffId};
use crate::domain::staff::api_key::{ApiKeySecret, OutOfScope};
use crate::domain::staff::role::Role;
use crate::domain::staff::scope::RoleScopes;
use crate::http::state::State;

/// The roles that may use a handler; any one of them is enough.
pub trait Permission: 'static {
    /// The roles.
    const ANY_OF: &'static [Role];
}

/// One role, with which an account calls what is about forms and campaigns.
pub trait OneRole: Permission {
    /// The role.
    const ROLE: Role;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $role:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Permission for $name {
            const ANY_OF: &'static [Role] = &[$role];
        }

        impl OneRole for $name {
            const ROLE: Role = $role;
        }
    )+};
}

permissions! {
    /// For admins.
    Admin = Role::Admin;
    /// For authors of forms.
    Author = Role::Author;
    /// For coordinators of campaigns.
    Coordinator = Role::Coordinator;
    /// For analysts.
    Analyst = Role::Analyst;
}

/// For authors and analysts: what was published, and what it does to the data.
#[derive(Debug)]
pub struct AuthorOrAnalyst;

impl Permission for AuthorOrAnalyst {
    const ANY_OF: &'static [Role] = &[Role::Author, Role::Analyst];
}

/// For every account.
#[derive(Debug)]
pub struct AnyRole;

impl Permission for AnyRole {
    const ANY_OF: &'static [Role] = Role::ALL;
}

/// An authenticated member of staff with one of the required roles.
#[derive(Debug)]
pub struct Staff<P> {
    /// The account's id.
    pub id: StaffId,
    /// The id of the session.
    pub session_id: SessionId,
    /// All roles of the account.
    pub roles: Vec<Role>,
    scopes: RoleScopes,
    permission: PhantomData<P>,
}

impl<P> Staff<P> {
    /// The actor, for the audit.
    pub fn actor(&self) -> Actor {
        Actor::Staff(self.id)
    }
}

impl<P: OneRole> Staff<P> {
    /// The caller of a use case, with what the role reaches.
    pub fn caller(&self) -> Caller {
        Caller {
            actor: self.actor(),
            scope: self.scopes.of(P::ROLE),
        }
    }
}

impl<P: Permission> FromRequest for Staff<P> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = req.app_data::<State>().cloned();
        let token = bearer(req.headers());
        Box::pin(async move {
            let state = state.ok_or_else(|| Problem::internal("the state is missing"))?;
            let token = token?;
            if ApiKeySecret::is_meant_by(&token) {
                // Whether the key is valid does not matter: none opens this.
                return Err(ApiKeyRefused::OutOfScope(OutOfScope::Closed).into());
            }
            authorize(&state, &token).await
        })
    }
}

/// A member of staff with one of the required roles, or a scheduled job with an API key that has one of them. Take it
/// only where a request reads, and where a job needs what it reads. A key that is limited to a form opens paths with
/// this `{form}`, and with a `{campaign}` of this form.
#[derive(Debug)]
pub struct StaffOrKey<P> {
    caller: Caller,
    permission: PhantomData<P>,
}

impl<P> StaffOrKey<P> {
    /// The caller of a use case, with what the role reaches.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl<P: OneRole> FromRequest for StaffOrKey<P> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = req.app_data::<State>().cloned();
        let token = bearer(req.headers());
        let operation = Operation {
            any_of: P::ANY_OF,
            subject: subject(req),
        };
        let reads = req.method().is_safe();
        Box::pin(async move {
            let state = state.ok_or_else(|| Problem::internal("the state is missing"))?;
            let token = token?;
            let caller = if !ApiKeySecret::is_meant_by(&token) {
                authorize::<P>(&state, &token).await?.caller()
            } else if reads {
                api_keys::authenticate(&state.app, &token, &operation).await?
            } else {
                return Err(ApiKeyRefused::OutOfScope(OutOfScope::Closed).into());
            };
            Ok(Self {
                caller,
                permission: PhantomData,
            })
        })
    }
}

/// What the request is about, by the names in the pattern of its path.
fn subject(req: &HttpRequest) -> Subject {
    let named = |name: &str| req.match_info().get(name).map(str::to_owned);
    match (named("campaign"), named("form")) {
        (Some(campaign), _) => Subject::Campaign(campaign),
        (None, Some(form)) => Subject::Form(form),
        (None, None) => Subject::Server,
    }
}

async fn authorize<P: Permission>(state: &State, token: &str) -> Result<Staff<P>, Problem> {
    let claims = token::check(&state.app.keys, token, state.app.now())?;
    let (session_id, id) = (SessionId(claims.sid), StaffId(claims.sub));
    let account = sessions::authenticate(&state.app, session_id, id).await?;
    let roles = account.roles();
    if !P::ANY_OF.iter().any(|role| roles.contains(role)) {
        let needed: Vec<_> = P::ANY_OF.iter().map(|role| role.as_str()).collect();
        return Err(challenge::role_missing(&needed));
    }
    Ok(Staff {
        id,
        session_id,
        roles,
        scopes: account.scopes,
        permission: PhantomData,
    })
}

/// The token of the one `Authorization: Bearer …` header.
fn bearer(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION);
    let value = match (values.next(), values.next()) {
        (Some(value), None) => value,
        (None, _) => return Err(Code::Unauthenticated.into()),
        _ => return Err(challenge::token_refused()),
    };
    let value = value.to_str().map_err(|_| challenge::token_refused())?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(token.trim().to_owned())
        }
        _ => Err(Code::Unauthenticated.into()),
    }
}
