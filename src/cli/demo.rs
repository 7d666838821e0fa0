//! `aftercare demo`: serve, with something to see.
//!
//! The shipped form is published, a campaign is open, and there is an account with every role. Responses
//! are made up on request, and go through the very pipeline of real ones.

use anyhow::{Context, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use super::form::publish;
use super::serve::{Signals, prepare, serve_until_stopped};
use super::{print, say};
use crate::app::password::random_password;
use crate::config::Config;
use crate::domain::form::{Form, Source, Syntax};
use crate::domain::response::receipt::Receipt;
use crate::domain::response::{AnonymousResponse, validate};
use crate::domain::staff::role::Role;
use crate::domain::week::IsoWeek;
use crate::http::extract::State;
use crate::postgres::database::Database;
use crate::random;
use crate::sample::synthetic;
use crate::store::AsyncPgConnection;
use crate::store::campaigns::{
    CampaignChange, CampaignRow, Window, change_campaign, create_campaign, find_campaign,
};
use crate::store::forms::newest_version;
use crate::store::forms::publish::PublishError;
use crate::store::responses::insert::{Arrival, Stored};
use crate::store::responses::release::release_ripe;
use crate::store::staff::{self, NewStaff, StaffChanges};

const FORM: &str = include_str!("../../forms/daily-life-after-treatment.yaml");
const CAMPAIGN: &str = "world-cancer-day-2027";
const EMAIL: &str = "demo@aftercare.example";
/// Responses under way at once, enough for the intake to gather batches.
const AT_ONCE: usize = 128;
const DAYS_OPEN_SO_FAR: i64 = 28;

/// Serve with the shipped form published, a campaign open and a staff account.
#[derive(Debug, Args)]
pub struct Demo {
    #[command(flatten)]
    config: Config,
    /// Add this many made-up responses; the same seed adds the same ones, and each only once
    #[arg(long, default_value_t = 0, value_name = "COUNT")]
    responses: u64,
    /// Seed of the made-up responses
    #[arg(long, default_value_t = 2027, value_name = "NUMBER")]
    seed: u64,
    /// Password of the demo account [default: a random one, which is printed]
    #[arg(
        long,
        env = "AFTERCARE_DEMO_PASSWORD",
        hide_env_values = true,
        value_name = "PASSWORD"
    )]
    password: Option<String>,
}

impl Demo {
    /// Serves until it is asked to stop.
    pub async fn run(self) -> anyhow::Result<()> {
        let signals = Signals::listen()?;
        let database = Database::open(&self.config.database, &mut say).await?;
        let result = self.demonstrate(&database, signals).await;
        database.stop().await;
        result
    }

    async fn demonstrate(self, database: &Database, signals: Signals) -> anyhow::Result<()> {
        let state = prepare(&self.config, database.target(), true).await?;
        let mut conn = state.pools.requests.get().await?;
        let form = shipped_form()?;
        match publish(&mut conn, &form, &[]).await {
            Ok(row) => say(&format!("published {} version {}", form.key(), row.version)),
            Err(PublishError::Unchanged(_)) => {}
            Err(error) => bail!("the shipped form cannot be published here: {error:?}"),
        }
        let campaign = open_campaign(&mut conn, &form, state.now()).await?;
        let password = self.account(&state, &mut conn).await?;
        if self.responses > 0 {
            self.make_up(&state, &mut conn, &form, &campaign).await?;
        }
        drop(conn);
        serve_until_stopped(&self.config, state, signals, |address| {
            print(&format!("listening on http://{address}"))?;
            say(&what_to_try(&format!("http://{address}"), &password));
            Ok(())
        })
        .await
    }

    /// The demo account with every role, under the password given or a new one; gives what to print of it.
    async fn account(&self, state: &State, conn: &mut AsyncPgConnection) -> anyhow::Result<String> {
        let given = self
            .password
            .as_ref()
            .is_some_and(|password| !password.is_empty());
        let password = match self
            .password
            .clone()
            .filter(|password| !password.is_empty())
        {
            Some(password) if password.chars().count() < 12 => {
                bail!("AFTERCARE_DEMO_PASSWORD is too short: a password has at least 12 characters")
            }
            Some(password) => password,
            None => random_password()?,
        };
        let password_hash = state.passwords.hash(password.clone()).await?;
        if let Some(row) = staff::by_email(conn, EMAIL).await? {
            let change = StaffChanges {
                password_hash: Some(password_hash),
                disabled: Some(false),
                roles: Some(Role::ALL.to_vec()),
                ..StaffChanges::default()
            };
            let changed = staff::change(conn, row.id, change, state.now()).await;
            changed.map_err(|_| anyhow::anyhow!("the demo account cannot be changed"))?;
        } else {
            let new = NewStaff {
                id: random::uuid()?,
                email: EMAIL.to_owned(),
                name: "Demonstration".to_owned(),
                password_hash,
                roles: Role::ALL.to_vec(),
                created_at: state.now(),
            };
            staff::insert(conn, &new).await?;
        }
        Ok(if given {
            "as in AFTERCARE_DEMO_PASSWORD".to_owned()
        } else {
            password
        })
    }

