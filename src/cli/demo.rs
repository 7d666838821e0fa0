//! `aftercare demo`: serve with demonstration data.
//!
//! The command publishes the shipped form, opens a campaign, and creates an account with every role. On request, it
//! generates responses, which go through the same pipeline as real ones.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::serve::{Signals, prepare, serve_until_stopped};
use super::{print, say};
use crate::app::campaigns::{self, CampaignError, NewCampaign};
use crate::app::forms::FormError;
use crate::app::forms::publish::publish_form;
use crate::app::password::random_password;
use crate::app::responses::{self, FilledForm, NewResponse, ResponseError, Sent, SentCredentials};
use crate::app::staff::{self, NewAccount, StaffError};
use crate::app::tasks::release::release_ripe;
use crate::app::{App, Caller, form_catalog::PublishedVersion};
use crate::clock::Clock;
use crate::config::{Config, secret};
use crate::domain::audit::Actor;
use crate::domain::campaign::access::Access;
use crate::domain::campaign::masking::{LeftOut, MaskingWeights};
use crate::domain::campaign::{Campaign, CampaignChange, CampaignState, ChangeRefused, Schedule};
use crate::domain::form::{Form, Source, Syntax, Text};
use crate::domain::ids::CampaignKey;
use crate::domain::response::Occasion;
use crate::domain::response::receipt::Receipt;
use crate::domain::staff::account::AccountChange;
use crate::domain::staff::role::Role;
use crate::domain::staff::scope::RoleScopes;
use crate::domain::week::IsoWeek;
use crate::http::console::is_built;
use crate::http::server::check_address;
use crate::postgres::database::Database;
use crate::sample::People;

const FORM: &str = include_str!("../../forms/daily-life-after-treatment.yaml");
const CAMPAIGN: &str = "world-cancer-day-2027";
const EMAIL: &str = "demo@aftercare.example";
/// The number of concurrent responses, enough for the intake to form batches.
const AT_ONCE: usize = 128;
const DAYS_OPEN_SO_FAR: i64 = 28;

/// Serve with the shipped form published, a campaign open and a staff account.
#[derive(Debug, Args)]
pub struct Demo {
    #[command(flatten)]
    config: Config,
    /// Add this many generated responses; the same seed adds the same ones, and each only once
    #[arg(long, default_value_t = 0, value_name = "COUNT")]
    responses: u64,
    /// Seed of the generated responses
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
    /// A file that holds the password of the demo account
    #[arg(long, env = "AFTERCARE_DEMO_PASSWORD_FILE", value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Demo {
    /// Serves until it is asked to stop.
    pub async fn run(self) -> anyhow::Result<()> {
        let signals = Signals::listen()?;
        check_address(self.config.http.listen)?;
        let database = Database::open(&self.config.database, &mut say).await?;
        let result = self.demonstrate(&database, signals).await;
        database.stop().await;
        result
    }

    async fn demonstrate(self, database: &Database, signals: Signals) -> anyhow::Result<()> {
        let state = prepare(&self.config, database.target(), true).await?;
        let app = &state.app;
        let form = publish(app, &shipped_form()?).await?;
        let campaign = open_campaign(app, &form.form).await?;
        let password = self.account(app).await?;
        if self.responses > 0 {
            self.generate_responses(app, &form, &campaign).await?;
        }
        serve_until_stopped(&self.config, state.clone(), signals, |url| {
            print(&format!("listening on {url}"))?;
            say(&what_to_try(url, &password));
            Ok(())
        })
        .await
    }

