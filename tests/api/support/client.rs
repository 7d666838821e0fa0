//! A client that holds every answer against the promises: failures are documented problem
//! documents, successes are documented too, security headers are there, and nothing is a 5xx unless
//! the test expects it.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use aftercare::http::openapi::Api;
use aftercare::http::problem::Code;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::document::{Document, Seen};
use super::logs::{self, USER_AGENT};

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    api: Arc<Api>,
}

/// A request in the making.
pub struct Call {
    request: reqwest::RequestBuilder,
    method: Method,
    path: String,
    api: Arc<Api>,
    expects_failure: bool,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    pub fn new(address: SocketAddr, api: Arc<Api>) -> Self {
        let http = reqwest::Client::builder().user_agent(USER_AGENT).no_proxy();
        Self {
            http: http
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            base: format!("http://{address}"),
            token: None,
            api,
        }
    }

    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    pub fn call(&self, method: Method, path: &str) -> Call {
        let mut request = self
            .http
            .request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        Call {
            request,
            method,
            path: path.split(['?', '#']).next().unwrap().to_owned(),
            api: Arc::clone(&self.api),
            expects_failure: false,
        }
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    pub fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    pub fn patch(&self, path: &str) -> Call {
        self.call(Method::PATCH, path)
    }

    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }
}

impl Call {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// A header whose value need not be text.
    pub fn header_bytes(mut self, name: &str, value: &[u8]) -> Self {
        let value = reqwest::header::HeaderValue::from_bytes(value).unwrap();
        self.request = self.request.header(name, value);
        self
    }

    pub fn json(mut self, body: &Value) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// A body as it is, with this content type.
    pub fn raw(mut self, content_type: &str, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.header(CONTENT_TYPE, content_type).body(body);
        self
    }

    /// A 5xx is what this test is about.
    pub fn expecting_failure(mut self) -> Self {
        self.expects_failure = true;
        self
    }

    /// Sends it and checks what every answer must be.
    pub async fn send(self) -> Answer {
        let response = self.request.send().await.unwrap();
        let answer = Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.bytes().await.unwrap().to_vec(),
        };
        let what = format!("{} {} → {answer:?}", self.method, self.path);
        assert!(
            self.expects_failure || !answer.status.is_server_error(),
            "{what}"
        );
        assert_security_headers(&answer, &what);
        if answer.status.as_u16() >= 400 && self.method != Method::HEAD {
            assert_problem(&self.api, &self.method, &self.path, &answer, &what);
        } else {
            assert_documented(&self.api, &self.method, &self.path, &answer, &what);
        }
        logs::assert_nothing_leaked();
        answer
    }
}

impl Answer {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }

    /// Expects this problem.
    #[track_caller]
    pub fn expect_problem(self, code: Code) -> Self {
        let body = self.json();
        assert_eq!(body["code"], code.as_str(), "{body}");
        self.expect(code.status().as_u16())
    }

    /// The pointers of the wrong fields.
    pub fn pointers(&self) -> Vec<String> {
        let body = self.json();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|error| error["pointer"].as_str().unwrap().to_owned())
            .collect()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// The problem without what tells this occurrence from others.
    #[track_caller]
    pub fn kind_of_problem(&self) -> Value {
        let mut problem = self.json();
        let id = self.header("request-id");
        assert_eq!(problem["instance"].take(), format!("urn:uuid:{id}"));
        problem
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

fn assert_security_headers(answer: &Answer, what: &str) {
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{what}");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{what}");
    assert!(!answer.header("cache-control").is_empty(), "{what}");
}

fn assert_problem(api: &Api, method: &Method, path: &str, answer: &Answer, what: &str) {
    assert_eq!(
        answer.header("content-type"),
        "application/problem+json",
        "{what}"
    );
    let body = answer.json();
    let word = body["code"].as_str().unwrap();
    let code = Code::parse(word).unwrap_or_else(|| panic!("unknown code: {what}"));
    assert_eq!(body["status"], answer.status.as_u16(), "{what}");
    assert_eq!(body["status"], code.status().as_u16(), "{what}");
    assert_eq!(body["title"], code.title(), "{what}");
    let kind = body["type"].as_str().unwrap();
    let server = kind
        .strip_suffix(&code.uri())
        .unwrap_or_else(|| panic!("{what}"));
    assert!(
        server.is_empty() || server.starts_with("https://"),
        "{what}"
    );
    match operation(api, method, path) {
        Some(operation) => {
            let content = format!(
                "/responses/{}/content/application~1problem+json/examples/{word}",
                answer.status.as_u16()
            );
            assert!(
                operation.pointer(&content).is_some(),
                "undocumented problem: {what}"
            );
        }
        // The console's endpoints answer like the operations around which they are.
        None if path.starts_with("/console/session") => {}
        None => assert!(
            [
                "not_found",
                "method_not_allowed",
                "bad_request",
                "preflight_refused"
            ]
            .contains(&word),
            "{what}"
        ),
    }
}

fn assert_documented(api: &Api, method: &Method, path: &str, answer: &Answer, what: &str) {
    let Some(operation) = operation(api, method, path) else {
        return;
    };
    let response = &operation["responses"][answer.status.as_str()];
    assert!(!response.is_null(), "undocumented status: {what}");
    let kind = answer.header("content-type");
    let kind = kind.split(';').next().unwrap();
    if !kind.is_empty() && method != Method::HEAD {
        let content = &response["content"][kind];
        // Generated clients take one media type a reply, so others that `Accept` may ask for are named beside it.
        let others = operation["x-other-media-types"].as_array();
        if others.is_some_and(|others| others.iter().any(|other| other == kind)) {
            return;
        }
        assert!(!content.is_null(), "undocumented content type: {what}");
        if kind.ends_with("json")
            && !kind.ends_with("ndjson")
            && answer.header("content-encoding").is_empty()
        {
            let mut seen = Seen::default();
            let body = answer.json();
            let fault = document().fault("the body", &content["schema"], &body, &mut seen);
            assert_eq!(fault, None, "undocumented body: {what}");
        }
    }
}

/// The document, parsed once: it is the same for every app, and it is looked into for every answer.
fn document() -> &'static Document {
    static DOCUMENT: OnceLock<Document> = OnceLock::new();
    DOCUMENT.get_or_init(Document::read)
}

fn operation(api: &Api, method: &Method, path: &str) -> Option<Value> {
    let (template, _) = api.template(path)?;
    let method = if method == Method::HEAD {
        Method::GET
    } else {
        method.clone()
    };
    let operation = &document().0["paths"][template][method.as_str().to_lowercase()];
    (!operation.is_null()).then(|| operation.clone())
}
