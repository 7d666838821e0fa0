//! An OpenID Connect provider of its own for a test: discovery, keys, authorization and tokens, with real signatures. It is as
//! strict as RFC 6749 and RFC 7636 ask for, and lies only where a test tells it to.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{Data, Form, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use aftercare::app::LogIn;
use aftercare::domain::staff::role_mapping::RoleMapping;
use aftercare::oidc::{Provider, Settings};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::Utc;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::pkcs1::EncodeRsaPrivateKey;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::logs::register_secret;

pub const CLIENT_ID: &str = "aftercare";
/// It has letters that have to be coded in the header.
pub const CLIENT_SECRET: &str = "s3cret: of the% client";
const ACCESS_TOKEN: &str = "an access token of the provider";
pub const REDIRECT: &str = "https://survey.example.org/console/oidc/callback";
pub const ROLES: &str =
    "claim:realm_access.roles; admin=survey-admins; author=survey-authors; analyst=survey-analysts";

/// Making an RSA key takes a second.
static RSA: LazyLock<Signer> = LazyLock::new(Signer::rsa);

/// A key that signs tokens.
#[derive(Clone)]
pub struct Signer {
    key: EncodingKey,
    algorithm: Algorithm,
    jwk: Jwk,
}

impl Signer {
    fn rsa() -> Self {
        let key = rsa::RsaPrivateKey::new(&mut rand::rng(), 2048).unwrap();
        let der = key.to_pkcs1_der().unwrap();
        let key = EncodingKey::from_rsa_der(der.as_bytes());
        Self::new(key, Algorithm::RS256, "rsa-1")
    }

    pub fn ec(id: &str) -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let key = EncodingKey::from_ec_der(&key.serialize_der());
        Self::new(key, Algorithm::ES256, id)
    }

    fn new(key: EncodingKey, algorithm: Algorithm, id: &str) -> Self {
        let mut jwk = Jwk::from_encoding_key(&key, algorithm).unwrap();
        jwk.common.key_id = Some(id.to_owned());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Self {
            key,
            algorithm,
            jwk,
        }
    }

    fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = self.jwk.common.key_id.clone();
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }
}

/// How tokens are signed.
#[derive(Clone)]
pub enum Signing {
    /// By a key.
    By(Signer),
    /// Not at all: `alg: none`.
    Not,
    /// With the public key as a shared secret.
    BySharedSecret(Signer),
}

/// What the provider knows and does.
pub struct Behaviour {
    /// The claims of who logs in, over the usual ones. Null takes one away.
    pub claims: Value,
    /// How tokens are signed.
    pub signing: Signing,
    /// The keys that are published.
    pub published: Vec<Signer>,
    /// Fields of the metadata, over the usual ones.
    pub metadata: Value,
    /// What the userinfo endpoint says.
    pub userinfo: Value,
    /// Whether whoever comes is let in.
    pub lets_in: bool,
    /// How long each answer takes.
    pub delay: Duration,
    /// The status of every answer, where it is broken.
    pub broken: Option<u16>,
    /// How often each endpoint was asked.
    pub asked: BTreeMap<String, usize>,
    codes: HashMap<String, HashMap<String, String>>,
}

pub struct TestProvider {
    pub issuer: String,
    pub behaviour: Arc<Mutex<Behaviour>>,
    handle: ServerHandle,
}

type State = Data<Shared>;

