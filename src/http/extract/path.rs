//! The keys in a path. A malformed key cannot exist, so it gets the same reply as an unknown one.

use actix_web::dev::Payload;
use actix_web::web::Path;
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::ids::{CampaignKey, FormKey};
use crate::http::problem::{Code, Problem};

/// `{form}` in a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct FormPath {
    /// The form's key.
    #[param(example = "daily-life-after-treatment")]
    form: String,
}

impl FormPath {
    /// The key.
    ///
    /// # Errors
    ///
    /// `form_unknown`, when it cannot be the key of a form.
    pub fn key(&self) -> Result<FormKey, Problem> {
        self.form.parse().map_err(|_| Code::FormUnknown.into())
    }
}

/// `{form}` and `{version}` in a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct FormVersionPath {
    /// The form's key.
    #[param(example = "daily-life-after-treatment")]
    form: String,
    /// The number of the version.
    #[param(example = 1)]
    pub version: i32,
}

impl FormVersionPath {
    /// The key of the form.
    ///
    /// # Errors
    ///
    /// `version_unknown`, when it cannot be the key of a form.
    pub fn key(&self) -> Result<FormKey, Problem> {
        self.form.parse().map_err(|_| Code::VersionUnknown.into())
    }
}

/// `{campaign}` in a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct CampaignPath {
    /// The campaign's key.
    #[param(example = "world-cancer-day-2027")]
    campaign: String,
}

impl CampaignPath {
    /// The key.
    ///
    /// # Errors
    ///
    /// `campaign_unknown`, when it cannot be the key of a campaign.
    pub fn key(&self) -> Result<CampaignKey, Problem> {
        self.campaign
            .parse()
            .map_err(|_| Code::CampaignUnknown.into())
    }
}

macro_rules! from_path {
    ($($name:ident),+) => {$(
        impl FromRequest for $name {
            type Error = actix_web::Error;
            type Future = std::future::Ready<Result<Self, Self::Error>>;

            fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
                std::future::ready(
                    Path::<Self>::from_request(req, payload)
                        .into_inner()
                        .map(Path::into_inner),
                )
            }
        }
    )+};
}

from_path!(FormPath, FormVersionPath, CampaignPath);
