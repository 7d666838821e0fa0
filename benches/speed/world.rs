//! The server with a published form and an open campaign, and made-up responses to it.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::web::Data;
use aftercare::app::campaigns::{self, NewCampaign};
use aftercare::app::export::Spool;
use aftercare::app::forms::publish::publish_form;
use aftercare::app::{App, Caller};
use aftercare::clock::{Clock, SystemClock};
use aftercare::config::{DatabaseConfig, HttpConfig, LogConfig, LogFormat};
use aftercare::domain::audit::Actor;
use aftercare::domain::campaign::Schedule;
use aftercare::domain::campaign::access::Access;
use aftercare::domain::form::{Form, Source, Syntax, Text};
use aftercare::domain::ids::{SessionId, StaffId};
use aftercare::domain::response::receipt::Receipt;
use aftercare::domain::response::{
    AnonymousResponse, Occasion, RawAnswers, ResponseContext, ValidAnswers, validate,
};
use aftercare::domain::server_key::ServerKey;
use aftercare::domain::staff::role::Role;
use aftercare::domain::staff::session_policy::SESSION_LIFETIME;
use aftercare::domain::week::IsoWeek;
use aftercare::http::app::api;
use aftercare::http::auth::token;
use aftercare::http::server;
use aftercare::http::state::HttpState;
use aftercare::keys::Keys;
use aftercare::postgres::database::Database;
use aftercare::postgres::embedded;
use aftercare::sample::synthetic;
use aftercare::store::pool::{Purpose, Target};
use aftercare::store::pools::Pools;
use aftercare::store::sessions::NewSession;
use aftercare::store::staff::{self, NewStaff};
use aftercare::store::{migrations, sessions};
use aftercare::telemetry::{self, Metrics};
use chrono::TimeDelta;
use diesel_async::SimpleAsyncConnection;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;

const CAMPAIGN: &str = "bench";
/// Different responses that are sent in turn.
const RESPONSES: u64 = 256;

/// A database of its own on a durable Postgres.
pub struct Scratch {
    server: Database,
    pub folder: PathBuf,
    admin: Target,
    name: String,
    pub url: String,
}

impl Scratch {
    pub async fn create() -> Self {
        let id = aftercare::random::uuid().unwrap().simple().to_string();
        let folder = std::env::temp_dir().join(format!("aftercare-bench-{id}"));
        let named = std::env::var("BENCH_DATABASE_URL").unwrap_or_default();
        let config = DatabaseConfig::new(named.clone(), &folder);
        let mut say = |line: &str| eprintln!("{line}");
        let server = Database::open(&config, &mut say).await.unwrap();
        let admin = server.target().clone();
        let named = match named.is_empty() {
            true => embedded::url_of_running(&folder).unwrap(),
            false => named,
        };
        let name = format!("bench_{id}");
        run(&admin, &format!("CREATE DATABASE {name}")).await;
        let (base, _) = named.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        Self {
            server,
            folder,
            admin,
            name,
            url,
        }
    }

    pub async fn remove(self) {
        run(
            &self.admin,
            &format!("DROP DATABASE {} WITH (FORCE)", self.name),
        )
        .await;
        self.server.stop().await;
        let _ = std::fs::remove_dir_all(self.folder);
    }
}

async fn run(target: &Target, sql: &str) {
    let mut conn = target.connect(Purpose::Maintenance).await.unwrap();
    conn.batch_execute(sql).await.unwrap();
}

/// The server at work.
pub struct World {
    pub url: String,
    pub target: Target,
    pub state: Data<HttpState>,
    pub address: SocketAddr,
    pub form: std::sync::Arc<Form>,
    pub made_up: Arc<MadeUp>,
    handle: actix_web::dev::ServerHandle,
}

impl World {
    pub async fn start(scratch: &Scratch) -> Self {
        let target: Target = scratch.url.parse().unwrap();
        migrations::run(&target).await.unwrap();
        // For bare inserts: the same table, but nobody releases what is in it.
        let bare = "CREATE TABLE bare_arrivals (LIKE arrivals INCLUDING ALL, \
            FOREIGN KEY (campaign_id) REFERENCES campaigns, FOREIGN KEY (form_version_id) REFERENCES form_versions)";
        run(&target, bare).await;
        let form = std::sync::Arc::new(shipped_form());
        let keys = Keys::ephemeral().unwrap();

        // As in service: measured, and a log line a request, though nobody keeps it.
        Metrics::install().unwrap();
        let log = LogConfig {
            filter: "info".to_owned(),
            format: LogFormat::Json,
        };
        let sink = OpenOptions::new().write(true).open("/dev/null").unwrap();
        let subscriber = telemetry::subscriber(&log, Arc::new(sink)).unwrap();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        let config = DatabaseConfig::new(&scratch.url, &scratch.folder);
        let pools = Pools::new(&target, &config).unwrap();
        let mut http = HttpConfig::default();
        http.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let host = http.public_host().unwrap();
        let spool = Spool::new(&scratch.folder, config.export_spool);
        let app = App::new(pools, keys, spool, Arc::new(SystemClock), host);
        app.start_tasks();
        let made_up = make_up(&app, &form).await;
        let state = Data::new(HttpState::new(app, http, api()).unwrap());
        let bound = server::bind(state.clone()).unwrap();
        let (address, handle) = (bound.address, bound.handle());
        tokio::spawn(bound.server);
        Self {
            url: scratch.url.clone(),
            target,
            state,
            address,
            form,
            made_up: Arc::new(made_up),
            handle,
        }
    }