    /// Creates or updates the demo account with every role, with the given or a generated password; returns the text to
    /// print about it.
    async fn account(&self, app: &App) -> anyhow::Result<String> {
        let given = secret(
            "AFTERCARE_DEMO_PASSWORD",
            self.password.as_deref(),
            self.password_file.as_deref(),
        )?;
        let password = match &given {
            Some(password) if password.chars().count() < 12 => {
                bail!("AFTERCARE_DEMO_PASSWORD is too short: a password has at least 12 characters")
            }
            Some(password) => password.clone(),
            None => random_password()?,
        };
        let result = match staff::find_by_email(app, EMAIL).await {
            Ok(row) => {
                let change = AccountChange {
                    disabled: Some(false),
                    roles: Some(Role::ALL.to_vec()),
                    scopes: Some(RoleScopes::default()),
                    ..AccountChange::default()
                };
                let password = Some(password.clone());
                staff::change(app, Actor::Operator, row.id, change, password).await
            }
            Err(StaffError::Unknown) => {
                let new = NewAccount {
                    email: EMAIL.to_owned(),
                    name: "Demonstration".to_owned(),
                    roles: Role::ALL.to_vec(),
                    scopes: RoleScopes::default(),
                    password: password.clone(),
                };
                staff::create(app, Actor::Operator, new).await
            }
            Err(error) => Err(error),
        };
        result.map_err(|error| {
            anyhow::anyhow!("the account of the demonstration cannot be made: {error}")
        })?;
        Ok(match given {
            Some(_) => "as in AFTERCARE_DEMO_PASSWORD".to_owned(),
            None => password,
        })
    }

    /// Generates responses and sends each through the use case, at a random time in the previous weeks.
    async fn generate_responses(
        &self,
        app: &App,
        form: &PublishedVersion,
        campaign: &Campaign,
    ) -> anyhow::Result<()> {
        let bar = ProgressBar::new(self.responses);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec}") {
            bar.set_style(style);
        }
        bar.set_message("generating responses");
        say(&format!(
            "generating {} synthetic responses (seed {})",
            self.responses, self.seed
        ));
        let now = app.now();
        let people = &People::of(&form.form)?;
        let sent = stream::iter(0..self.responses)
            .map(async |number| {
                let mut rng = StdRng::seed_from_u64(self.seed.wrapping_add(number << 20));
                let day = now - TimeDelta::days(rng.random_range(0..DAYS_OPEN_SO_FAR));
                let response = generated_response(form, people, day, &mut rng)?;
                let then = app.by_clock(Arc::new(Moment(day)));
                let stored = responses::submit(&then, &campaign.key, response, None).await;
                bar.inc(1);
                match stored {
                    Ok(stored) => Ok(stored.new),
                    // It was sent to an earlier version of the form, before an upgrade.
                    Err(ResponseError::ReceiptUsed) => Ok(false),
                    Err(error) => bail!("a made-up response is refused: {error}"),
                }
            })
            .buffer_unordered(AT_ONCE);
        let new = sent
            .try_fold(0_u64, async |new, stored| Ok(new + u64::from(stored)))
            .await?;
        bar.finish_and_clear();
        release_ripe(app).await?;
        say(&format!(
            "added {new} synthetic responses; {} were there already",
            self.responses - new
        ));
        Ok(())
    }
}

/// A clock that always returns the same time.
struct Moment(DateTime<Utc>);

