//! Bad input over every operation of the OpenAPI document.
//!
//! | module | what is bad |
//! | --- | --- |
//! | `surface` | nothing: every operation with a good request to spoil, and what must hold afterwards |
//! | `bodies` | the body as a whole |
//! | `fields` | one field of a body after the other |
//! | `addresses` | paths, queries and methods |
//! | `headers` | headers |
//! | `wire` | the bytes on the connection |
//! | `answers` | the answers of a response |
//! | `definitions` | forms, as JSON and as YAML |
//!
//! After each kind the server must answer a good request, and a response stored at the start must
//! read as it did. What was refused must have changed no table.

mod addresses;
mod answers;
mod bodies;
mod definitions;
mod fields;
mod headers;
mod surface;
mod wire;

#[test]
fn sixty_kinds_or_more_are_tried() {
    let kinds = [
        bodies::KINDS.len(),
        fields::VALUES.len(),
        addresses::STEPS.len(),
        addresses::QUERIES.len(),
        headers::KINDS.len(),
        wire::KINDS.len(),
        answers::KINDS.len(),
        definitions::YAML.len(),
    ];
    assert!(kinds.iter().sum::<usize>() >= 60, "{kinds:?}");
}
