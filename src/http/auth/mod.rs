//! Who asks, and whether they may.
//!
//! A handler says in its signature what it takes: `staff: Staff<Author>`. The extractor checks the
//! token, then asks the database whether session and account are still good and which roles the
//! account has. It stands first in the handler, and bodies are read only after it (see
//! [`super::extract`]).

pub mod limits;
pub mod token;

use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use uuid::Uuid;

use super::extract::State;
use super::problem::{Code, Problem};
use crate::domain::staff::role::Role;
use crate::store::sessions;

/// Which roles open a handler: any one of them.
pub trait Permission: 'static {
    /// The roles.
    const ANY_OF: &'static [Role];
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $roles:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Permission for $name {
            const ANY_OF: &'static [Role] = $roles;
        }
    )+};
}

permissions! {
    /// For admins.
    Admin = &[Role::Admin];
    /// For authors of forms.
    Author = &[Role::Author];
    /// For coordinators of campaigns.
    Coordinator = &[Role::Coordinator];
    /// For analysts.
    Analyst = &[Role::Analyst];
    /// For everybody with an account.
    AnyRole = Role::ALL;
}

/// A member of staff who may do this.
#[derive(Debug)]
pub struct Staff<P> {
    /// Their id.
    pub id: Uuid,
    /// The session that they use.
    pub session_id: Uuid,
    /// All their roles.
    pub roles: Vec<Role>,
    permission: PhantomData<P>,
}

impl<P: Permission> FromRequest for Staff<P> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = req.app_data::<State>().cloned();
        let token = bearer(req.headers());
        let gate = Gate::default();
        req.extensions_mut().insert(gate.clone());
        Box::pin(async move {
            let state = state.ok_or_else(|| Problem::internal("the state is missing"))?;
            let staff = admit(&state, &token?).await?;
            gate.0.set(true);
            Ok(staff)
        })
    }
}

/// Whether the person at the door was let in already. Extractors of one handler run side by side;
/// those that could complain about the request look here first, so that 401 and 403 come before.
#[derive(Debug, Clone, Default)]
pub(super) struct Gate(Rc<Cell<bool>>);

impl Gate {
    /// Whether nobody waits at the door of this request.
    pub(super) fn is_open(req: &HttpRequest) -> bool {
        req.extensions()
            .get::<Self>()
            .is_none_or(|gate| gate.0.get())
    }
}

async fn admit<P: Permission>(state: &State, token: &str) -> Result<Staff<P>, Problem> {
    let now = state.now();
    let claims = token::check(&state.keys.signing, token, now)?;
    let mut conn = state.connection().await?;
    let account = sessions::live(&mut conn, claims.sid, now).await?;
    let account = account.filter(|account| account.id == claims.sub);
    let roles = account.ok_or(Code::SessionEnded)?.roles();
    if !P::ANY_OF.iter().any(|role| roles.contains(role)) {
        let needed: Vec<_> = P::ANY_OF.iter().map(|role| role.as_str()).collect();
        let detail = format!("It takes the role {}.", needed.join(" or "));
        return Err(Problem::new(Code::Forbidden).detail(detail));
    }
    Ok(Staff {
        id: claims.sub,
        session_id: claims.sid,
        roles,
        permission: PhantomData,
    })
}

/// The token of the one `Authorization: Bearer …` header.
fn bearer(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION);
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Code::Unauthenticated.into());
    };
    let value = value.to_str().map_err(|_| Code::Unauthenticated)?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(token.trim().to_owned())
        }
        _ => Err(Code::Unauthenticated.into()),
    }
}