    /// Makes up responses, and stores them as if they had been sent.
    async fn make_up(
        &self,
        state: &State,
        conn: &mut AsyncPgConnection,
        form: &Form,
        campaign: &CampaignRow,
    ) -> anyhow::Result<()> {
        let version = newest_version(conn, campaign.form_id)
            .await?
            .context("no version")?;
        let ids = (campaign.id, version.id);
        let now = state.now();
        let bar = ProgressBar::new(self.responses);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec}") {
            bar.set_style(style);
        }
        bar.set_message("making up responses");
        say(&format!(
            "making up {} responses (synthetic, seed {})",
            self.responses, self.seed
        ));
        let made_up = (0..self.responses).map(|number| {
            let mut rng = StdRng::seed_from_u64(self.seed.wrapping_add(number << 20));
            made_up(state, form, ids, now, &mut rng)
        });
        let outcomes = stream::iter(made_up)
            .map(|response| async {
                let stored = state.intake.store(Arrival::open(response?)).await?;
                bar.inc(1);
                anyhow::Ok(stored)
            })
            .buffer_unordered(AT_ONCE);
        let new = outcomes
            .try_fold(0_u64, async |new, stored| {
                Ok(new + u64::from(stored == Stored::New))
            })
            .await?;
        bar.finish_and_clear();
        release_ripe(conn, now).await?;
        say(&format!(
            "added {new} synthetic responses; {} were there already",
            self.responses - new
        ));
        Ok(())
    }
}

/// One made-up response. Its receipt comes from the seed too, so it is stored only once.
fn made_up(
    state: &State,
    form: &Form,
    ids: (uuid::Uuid, uuid::Uuid),
    now: DateTime<Utc>,
    rng: &mut StdRng,
) -> anyhow::Result<AnonymousResponse> {
    let receipt = format!("synthetic-{:032x}", rng.random::<u128>());
    let receipt = Receipt::parse(&receipt)?;
    let language = if rng.random_bool(0.8) { "ko" } else { "en" };
    let answers = synthetic(form, language, rng);
    let answers = validate(form, &answers)
        .map_err(|faults| anyhow::anyhow!("a made-up response is not valid: {faults:?}"))?;
    let day = now - TimeDelta::days(rng.random_range(0..DAYS_OPEN_SO_FAR));
    let week = IsoWeek::of(day.date_naive());
    Ok(answers.anonymise(form, ids, language, week, &receipt, &state.keys.server))
}

fn shipped_form() -> anyhow::Result<Form> {
    let definition = Source::read(FORM, Syntax::Yaml)?.definition();
    let definition =
        definition.map_err(|fault| anyhow::anyhow!("{}: {}", fault.pointer, fault.kind))?;
    Form::check(definition)
        .map_err(|faults| anyhow::anyhow!("the shipped form has faults: {faults:?}"))
}

/// The campaign of the demonstration, open for a year from its first day on.
async fn open_campaign(
    conn: &mut AsyncPgConnection,
    form: &Form,
    now: DateTime<Utc>,
) -> anyhow::Result<CampaignRow> {
    let (opens_at, closes_at) = (
        now - TimeDelta::days(DAYS_OPEN_SO_FAR),
        now + TimeDelta::days(365),
    );
    if let Some((row, _)) = find_campaign(conn, CAMPAIGN).await? {
        if row.window(now) == Window::Open {
            return Ok(row);
        }
        let change = CampaignChange {
            opens_at: Some(opens_at),
            closes_at: Some(closes_at),
            retained_until: Some(closes_at.max(row.retained_until)),
            ..CampaignChange::default()
        };
        ensure!(
            row.closed_at.is_none(),
            "the campaign of the demonstration was closed for good; use another data folder"
        );
        return Ok(change_campaign(conn, row.id, &change).await?);
    }
    let form = crate::store::forms::find_form(conn, form.key())
        .await?
        .context("no form")?;
    let row = CampaignRow {
        id: random::uuid()?,
        key: CAMPAIGN.to_owned(),
        form_id: form.id,
        title: json!({"ko": "세계 암의 날 2027 (시연)", "en": "World Cancer Day 2027 (demonstration)"}),
        description: Some(json!({
            "ko": "시연용 캠페인입니다. 여기에 있는 응답은 꾸며 낸 것일 수 있습니다.",
            "en": "A campaign to try things out with. Responses in it may be made up.",
        })),
        opens_at,
        closes_at,
        closed_at: None,
        created_at: now,
        // To show each response at once. A real campaign releases shuffled batches of ten or more.
        release_size: 1,
        access: "open".to_owned(),
        k: 5,
        freezes_at: None,
        retained_until: closes_at + TimeDelta::days(365),
        erased_at: None,
    };
    create_campaign(conn, &row).await?;
    Ok(row)
}

fn what_to_try(server: &str, password: &str) -> String {
    format!(
        "
This is a demonstration: whatever is in it may be made up. Its campaign releases every response at once,
where a real one waits for ten and shuffles them. Stop it with Ctrl-C.

  the form, in Korean    curl '{server}/v1/forms/daily-life-after-treatment?language=ko'
  the open campaign      curl {server}/v1/campaigns/{CAMPAIGN}
  the documentation      {server}/docs
  a staff account        {EMAIL}, password {password}

The README shows a whole round: send a response, send it again, withdraw it, export the CSV.
"
    )
}
