//! The application: its state, and the one function that puts it together.

use std::sync::Arc;

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderName;
use actix_web::http::{Method, header};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use futures_util::FutureExt;
use utoipa_actix_web::AppExt;
use uuid::Uuid;

use super::auth::limits::LoginLimits;
use super::extract::{State, path_config};
use super::middleware::{observe, security_headers};
use super::openapi::Api;
use super::openapi::docs;
use super::problem::{Code, Problem};
use super::resources::exports::{DISCLOSURE_CONTROL, DIVERSITY};
use crate::app::form_catalog::{Published, PublishedVersions};
use crate::app::intake::Intake;
use crate::app::pass_keys::PassKeys;
use crate::app::password::Passwords;
use crate::app::single_flight::SingleFlight;
use crate::clock::SharedClock;
use crate::config::{HttpConfig, HttpConfigError};
use crate::keys::Keys;
use crate::store::Pools;
use crate::store::campaigns::{CampaignAndVersion, find_campaign_and_version};
use crate::store::forms::{FormVersionRef, find_version_ref};
use crate::store::responses::erase::Retention;
use crate::store::responses::release::Releaser;

/// A connection on loan from a pool.
pub type Connection = diesel_async::pooled_connection::deadpool::Object<AsyncPgConnection>;

/// What handlers share.
pub struct AppState {
    /// Connections.
    pub pools: Pools,
    /// Keys.
    pub keys: Keys,
    /// Tells the time.
    pub clock: SharedClock,
    /// Settings of the HTTP interface.
    pub http: HttpConfig,
    /// The OpenAPI document, and the routes in it.
    pub api: Arc<Api>,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Stores responses.
    pub intake: Intake,
    /// Releases what has arrived.
    pub releaser: Releaser,
    /// Published versions, read once.
    pub published: PublishedVersions,
    /// Keys that verify passes, read once.
    pub pass_keys: PassKeys,
    /// The host name under which clients know this server.
    pub public_host: String,
    /// Slows down guessing.
    pub logins: LoginLimits,
    /// The header that the operator trusts for the client's address.
    pub client_address_header: Option<HeaderName>,
    _retention: Retention,
    campaigns: SingleFlight<(String, i32), CampaignAndVersion>,
    newest: SingleFlight<String, Option<FormVersionRef>>,
    origins: Vec<String>,
}

impl AppState {
    /// Puts the state together, and starts the intake. Must be called on the runtime of the program.
    pub fn new(
        pools: Pools,
        keys: Keys,
        clock: SharedClock,
        http: HttpConfig,
    ) -> Result<Self, HttpConfigError> {
        let releaser = Releaser::start(&pools.requests, &clock);
        Ok(Self {
            intake: Intake::start(&pools.requests, &releaser),
            releaser,
            _retention: Retention::start(&pools.exports, &clock, &keys.server),
            published: PublishedVersions::default(),
            pass_keys: PassKeys::default(),
            public_host: http.public_host()?,
            campaigns: SingleFlight::start(&pools.requests, |conn, (campaign, version)| {
                find_campaign_and_version(conn, campaign, *version).boxed()
            }),
            newest: SingleFlight::start(&pools.requests, |conn, form| {
                find_version_ref(conn, form, None).boxed()
            }),
            pools,
            keys,
            clock,
            origins: http.cors_origins()?,
            client_address_header: http.client_address_header()?,
            http,
            passwords: Passwords::default(),
            logins: LoginLimits::default(),
            api: Arc::new(Api::collect()),
        })
    }

    /// A connection for an ordinary request.
    pub async fn connection(&self) -> Result<Connection, Problem> {
        Ok(self.pools.requests.get().await?)
    }

    /// A connection for an export.
    pub async fn export_connection(&self) -> Result<Connection, Problem> {
        Ok(self.pools.exports.get().await?)
    }

    /// The version with this id.
    pub async fn published(&self, id: Uuid) -> Result<Arc<Published>, Problem> {
        match self.published.known(id) {
            Some(published) => Ok(published),
            None => self.published.get(&mut *self.connection().await?, id).await,
        }
    }

    /// The newest version in use of the form with this key.
    pub async fn newest_version(&self, form: &str) -> Result<Option<FormVersionRef>, Problem> {
        match self.newest.find(form.to_owned()).await {
            Some(found) => Ok(found),
            None => Ok(find_version_ref(&mut *self.connection().await?, form, None).await?),
        }
    }

    /// The campaign with this key, and this version of its form.
    pub async fn campaign_and_version(
        &self,
        campaign: &str,
        version: i32,
    ) -> Result<CampaignAndVersion, Problem> {
        match self.campaigns.find((campaign.to_owned(), version)).await {
            Some(found) => Ok(found),
            None => {
                let mut conn = self.connection().await?;
                Ok(find_campaign_and_version(&mut conn, campaign, version).await?)
            }
        }
    }

    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

/// The application, as every worker gets it.
pub fn build(
    state: State,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let cors = cors(&state.origins);
    App::new()
        .app_data(state)
        .app_data(path_config())
        .into_utoipa_app()
        .configure(super::resources::routes)
        .into_app()
        .configure(docs::routes)
        .default_service(web::to(fallback))
        .wrap(cors)
        .wrap(from_fn(security_headers::guard))
        .wrap(from_fn(observe::observe))
}

fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            header::ACCEPT_LANGUAGE,
            HeaderName::from_static("receipt"),
            HeaderName::from_static("invitation"),
        ])
        .expose_headers([
            header::ETAG,
            header::LOCATION,
            header::RETRY_AFTER,
            header::CONTENT_LOCATION,
            header::CONTENT_LANGUAGE,
            header::CONTENT_DISPOSITION,
            header::WWW_AUTHENTICATE,
            DISCLOSURE_CONTROL,
            DIVERSITY,
        ])
        .max_age(3600);
    origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// What no route took: an unknown address, or a known one under another method.
async fn fallback(request: HttpRequest, state: State) -> Result<HttpResponse, Problem> {
    let Some(methods) = state.api.methods(request.path()) else {
        return Err(Code::NotFound.into());
    };
    if request.method() == Method::OPTIONS {
        let mut response = HttpResponse::NoContent();
        return Ok(response.insert_header((header::ALLOW, methods)).finish());
    }
    Err(Problem::new(Code::MethodNotAllowed)
        .detail(format!("It knows {methods}."))
        .header(header::ALLOW, methods))
}
