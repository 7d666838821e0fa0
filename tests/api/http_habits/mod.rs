//! What every HTTP client may rely on, as docs/http.md says it.

mod codings;
mod heads;
mod pages;
mod queries;
