//! What every HTTP client may rely on, as docs/http.md says it.

mod challenges;
mod codings;
mod connections;
mod front_door;
mod heads;
mod limits;
mod pages;
mod preflights;
mod queries;
