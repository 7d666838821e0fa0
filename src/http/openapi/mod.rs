//! The OpenAPI document, collected from the handlers themselves.
//!
//! A handler lists its specific problems in an extension, `x-problems = ["form_unknown", …]`. Problems that follow from
//! its kind of input (a body, a query, a token, the database) are added here. All of them become
//! `application/problem+json` responses with an example for each code.

mod examples;
mod lists;
mod schemas;

use actix_web::App;
use actix_web::web::Bytes;
use serde_json::json;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
    ResponseBuilder, Server,
};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use super::problem::{Code, FieldError, MEDIA_TYPE, Problem, ProblemDocument};
use crate::http::openapi::examples::Examples;

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
    ("health", "Liveness and readiness, for monitoring."),
];

const DESCRIPTION: &str = "Versioned surveys about the difficulties of daily life after cancer \
    treatment, and their anonymous responses.\n\nEvery failure is an RFC 9457 problem document \
    with a stable `code`. Lists come in pages: give `next_cursor` back as `cursor`.";

/// The document, and data derived from it.
pub struct Api {
    document: OpenApi,
    json: Bytes,
}

impl Api {
    /// Collects the operations of the routes that `routes` configures.
    pub fn collect(routes: impl FnOnce(&mut ServiceConfig<'_>)) -> Self {
        let (_, mut document) = App::new()
            .into_utoipa_app()
            .openapi(base())
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
                describe_problems(operation);
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
        let json = document.to_pretty_json().unwrap_or_default() + "\n";
        Self {
            document,
            json: json.into(),
        }
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

fn base() -> OpenApi {
    let license = LicenseBuilder::new()
        .name("MIT OR Apache-2.0")
        .identifier(Some("MIT OR Apache-2.0"));
    let info = InfoBuilder::new()
        .title("Aftercare")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(license.build()));
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The access token of `POST /v1/sessions`. The words beside it are the roles, one of which is needed."));
    let components = ComponentsBuilder::new()
        .schema_from::<ProblemDocument>()
        .schema_from::<FieldError>()
        .security_scheme("staff", SecurityScheme::Http(bearer.build()));
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

/// Turns the problem codes of an operation into responses.
fn describe_problems(operation: &mut Operation) {
    let mut codes = codes_of(operation);
    codes.sort_unstable_by_key(|code| (code.status().as_u16(), code.as_str()));
    codes.dedup();
    for group in codes.chunk_by(|a, b| a.status() == b.status()) {
        let Some(first) = group.first() else { continue };
        let status = first.status().as_str().to_owned();
        let response = RefOr::T(problem_response(group));
        operation.responses.responses.insert(status, response);
    }
    if let Some(extensions) = &mut operation.extensions {
        extensions.remove("x-problems");
        extensions.remove("x-database");
    }
    operation.extensions = operation.extensions.take().filter(|rest| !rest.is_empty());
}

fn codes_of(operation: &Operation) -> Vec<Code> {
    let extension = |name: &str| operation.extensions.as_ref().and_then(|all| all.get(name));
    let own = extension("x-problems").and_then(|list| list.as_array());
    let words = own.into_iter().flatten().filter_map(|word| word.as_str());
    // An unknown code stays visible in the extension; a test fails on it.
    let mut codes: Vec<Code> = words.filter_map(Code::parse).collect();
    codes.push(Code::Internal);
    if extension("x-database") != Some(&json!(false)) {
        codes.push(Code::DatabaseUnavailable);
    }
    if let Some(RefOr::T(body)) = &operation.request_body {
        codes.extend([
            Code::BadRequest,
            Code::BodyTooLarge,
            Code::BodyTooSlow,
            Code::MediaTypeUnsupported,
        ]);
        if body.content.contains_key("application/json") {
            codes.extend([Code::JsonMalformed, Code::BodyInvalid]);
        }
    }
    for parameter in operation.parameters.iter().flatten() {
        let RefOr::T(parameter) = parameter else {
            continue;
        };
        match parameter.parameter_in {
            ParameterIn::Path => codes.push(Code::NotFound),
            ParameterIn::Query => codes.push(Code::QueryInvalid),
            _ => {}
        }
    }
    codes.extend(security_codes(operation));
    codes
}

/// The problem codes of an operation for staff.
fn security_codes(operation: &Operation) -> Vec<Code> {
    let mut codes = Vec::new();
    let security = operation
        .security
        .as_ref()
        .and_then(|list| serde_json::to_value(list).ok());
    if let Some(scopes) = security.as_ref().and_then(|list| list.pointer("/0/staff")) {
        codes.extend([
            Code::Unauthenticated,
            Code::TokenExpired,
            Code::SessionEnded,
        ]);
        if scopes.as_array().is_some_and(|scopes| !scopes.is_empty()) {
            codes.push(Code::Forbidden);
        }
    }
    codes
}

fn problem_response(codes: &[Code]) -> Response {
    let titles: Vec<_> = codes
        .iter()
        .map(|code| format!("`{}`: {}.", code.as_str(), code.title()))
        .collect();
    let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
    for code in codes {
        let example = ExampleBuilder::new()
            .summary(code.title())
            .value(serde_json::to_value(example(*code).document()).ok());
        content = content.examples_from_iter([(code.as_str(), example.build())]);
    }
    ResponseBuilder::new()
        .description(titles.join(" "))
        .content(MEDIA_TYPE, content.build())
        .build()
}

fn example(code: Code) -> Problem {
    match code {
        Code::BodyInvalid => {
            let detail = "Unknown field `emial`, expected one of `email`, `password`.";
            Problem::fields(
                code,
                vec![FieldError::new("/emial", "unknown_field", detail)],
            )
        }
        Code::AnswersInvalid => {
            let detail = "This question must be answered.";
            let pointer = "/answers/eating_meals";
            Problem::fields(code, vec![FieldError::new(pointer, "required", detail)])
        }
        Code::DraftInvalid => {
            let detail = "The text lacks the language `en`.";
            let pointer = "/sections/0/questions/3/text";
            Problem::fields(
                code,
                vec![FieldError::new(pointer, "language_missing", detail)],
            )
        }
        code => Problem::new(code),
    }
}

fn fits(template: &str, path: &str) -> bool {
    let mut steps = path.split('/');
    let fits = template.split('/').all(|wanted| match steps.next() {
        Some(step) => wanted == step || (wanted.starts_with('{') && !step.is_empty()),
        None => false,
    });
    fits && steps.next().is_none()
}
