//! Who came where: a campaign, the version of its form, and the language of the reader.

use std::sync::Arc;

use actix_web::HttpRequest;
use chrono::{DateTime, Utc};

use super::script::SCRIPT_PATH;
use super::words::{Words, direction};
use crate::app::form_catalog::PublishedVersion;
use crate::app::{campaigns, forms};
use crate::domain::campaign::access::Access;
use crate::domain::campaign::{Campaign, CampaignState};
use crate::domain::form::{Form, Text};
use crate::domain::ids::CampaignKey;
use crate::domain::response::Occasion;
use crate::domain::week::IsoWeek;
use crate::http::extract::language::{Languages, negotiate};
use crate::http::problem::Problem;
use crate::http::state::State;

/// The languages of the page's own words.
pub(super) const OWN_LANGUAGES: [&str; 2] = ["ko", "en"];

/// What a page is about.
pub(super) struct Visit {
    pub(super) campaign: Campaign,
    pub(super) published: Arc<PublishedVersion>,
    /// One of the form's languages.
    pub(super) language: String,
    pub(super) words: &'static Words,
    /// Of the key that signs passes.
    pub(super) fingerprint: Option<String>,
    /// The scheme and the host of this server, as its operator said; empty where nobody did.
    pub(super) origin: String,
    now: DateTime<Utc>,
}

impl Visit {
    /// Finds the campaign and the version of its form: the one that was begun with, or the one to begin with now.
    pub(super) async fn find(
        state: &State,
        req: &HttpRequest,
        key: &CampaignKey,
        asked: Option<&str>,
        version: Option<i32>,
    ) -> Result<Self, Problem> {
        let campaign = campaigns::find(&state.app, key).await?;
        let published = match version.or(campaign.form_version) {
            Some(number) => forms::version(&state.app, campaign.form.clone(), number).await?,
            None => forms::newest(&state.app, &campaign.form).await?,
        };
        let offered = &published.form.definition().languages;
        let language = language_of(req, asked, offered);
        Ok(Self {
            words: Words::of(&language),
            language,
            fingerprint: state
                .app
                .pass_keys
                .known(campaign.id)
                .filter(|_| campaign.settings.access == Access::Pass)
                .map(|key| key.public.fingerprint()),
            // What a request says in `Host` is not ours, so it never gets into what people keep.
            origin: state.public_url.clone(),
            now: state.app.now(),
            campaign,
            published,
        })
    }

    pub(super) fn form(&self) -> &Form {
        &self.published.form
    }

    pub(super) fn occasion(&self) -> Occasion<'_> {
        Occasion {
            week: IsoWeek::of(self.now.date_naive()),
            language: &self.language,
        }
    }

    /// The text in the reader's language, or in another one if it has none in this.
    pub(super) fn said<'a>(&self, text: &'a Text) -> &'a str {
        let own = text
            .get(&self.language)
            .or_else(|| text.get(self.words.tag));
        let any = || text.0.values().next().map(String::as_str);
        own.or_else(any).unwrap_or_default()
    }

    /// The same of a text that need not be there.
    pub(super) fn optional<'a>(&self, text: Option<&'a Text>) -> &'a str {
        text.map_or("", |text| self.said(text))
    }

    pub(super) fn state(&self) -> CampaignState {
        self.campaign.state(self.now)
    }

    pub(super) fn is_testing(&self) -> bool {
        self.campaign.is_testing(self.now)
    }

    /// Whether responses are taken now, as tests or in earnest, so that it makes sense to begin.
    pub(super) fn takes_responses(&self) -> bool {
        self.is_testing() || self.state() == CampaignState::Open
    }

    /// Why a browser without scripts cannot send a response, if it cannot.
    pub(super) fn needs_script(&self) -> Option<&'static str> {
        if self.is_testing() {
            return None;
        }
        if self.campaign.settings.access == Access::Pass {
            return Some(self.words.needs_script_pass);
        }
        let work = self.campaign.needed_work();
        work.map(|_| self.words.needs_script_work)
    }

    /// The languages of the form that the page is not in.
    pub(super) fn other_languages(&self) -> Vec<&str> {
        let languages = self.form().definition().languages.iter();
        let others = languages.filter(|tag| **tag != self.language);
        others.map(String::as_str).collect()
    }

    pub(super) fn path(&self) -> String {
        format!("/c/{}", self.campaign.key)
    }

    pub(super) fn frame(&self, title: &str) -> Frame<'_> {
        let of = self.said(&self.campaign.title);
        Frame {
            language: &self.language,
            direction: direction(&self.language),
            title: format!("{title} – {of}"),
            words: self.words,
            mark: self.words.mark(&self.language),
            script: SCRIPT_PATH.as_deref(),
        }
    }
}

/// What every page has.
pub(super) struct Frame<'a> {
    pub(super) language: &'a str,
    pub(super) direction: &'static str,
    pub(super) title: String,
    pub(super) words: &'static Words,
    /// What stands in each element whose words are the page's own.
    pub(super) mark: &'static str,
    /// The address of the script, if it was built.
    pub(super) script: Option<&'static str>,
}

impl<'a> Frame<'a> {
    /// A page that is about no form.
    pub(super) fn of(language: &'a str, title: &str) -> Self {
        Self {
            language,
            direction: direction(language),
            title: title.to_owned(),
            words: Words::of(language),
            mark: "",
            script: SCRIPT_PATH.as_deref(),
        }
    }
}

/// One of these languages: the one asked for, or the one that the browser prefers, or the first.
pub(super) fn language_of(req: &HttpRequest, asked: Option<&str>, offered: &[String]) -> String {
    let asked = asked.filter(|asked| *asked != "*");
    let found = negotiate(req, asked, offered).or_else(|_| negotiate(req, None, offered));
    match found {
        Ok(Languages::One(language)) => language.to_owned(),
        _ => offered.first().cloned().unwrap_or_default(),
    }
}

/// The language of the page's own words for this reader.
pub(super) fn own_language(req: &HttpRequest, asked: Option<&str>) -> String {
    language_of(req, asked, &OWN_LANGUAGES.map(str::to_owned))
}
