//! The OpenAPI document, collected from the handlers themselves.

use actix_web::App;
use actix_web::web::Bytes;
use utoipa::openapi::path::PathItem;
use utoipa::openapi::{OpenApi, OpenApiBuilder};
use utoipa_actix_web::AppExt;

/// The document and what is drawn from it.
pub struct Api {
    document: OpenApi,
    json: Bytes,
}

impl Api {
    /// Collects the operations of [`super::routes`].
    pub fn collect() -> Self {
        let base = OpenApiBuilder::new().build();
        let (_, document) = App::new()
            .into_utoipa_app()
            .openapi(base)
            .configure(super::routes)
            .split_for_parts();
        let json = document.to_pretty_json().unwrap_or_default() + "\n";
        Self {
            document,
            json: json.into(),
        }
    }

    /// The document as it is served and committed.
    pub fn json(&self) -> &Bytes {
        &self.json
    }

    /// The document.
    pub fn document(&self) -> &OpenApi {
        &self.document
    }

    /// The template that this path fits, e.g. `/v1/forms/{form}`. Fixed words win over parameters.
    pub fn template(&self, path: &str) -> Option<(&str, &PathItem)> {
        let paths = self.document.paths.paths.iter();
        let fitting = paths.filter(|(template, _)| fits(template, path));
        let best = fitting.min_by_key(|(template, _)| template.matches('{').count());
        best.map(|(template, item)| (template.as_str(), item))
    }

    /// The methods that this path knows, as in an `Allow` header.
    pub fn methods(&self, path: &str) -> Option<String> {
        let (_, item) = self.template(path)?;
        let known = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        let mut methods = vec!["OPTIONS"];
        methods.extend(
            known
                .iter()
                .filter(|(_, op)| op.is_some())
                .map(|(name, _)| *name),
        );
        if item.get.is_some() {
            methods.push("HEAD");
        }
        methods.sort_unstable();
        Some(methods.join(", "))
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
