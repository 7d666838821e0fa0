//! How the domain's types are described in the OpenAPI document.
//!
//! The domain knows nothing of OpenAPI. Each domain type in a request or reply has a mirror type here, which is only
//! described and never constructed. A test compares the mirrors with what the domain serialises and deserialises.

#![allow(
    dead_code,
    missing_docs,
    reason = "the mirrors are only described, and their docs go into the OpenAPI document"
)]

mod changes;
mod condition;
mod export;
mod form;
mod particulars;
mod problem;
mod response;
mod score;
mod staff;

/// Describes types of the domain by their mirrors.
macro_rules! described_as {
    ($($domain:path => $mirror:ident;)+) => {$(
        impl utoipa::PartialSchema for $domain {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                <$mirror as utoipa::PartialSchema>::schema()
            }
        }

        impl utoipa::ToSchema for $domain {
            fn name() -> std::borrow::Cow<'static, str> {
                <$mirror as utoipa::ToSchema>::name()
            }

            fn schemas(
                schemas: &mut Vec<(
                    String,
                    utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>,
                )>,
            ) {
                <$mirror as utoipa::ToSchema>::schemas(schemas);
            }
        }
    )+};
}
use described_as;