impl Clock for Moment {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// One generated response. Its receipt is derived from the seed too, so it is stored only once.
fn generated_response(
    form: &PublishedVersion,
    people: &People,
    day: DateTime<Utc>,
    rng: &mut StdRng,
) -> anyhow::Result<NewResponse> {
    let receipt = format!("synthetic-{:032x}", rng.random::<u128>());
    let language = if rng.random_bool(0.8) { "ko" } else { "en" };
    let week = IsoWeek::of(day.date_naive());
    Ok(NewResponse {
        filled: FilledForm {
            form_version: form.version,
            language: language.to_owned(),
            answers: people.answers(&form.form, Occasion { week, language }, rng),
        },
        receipt: Receipt::parse(&receipt)?,
        credentials: SentCredentials {
            invitation: Sent::Missing,
            pass: Sent::Missing,
            replaces: Sent::Missing,
            proof: Sent::Missing,
        },
    })
}

/// Publishes the shipped form.
async fn publish(app: &App, form: &Form) -> anyhow::Result<Arc<PublishedVersion>> {
    let key = form.key().parse().context("the key of the shipped form")?;
    match publish_form(app, Actor::Operator, form, &[]).await {
        Ok(published) => {
            say(&format!("published {key} version {}", published.version));
            Ok(published)
        }
        Err(FormError::Unchanged(version)) => crate::app::forms::version(app, key, version)
            .await
            .map_err(|error| anyhow::anyhow!("the shipped form cannot be read: {error}")),
        Err(error) => bail!("the shipped form cannot be published here: {error}"),
    }
}

fn shipped_form() -> anyhow::Result<Form> {
    let definition = Source::read(FORM, Syntax::Yaml)?.definition();
    let definition =
        definition.map_err(|fault| anyhow::anyhow!("{}: {}", fault.pointer, fault.kind))?;
    Form::check(definition)
        .map_err(|faults| anyhow::anyhow!("the shipped form has faults: {faults:?}"))
}

/// The campaign of the demonstration, open for a year from its first day on. The usual rules apply: once it has ended
/// with responses in it, it cannot be reopened.
async fn open_campaign(app: &App, form: &Form) -> anyhow::Result<Campaign> {
    let key: CampaignKey = CAMPAIGN.parse()?;
    let now = app.now();
    let schedule = Schedule {
        opens_at: now - TimeDelta::days(DAYS_OPEN_SO_FAR),
        closes_at: now + TimeDelta::days(365),
    };
    let result = match campaigns::find(app, &key).await {
        Ok(campaign) if campaign.state(now) == CampaignState::Open => Ok(campaign),
        Ok(_) => {
            let change = CampaignChange {
                opens_at: Some(schedule.opens_at),
                closes_at: Some(schedule.closes_at),
                ..CampaignChange::default()
            };
            campaigns::change(app, &Caller::OPERATOR, &key, &change).await
        }
        Err(CampaignError::Unknown) => {
            let new = new_campaign(key, form, schedule)?;
            campaigns::create(app, &Caller::OPERATOR, new).await
        }
        Err(error) => Err(error),
    };
    result.map_err(|error| match error {
        CampaignError::Refused(ChangeRefused::Closed | ChangeRefused::Ended) => anyhow::anyhow!(
            "the campaign of the demonstration has ended for good; use another data folder (AFTERCARE_DATA_DIR)"
        ),
        error => anyhow::anyhow!("the campaign of the demonstration cannot be opened: {error}"),
    })
}

fn new_campaign(key: CampaignKey, form: &Form, schedule: Schedule) -> anyhow::Result<NewCampaign> {
    let text = |ko: &str, en: &str| {
        let texts = [("ko", ko), ("en", en)];
        Text(
            texts
                .map(|(tag, text)| (tag.to_owned(), text.to_owned()))
                .into(),
        )
    };
    Ok(NewCampaign {
        key,
        form: form.key().parse()?,
        title: text(
            "세계 암의 날 2027 (시연)",
            "World Cancer Day 2027 (demonstration)",
        ),
        description: Some(text(
            "시연용 캠페인입니다. 여기에 있는 응답은 꾸며 낸 것일 수 있습니다.",
            "A campaign to try things out with. Responses in it may be made up.",
        )),
        schedule,
        access: Access::Open,
        // A release size of one shows each response at once. A real campaign releases shuffled batches of ten or more.
        release_size: 1,
        k: 5,
        freezes_at: None,
        proof_of_work: None,
        retained_until: Some(schedule.closes_at + TimeDelta::days(365)),
        grace_days: 14,
        // So that there is something to see of what everybody may see.
        insights_from: Some(100),
        left_out: LeftOut::default(),
        masking_weights: MaskingWeights::default(),
        form_version: None,
        testing: false,
    })
}

fn what_to_try(server: &str, password: &str) -> String {
    let console = match is_built() {
        true => format!("{server}/console, for the staff account below"),
        false => "not built: script/web --build, then start again".to_owned(),
    };
    format!(
        "
This is a demonstration: send nothing that is true of a person. Its campaign releases every response at once,
where a real one waits for ten and shuffles them. Stop it with Ctrl-C.

  the page to answer on  {server}/c/{CAMPAIGN}
  the console            {console}
  the form, in Korean    curl '{server}/v1/forms/daily-life-after-treatment?language=ko'
  the open campaign      curl {server}/v1/campaigns/{CAMPAIGN}
  the documentation      {server}/docs
  a staff account        {EMAIL}, password {password}

The README shows a whole round: send a response, send it again, withdraw it, export the CSV. An export needs some\nresponses to hide each other among: start with --responses 500 for that.
"
    )
}