struct Shared {
    issuer: String,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl TestProvider {
    pub async fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let issuer = format!("http://localhost:{port}/realms/clinic");
        let behaviour = Arc::new(Mutex::new(Behaviour {
            claims: person("anna", &["survey-authors"]),
            signing: Signing::By(RSA.clone()),
            published: vec![RSA.clone()],
            metadata: json!({}),
            userinfo: json!({}),
            lets_in: true,
            delay: Duration::ZERO,
            broken: None,
            asked: BTreeMap::new(),
            codes: HashMap::new(),
        }));
        let shared = Data::new(Shared {
            issuer: issuer.clone(),
            behaviour: Arc::clone(&behaviour),
        });
        let app = move || {
            let realm = web::scope("/realms/clinic")
                .route("/.well-known/openid-configuration", web::get().to(metadata))
                .route("/keys", web::get().to(keys))
                .route("/authorize", web::get().to(authorize))
                .route("/token", web::post().to(token))
                .route("/userinfo", web::get().to(userinfo));
            App::new().app_data(shared.clone()).service(realm)
        };
        let server = HttpServer::new(app).workers(1).disable_signals();
        let server = server.listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            issuer,
            behaviour,
            handle,
        }
    }

    /// The ways to log in of a server that trusts this provider.
    pub fn log_in(&self, by_password: bool) -> LogIn {
        self.log_in_within(by_password, Duration::from_secs(5))
    }

    pub fn log_in_within(&self, by_password: bool, timeout: Duration) -> LogIn {
        register_secret(CLIENT_SECRET);
        register_secret(ACCESS_TOKEN);
        let settings = Settings {
            issuer: self.issuer.clone(),
            name: "Clinic".to_owned(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: Some(CLIENT_SECRET.to_owned().into()),
            redirect_address: REDIRECT.to_owned(),
            scopes: "openid profile email".to_owned(),
            roles: RoleMapping::parse(ROLES).unwrap(),
            timeout,
        };
        LogIn {
            by_password,
            provider: Some(Provider::new(settings).unwrap()),
        }
    }

    /// Changes what it does.
    pub fn with(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.behaviour.lock().unwrap());
    }

    /// From now on it is somebody with these roles.
    pub fn is(&self, name: &str, roles: &[&str]) {
        self.with(|it| it.claims = person(name, roles));
    }

    pub fn asked(&self, endpoint: &str) -> usize {
        let behaviour = self.behaviour.lock().unwrap();
        behaviour.asked.get(endpoint).copied().unwrap_or_default()
    }

    /// Nothing answers from now on.
    pub async fn go_down(&self) {
        self.handle.stop(false).await;
    }
}

impl Drop for TestProvider {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

fn person(name: &str, roles: &[&str]) -> Value {
    let subject = format!("subject-of-{name}");
    register_secret(&subject);
    json!({
        "sub": subject, "name": format!("{name} of the clinic"), "email": format!("{name}@clinic.example"),
        "realm_access": {"roles": roles},
    })
}

/// What every endpoint does first.
async fn begin(state: &State, endpoint: &str) -> Result<(), HttpResponse> {
    let (delay, broken) = {
        let mut behaviour = state.behaviour.lock().unwrap();
        *behaviour.asked.entry(endpoint.to_owned()).or_default() += 1;
        (behaviour.delay, behaviour.broken)
    };
    tokio::time::sleep(delay).await;
    match broken {
        Some(status) => Err(HttpResponse::build(status.try_into().unwrap()).body("<html>")),
        None => Ok(()),
    }
}

async fn metadata(state: State) -> HttpResponse {
    if let Err(broken) = begin(&state, "metadata").await {
        return broken;
    }
    let issuer = &state.issuer;
    let mut metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    });
    overlay(&mut metadata, &state.behaviour.lock().unwrap().metadata);
    HttpResponse::Ok().json(metadata)
}

async fn keys(state: State) -> HttpResponse {
    if let Err(broken) = begin(&state, "keys").await {
        return broken;
    }
    let behaviour = state.behaviour.lock().unwrap();
    // Keys that a client does not know, and one that does not sign.
    let mut keys = vec![
        json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "new", "pub": "AAAA"}),
        json!({"kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "kid": "enc", "n": "AQAB", "e": "AQAB"}),
    ];
    let published = behaviour.published.iter();
    keys.extend(published.map(|signer| serde_json::to_value(&signer.jwk).unwrap()));
    HttpResponse::Ok().json(json!({ "keys": keys }))
}