    /// Empties the tables of responses.
    pub async fn clear(&self) {
        run(
            &self.target,
            "TRUNCATE arrivals, responses, remarks, bare_arrivals",
        )
        .await;
    }

    /// An access token of an analyst.
    pub async fn analyst(&self) -> String {
        let mut conn = self.target.connect(Purpose::Maintenance).await.unwrap();
        let new_id = || aftercare::random::uuid().unwrap();
        let (id, session) = (StaffId(new_id()), SessionId(new_id()));
        let now = self.state.app.now();
        let new = NewStaff {
            id,
            email: "bench@clinic.example".to_owned(),
            name: "Bench".to_owned(),
            password_hash: "no password fits this".to_owned(),
            roles: vec![Role::Analyst],
            scopes: Default::default(),
            created_at: now,
        };
        staff::insert(&mut conn, &new).await.unwrap().unwrap();
        let new = NewSession {
            id: session,
            staff_id: id,
            token_hash: [0; 32],
            lifetime: SESSION_LIFETIME,
        };
        sessions::open(&mut conn, new, now).await.unwrap();
        token::issue(&self.state.app.keys.signing, id, session, now).unwrap()
    }

    pub async fn stop(self) {
        self.handle.stop(true).await;
        self.state.app.pools.close();
    }
}

/// The form that ships with the program.
pub fn shipped_form() -> Form {
    let yaml = include_str!("../../forms/daily-life-after-treatment.yaml");
    let definition = Source::read(yaml, Syntax::Yaml).unwrap().definition();
    Form::check(definition.unwrap()).unwrap()
}

/// An occasion to answer, in a week of no importance.
pub fn occasion() -> Occasion<'static> {
    Occasion {
        week: IsoWeek::of(SystemClock.now().date_naive()),
        language: "en",
    }
}

/// Answers of made-up people who read the form in English.
pub fn answers(form: &Form) -> Vec<RawAnswers> {
    let answer = |seed| synthetic(form, "en", &mut StdRng::seed_from_u64(seed));
    (0..RESPONSES).map(answer).collect()
}

/// A response as a client writes it.
pub fn body(answers: &RawAnswers) -> Vec<u8> {
    let body = json!({"form_version": 1, "language": "en", "answers": answers});
    serde_json::to_vec(&body).unwrap()
}

/// Made-up responses, each as new as often as it is asked for.
pub struct MadeUp {
    form: std::sync::Arc<Form>,
    bodies: Vec<Vec<u8>>,
    valid: Vec<ValidAnswers>,
    context: ResponseContext,
    key: ServerKey,
    /// No two runs on one database use the same receipts.
    salt: u64,
    number: AtomicU64,
}

async fn make_up(app: &App, form: &Form) -> MadeUp {
    let published = publish_form(app, Actor::Operator, form, &[]).await.unwrap();
    let now = SystemClock.now();
    let new = NewCampaign {
        key: CAMPAIGN.parse().unwrap(),
        form: form.key().parse().unwrap(),
        title: Text([("en".to_owned(), "Bench".to_owned())].into()),
        description: None,
        schedule: Schedule {
            opens_at: now - TimeDelta::days(1),
            closes_at: now + TimeDelta::days(1),
        },
        access: Access::Open,
        release_size: 10,
        k: 5,
        freezes_at: None,
        proof_of_work: None,
        retained_until: None,
        grace_days: 0,
        insights_from: None,
        left_out: Default::default(),
        masking_weights: Default::default(),
        form_version: None,
        testing: false,
    };
    let campaign = campaigns::create(app, &Caller::OPERATOR, new)
        .await
        .unwrap();
    let answers = answers(form);
    let valid = answers
        .iter()
        .map(|answers| validate(form, answers, occasion()).unwrap());
    MadeUp {
        valid: valid.collect(),
        bodies: answers.iter().map(body).collect(),
        context: ResponseContext {
            campaign_id: campaign.id,
            form_version_id: published.id,
            language: "en".to_owned(),
            week: IsoWeek::of(now.date_naive()),
        },
        key: app.keys.server.oldest().clone(),
        form: std::sync::Arc::new(form.clone()),
        salt: aftercare::random::uuid().unwrap().as_u64_pair().0,
        number: AtomicU64::new(0),
    }
}

impl MadeUp {
    /// Sixteen bytes that look random and were not there before, and the place of a response.
    fn next(&self) -> (u128, usize) {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let mixed = |seed: u64| {
            let seed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let seed = (seed ^ (seed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            seed ^ (seed >> 31)
        };
        let low = mixed(
            self.salt
                .wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
        );
        let place = usize::try_from(number).unwrap() % self.valid.len();
        (u128::from(mixed(low)) << 64 | u128::from(low), place)
    }

    /// A new response as it is stored.
    pub fn response(&self) -> AnonymousResponse {
        let (random, place) = self.next();
        let receipt = Receipt::parse(&format!("Bench-{random:032x}")).unwrap();
        self.valid[place].anonymise(&self.form, self.context.clone(), &receipt, &self.key)
    }

    /// A new response as it is sent.
    pub fn request(&self, out: &mut Vec<u8>) {
        use std::io::Write;
        let (random, place) = self.next();
        let body = &self.bodies[place];
        write!(
            out,
            "POST /v1/campaigns/{CAMPAIGN}/responses HTTP/1.1\r\nhost: bench\r\nreceipt: Bench-{random:032x}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )
        .unwrap();
        out.extend_from_slice(body);
    }
}
