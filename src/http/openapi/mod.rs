//! The OpenAPI document, collected from the handlers themselves.
//!
//! The library describes what it sees: handlers and types. Three passes complete it: `problems` adds the failures of
//! each operation, `examples` adds examples, `shape` makes of the result what generators of clients understand.

mod edition_3_0;
mod examples;
mod form_schema;
mod json_first;
mod lists;
mod problems;
mod schemas;
mod shape;

use actix_web::App;
use actix_web::web::Bytes;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ComponentsBuilder, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi,
    OpenApiBuilder, Server,
};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use self::examples::Examples;
use self::json_first::JsonFirst;
use super::problem::{Code, FieldCode, FieldError, ProblemDocument};

/// The groups of operations, in the order in which they are shown.
const TAGS: &[(&str, &str)] = &[
    ("forms", "Forms and their versions."),
    ("drafts", "Writing forms, publishing and retiring them."),
    (
        "campaigns",
        "Collections of responses to one form in a window of time.",
    ),
    (
        "responses",
        "Filled forms. Anonymous: only the holder of the receipt can find one again.",
    ),
    (
        "invitations",
        "Single-use codes that let a response in, where the access to a campaign asks for one.",
    ),
    (
        "passes",
        "Privacy Pass (RFC 9576 to 9578): an invitation is exchanged for a pass that cannot be linked back to it.",
    ),
    (
        "insights",
        "Figures for everybody, under disclosure control.",
    ),
    ("exports", "Responses as tables, with their codebook."),
    ("remarks", "Free text, read by a person before any export."),
    ("sessions", "Logging in and out."),
    ("audit", "Who looked at what."),
    ("staff", "Accounts of the people who work with the surveys."),
    (
        "api-keys",
        "Keys with which scheduled jobs read in the name of an account.",
    ),
    ("health", "Liveness and readiness, for monitoring."),
];

const DESCRIPTION: &str = "Versioned surveys about the difficulties of daily life after cancer \
    treatment, and their anonymous responses.\n\nEvery failure is an RFC 9457 problem document \
    with a stable `code`. Lists come in pages: give `next_cursor` back as `cursor`.\n\nNo \
    text that is sent may hold the character U+0000. A whole number may also be written as 44.0. One connection of \
    HTTP/2 may have 100 requests at once; further ones are answered by 429 `too_many_requests`.";

/// The document, and data derived from it.
pub struct Api {
    document: OpenApi,
    shaped: Value,
    json: Bytes,
}

/// The parts of a document, in the order in which a reader wants them.
#[derive(Serialize)]
struct Ordered<'a> {
    openapi: &'a Value,
    info: &'a Value,
    servers: &'a Value,
    tags: &'a Value,
    paths: JsonFirst<'a>,
    components: &'a Value,
}

impl Api {
    /// Collects the operations of the routes that `routes` configures. The library does not collect the types of query
    /// parameters, so they come separately.
    pub fn collect(routes: impl FnOnce(&mut ServiceConfig<'_>), parameters: Components) -> Self {
        let (_, mut document) = App::new()
            .into_utoipa_app()
            .openapi(base(parameters))
            .configure(routes)
            .split_for_parts();
        let examples = Examples::new(document.components.as_ref());
        for item in document.paths.paths.values_mut() {
            let operations = [
                &mut item.get,
                &mut item.post,
                &mut item.put,
                &mut item.patch,
                &mut item.delete,
            ];
            for operation in operations.into_iter().flatten() {
                problems::describe(operation);
                lists::describe(operation);
                examples.complete(operation);
            }
        }
        let used: Vec<String> = operations(&document)
            .filter_map(|op| op.tags.clone())
            .flatten()
            .collect();
        if let Some(tags) = &mut document.tags {
            tags.retain(|tag| used.contains(&tag.name));
        }
        let mut shaped = serde_json::to_value(&document).unwrap_or_default();
        shape::shape(&mut shaped);
        Self {
            document,
            json: pretty(&shaped),
            shaped,
        }
    }

    /// The document as OpenAPI 3.0, for tools that do not read 3.1.
    pub fn json_3_0(&self) -> Bytes {
        let mut document = self.shaped.clone();
        edition_3_0::rewrite(&mut document);
        pretty(&document)
    }

    /// The JSON Schema of a form's definition, as the server at this address serves it.
    pub fn form_schema(&self, server: &str) -> Bytes {
        form_schema::form_schema(&self.shaped, server)
    }

    /// The document as served and committed.
    pub fn json(&self) -> &Bytes {
        &self.json
    }

    /// The path template that matches this path, e.g. `/v1/forms/{form}`. Literal segments win over parameters.
    pub fn template(&self, path: &str) -> Option<(&str, &PathItem)> {
        let paths = self.document.paths.paths.iter();
        let fitting = paths.filter(|(template, _)| fits(template, path));
        let best = fitting.min_by_key(|(template, _)| template.matches('{').count());
        best.map(|(template, item)| (template.as_str(), item))
    }

    /// The methods that this path supports, as in an `Allow` header.
    pub fn methods(&self, path: &str) -> Option<String> {
        let (_, item) = self.template(path)?;
        let known = [
            ("GET", &item.get),
            ("HEAD", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        let known = known.iter().filter(|(_, op)| op.is_some());
        let methods: Vec<_> = known.map(|(name, _)| *name).chain(["OPTIONS"]).collect();
        Some(methods.join(", "))
    }
}

fn pretty(document: &Value) -> Bytes {
    let ordered = Ordered {
        openapi: &document["openapi"],
        info: &document["info"],
        servers: &document["servers"],
        tags: &document["tags"],
        paths: JsonFirst(&document["paths"]),
        components: &document["components"],
    };
    let json = serde_json::to_string_pretty(&ordered).unwrap_or_default();
    (json + "\n").into()
}

fn base(parameters: Components) -> OpenApi {
    let license = LicenseBuilder::new()
        .name("MIT OR Apache-2.0")
        .identifier(Some("MIT OR Apache-2.0"));
    let contact = ContactBuilder::new().name(Some("The people who run this server"));
    let info = InfoBuilder::new()
        .title("Aftercare")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .contact(Some(contact.build()))
        .license(Some(license.build()));
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The access token of `POST /v1/sessions`. Each operation names the role that the account needs."));
    let api_key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("aftercare_ and 49 letters and digits")
        .description(Some("The API key of a scheduled job, of `POST /v1/api-keys`. It needs the role that the operation names."));
    let components = ComponentsBuilder::from(parameters)
        .schema_from::<ProblemDocument>()
        .schema_from::<FieldError>()
        .schema_from::<Code>()
        .schema_from::<FieldCode>()
        .security_scheme("staff", SecurityScheme::Http(bearer.build()))
        .security_scheme("api_key", SecurityScheme::Http(api_key.build()));
    let tags = TAGS.iter().map(|(name, description)| {
        TagBuilder::new()
            .name(*name)
            .description(Some(*description))
            .build()
    });
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([Server::new("/")]))
        .components(Some(components.build()))
        .tags(Some(tags))
        .build()
}

fn operations(document: &OpenApi) -> impl Iterator<Item = &Operation> {
    document.paths.paths.values().flat_map(|item| {
        let all = [&item.get, &item.post, &item.put, &item.patch, &item.delete];
        all.into_iter().flatten()
    })
}

fn fits(template: &str, path: &str) -> bool {
    let mut steps = path.split('/');
    let fits = template.split('/').all(|wanted| match steps.next() {
        Some(step) => wanted == step || (wanted.starts_with('{') && !step.is_empty()),
        None => false,
    });
    fits && steps.next().is_none()
}
