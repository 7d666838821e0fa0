//! Logging in by an OpenID Connect provider: a real one that runs in the test.
//!
//! | module | holds |
//! | --- | --- |
//! | `accounts` | what comes of a log-in: accounts, roles, sessions |
//! | `attacks` | what attackers try, and a provider that does not work |

mod accounts;
mod attacks;

use std::time::{Duration, Instant};

use aftercare::domain::staff::role::Role;
use reqwest::StatusCode;
use serde_json::Value;

use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::logs::{self, USER_AGENT, register_secret};
use crate::support::provider::TestProvider;

const START: &str = "/console/oidc/start";

/// A browser, which follows where it is told to.
struct Browser<'a> {
    app: &'a TestApp,
    http: reqwest::Client,
    address: String,
}

/// The page that a browser has come to.
struct Page {
    status: StatusCode,
    location: String,
    cookies: Vec<String>,
    text: String,
}

/// An attempt that the provider has answered.
struct Answered {
    cookie: String,
    /// The path and query to which the provider sends the browser.
    back: String,
}

impl<'a> Browser<'a> {
    fn new(app: &'a TestApp) -> Self {
        Self::at(app, "192.0.2.1")
    }

    fn at(app: &'a TestApp, address: &str) -> Self {
        let http = reqwest::Client::builder().user_agent(USER_AGENT).no_proxy();
        let http = http.redirect(reqwest::redirect::Policy::none());
        Self {
            app,
            http: http.build().unwrap(),
            address: address.to_owned(),
        }
    }

    async fn get(&self, path: &str, cookie: &str) -> Page {
        let request = self.http.get(format!("http://{}{path}", self.app.address));
        let request = request.header("x-client", &self.address);
        page(request.header("cookie", cookie).send().await.unwrap()).await
    }

    /// Goes to the provider and logs in there.
    async fn there(&self) -> Answered {
        let start = self.get(START, "").await;
        assert_eq!(start.status, StatusCode::SEE_OTHER, "{}", start.text);
        let cookie = start.cookie("aftercare-log-in");
        let provider = self.http.get(&start.location).send().await.unwrap();
        let provider = page(provider).await;
        assert_eq!(provider.status, StatusCode::SEE_OTHER, "{}", provider.text);
        let back = provider.location.strip_prefix("https://survey.example.org");
        Answered {
            cookie,
            back: back.unwrap().to_owned(),
        }
    }

    /// Goes to the provider, logs in there and comes back.
    async fn logs_in(&self) -> Page {
        let Answered { cookie, back } = self.there().await;
        self.get(&back, &cookie).await
    }

    /// The account of whoever is logged in by this page.
    async fn account(&self, page: &Page) -> Value {
        let token = self.access(page).await;
        let client = self.app.client().with_token(&token);
        let own = client.get("/v1/staff/own").send().await;
        own.expect(200).json()
    }

    async fn access(&self, page: &Page) -> String {
        let cookie = page.cookie("aftercare-console");
        let answer = self.refresh(&cookie).await;
        let token = answer.expect(200).json()["access_token"].clone();
        let token = token.as_str().unwrap().to_owned();
        register_secret(&token);
        token
    }

    async fn refresh(&self, cookie: &str) -> Answer {
        let call = self.app.client().post("/console/session/refresh");
        let call = call.header("sec-fetch-site", "same-origin");
        call.header("cookie", cookie).send().await
    }
}

async fn page(response: reqwest::Response) -> Page {
    let of = |name: &str| -> Vec<String> {
        let values = response.headers().get_all(name).iter();
        values.map(|it| it.to_str().unwrap().to_owned()).collect()
    };
    let (location, cookies) = (of("location").pop(), of("set-cookie"));
    let status = response.status();
    if status.as_u16() >= 400 {
        assert_eq!(of("content-type"), ["text/html; charset=utf-8"]);
        assert!(of("content-security-policy")[0].starts_with("default-src 'none'; "));
    }
    Page {
        status,
        location: location.unwrap_or_default(),
        cookies,
        text: response.text().await.unwrap(),
    }
}

impl Page {
    /// The pair of a cookie that is set.
    fn cookie(&self, name: &str) -> String {
        let set = self.set_cookie(name);
        let pair = set.split(';').next().unwrap();
        let value = pair.split_once('=').unwrap().1;
        register_secret(value);
        pair.to_owned()
    }

    fn set_cookie(&self, name: &str) -> &str {
        let begin = format!("{name}=");
        let found = self.cookies.iter().find(|it| it.starts_with(&begin));
        found.unwrap_or_else(|| panic!("no {name}: {} {}", self.status, self.text))
    }

    /// Nobody was logged in, and the page says so in these words.
    #[track_caller]
    fn refuses(&self, status: u16, words: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert!(self.text.contains(words), "{}", self.text);
        assert!(self.text.contains("lang=\"ko\""), "{}", self.text);
        let opened = self
            .cookies
            .iter()
            .any(|it| it.starts_with("aftercare-console="));
        assert!(!opened, "{:?}", self.cookies);
        logs::assert_nothing_leaked();
    }
}

const NOT_BEGUN: &str = "was not begun in this browser";
const BROKEN: &str = "does not work as it should";
const NO_ROLE: &str = "has no role for this console";

async fn world() -> (TestProvider, TestApp) {
    let provider = TestProvider::start().await;
    let app = TestApp::start_with_log_in(provider.log_in(true)).await;
    (provider, app)
}

/// How many accounts there are, without that of the admin who asks.
async fn accounts(app: &TestApp) -> usize {
    let admin = app.with_staff(Role::Admin).await.client;
    let list = admin.get("/v1/staff").send().await.expect(200).json();
    list["items"].as_array().unwrap().len() - 1
}

/// The entries of the audit with one of these actions, the oldest first: action, who did it, details.
async fn audited(app: &TestApp, count: usize) -> Vec<(String, Value, Value)> {
    let admin = app.with_staff(Role::Admin).await;
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let list = admin.client.get("/v1/audit?limit=100").send().await;
        let list = list.expect(200).json();
        let items = list["items"].as_array().unwrap().iter();
        let mut found: Vec<_> = items
            .map(|it| {
                let action = it["action"].as_str().unwrap().to_owned();
                (action, it["staff"]["id"].clone(), it["details"].clone())
            })
            .collect();
        if found.len() >= count || Instant::now() > deadline {
            found.reverse();
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