async fn authorize(state: State, query: Query<HashMap<String, String>>) -> HttpResponse {
    if let Err(broken) = begin(&state, "authorize").await {
        return broken;
    }
    let query = query.into_inner();
    let is = |name: &str, value: &str| query.get(name).map(String::as_str) == Some(value);
    let sound = is("response_type", "code")
        && is("client_id", CLIENT_ID)
        && is("redirect_uri", REDIRECT)
        && is("code_challenge_method", "S256")
        && is("scope", "openid profile email");
    if !sound {
        return HttpResponse::BadRequest().body(format!("{query:?}"));
    }
    let mut behaviour = state.behaviour.lock().unwrap();
    let mut answer = vec![
        ("state", query["state"].clone()),
        ("iss", state.issuer.clone()),
    ];
    if behaviour.lets_in {
        let code: [u8; 16] = aftercare::random::bytes().unwrap();
        let code = hex::encode(code);
        register_secret(&code);
        answer.push(("code", code.clone()));
        behaviour.codes.insert(code, query);
    } else {
        answer.push(("error", "access_denied".to_owned()));
    }
    let answer = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(answer)
        .finish();
    HttpResponse::SeeOther()
        .insert_header(("location", format!("{REDIRECT}?{answer}")))
        .finish()
}

async fn token(
    state: State,
    request: HttpRequest,
    form: Form<HashMap<String, String>>,
) -> HttpResponse {
    if let Err(broken) = begin(&state, "token").await {
        return broken;
    }
    let refused = |word: &str| HttpResponse::BadRequest().json(json!({ "error": word }));
    let is = |name: &str, value: &str| form.get(name).map(String::as_str) == Some(value);
    let by_header = request.headers().get("authorization").map(|header| {
        let sent = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
        let sent = String::from_utf8(STANDARD.decode(sent).unwrap()).unwrap();
        let (id, secret) = sent.split_once(':').unwrap();
        let plain = |text: &str| {
            let mut pairs = form_urlencoded::parse(text.as_bytes());
            pairs.next().unwrap().0.into_owned()
        };
        (plain(id), plain(secret)) == (CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned())
    });
    let by_form = is("client_id", CLIENT_ID) && is("client_secret", CLIENT_SECRET);
    if !by_header.unwrap_or(by_form) {
        return HttpResponse::Unauthorized().json(json!({"error": "invalid_client"}));
    }
    let mut behaviour = state.behaviour.lock().unwrap();
    // A code works once.
    let Some(asked) = form.get("code").and_then(|it| behaviour.codes.remove(it)) else {
        return refused("invalid_grant");
    };
    let verifier = form.get("code_verifier").cloned().unwrap_or_default();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    if !is("grant_type", "authorization_code")
        || !is("redirect_uri", REDIRECT)
        || asked["code_challenge"] != challenge
    {
        return refused("invalid_grant");
    }
    let now = Utc::now().timestamp();
    let mut claims = json!({
        "iss": state.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
    });
    overlay(&mut claims, &behaviour.claims);
    let token = match &behaviour.signing {
        Signing::By(signer) => signer.sign(&claims),
        Signing::Not => {
            let coded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
            let header = json!({"alg": "none", "typ": "JWT"});
            format!("{}.{}.", coded(&header), coded(&claims))
        }
        Signing::BySharedSecret(signer) => {
            let public = serde_json::to_value(&signer.jwk).unwrap();
            let public = URL_SAFE_NO_PAD
                .decode(public["n"].as_str().unwrap())
                .unwrap();
            let mut header = Header::new(Algorithm::HS256);
            header.kid = signer.jwk.common.key_id.clone();
            let key = EncodingKey::from_secret(&public);
            jsonwebtoken::encode(&header, &claims, &key).unwrap()
        }
    };
    register_secret(&token);
    HttpResponse::Ok().json(json!({
        "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 300, "id_token": token,
    }))
}

async fn userinfo(state: State, request: HttpRequest) -> HttpResponse {
    if let Err(broken) = begin(&state, "userinfo").await {
        return broken;
    }
    let sent = request.headers().get("authorization");
    if sent.unwrap().to_str().unwrap() != format!("Bearer {ACCESS_TOKEN}") {
        return HttpResponse::Unauthorized().finish();
    }
    HttpResponse::Ok().json(&state.behaviour.lock().unwrap().userinfo)
}

fn overlay(under: &mut Value, over: &Value) {
    for (name, value) in over.as_object().unwrap() {
        match value {
            Value::Null => drop(under.as_object_mut().unwrap().remove(name)),
            value => under[name] = value.clone(),
        }
    }
}
