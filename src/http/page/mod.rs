//! The respondent's page, in HTML that works without a script. Where there is one (`web/page/`), the answers stay on the device until
//! they are sent: it takes the questions from `/c/{campaign}/form`, and sends by the API.
//!
//! | path | what |
//! | --- | --- |
//! | `/` | the open campaigns |
//! | `/c/{campaign}` | `GET`: what it is about, and what happens with the answers. `POST`: the questions, section by section, the check, and sending |
//! | `/c/{campaign}/form` | the whole form, for the script |
//! | `/c/{campaign}/receipt` | reading, correcting and withdrawing a response |
//!
//! Between two sections nothing is stored: each page carries the answers so far in hidden fields, and the next one gets
//! them as the body of a `POST`. They are the person's own and are checked like any others when they are sent, so there is
//! nothing to sign. There is no cookie either, so a page of another site has nobody's rights to abuse; that it cannot make
//! visitors send responses is seen to by `refuse_foreign`.

mod answers;
mod carried;
mod fault_words;
mod fields;
mod front;
mod own;
pub mod posted;
mod reply;
mod request;
mod script;
mod sections;
mod sending;
mod sheet;
mod steps;
mod typed_number;
mod visit;
mod words;

pub use script::SCRIPT_PATH;

use actix_web::web::ServiceConfig;

/// The routes of the page, which are no part of the OpenAPI document.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(front::front)
        .service(front::show_campaign)
        .service(front::style)
        .service(script::page_file)
        .service(sheet::sheet)
        .service(steps::fill_in)
        .service(own::ask_for_receipt)
        .service(own::own_response);
}
