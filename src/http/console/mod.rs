//! The console of staff (`web/console/`): a client of the API that runs in the browser.
//!
//! | path | what |
//! | --- | --- |
//! | `/console` and below | the page that loads the console; without a built one, how to build it |
//! | `/console/files/{file}` | its script and its style |
//! | `/console/session` | `POST`: log in. `DELETE`: log out |
//! | `/console/log-in` | `GET`: which ways to log in there are |
//! | `/console/oidc/start`, `/console/oidc/callback` | the way to the OpenID Connect provider and back |
//! | `/console/session/refresh` | `POST`: the next access token |
//!
//! The console keeps the access token in memory and sends it to `/v1` like every client. The refresh token is in a cookie that
//! its script cannot read, and that nothing but `/console/session` does. An attempt to log in by a provider is in another one.

mod cookie;
mod files;
mod provider;
mod refusal;
mod session;

pub use files::is_built;

use actix_web::web::ServiceConfig;

/// The routes of the console, which are no part of the OpenAPI document.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(session::open_session)
        .service(session::refresh_session)
        .service(session::close_session)
        .service(provider::ways_to_log_in)
        .service(provider::start)
        .service(provider::callback)
        .service(files::console_file)
        .service(files::console)
        .service(files::console_view);
}
