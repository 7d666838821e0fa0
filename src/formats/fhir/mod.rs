//! Forms as FHIR R4 `Questionnaire`, and responses as `QuestionnaireResponse`, by the conventions of Structured Data
//! Capture (SDC).
//!
//! | module | what it holds |
//! | --- | --- |
//! | `names` | the addresses of extensions and code systems |
//! | `asked` | what conditions and scores need to know of a question |
//! | `quantity` | whether a quantity is in the unit of its question |
//! | `routing` | conditions as `enableWhen`, and back |
//! | `fhirpath` | conditions as FHIRPath, where `enableWhen` cannot say them |
//! | `calculations` | scores as FHIRPath |
//! | `write` | a form into a Questionnaire |
//! | `element`, `reading` | an object whose fields are taken one by one, and what is to be said of the rest |
//! | `read` | a Questionnaire into a definition |
//! | `response` | answers into a QuestionnaireResponse, and back |
//!
//! What FHIR has no element for travels in one extension, [`DEFINITION`]: the fields of a part that cannot be read from
//! the elements of FHIR, as JSON. The writer finds them by reading what it wrote. So a form comes back as it was, and
//! where an element of FHIR was edited meanwhile, the edit counts.

mod asked;
mod calculations;
mod element;
mod fhirpath;
mod names;
mod quantity;
mod read;
mod reading;
mod response;
mod routing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_faults;
mod write;

pub use names::{CODING, DEFINITION, form_url};
pub use read::{Imported, ReadFault, read};
pub use response::{Filled, ResponseFault, Sent, parse_response, write_response};
pub use write::{Published, Written, write};

/// A resource in JSON. Some tools write a byte order mark before it.
///
/// # Errors
///
/// When it is no JSON.
pub fn parse(bytes: &[u8]) -> serde_json::Result<serde_json::Value> {
    serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// The media type of a resource in JSON.
pub const MEDIA_TYPE: &str = "application/fhir+json";

/// The most bytes of a Questionnaire, which repeats the options of a scale at each of its questions.
pub const MAX_FILE: usize = 8 * 1024 * 1024;
