//! The core on one thread: from the bytes of a body to the bytes of a row, and back.

use std::hint::black_box;
use std::time::Duration;

use aftercare::clock::{Clock, SystemClock};
use aftercare::domain::ids::{CampaignId, FormVersionId};
use aftercare::domain::response::receipt::Receipt;
use aftercare::domain::response::{RawAnswers, ResponseContext, Summary, ValidAnswers, validate};
use aftercare::domain::server_key::ServerKey;
use aftercare::domain::week::IsoWeek;
use aftercare::http::extract::from_json;
use aftercare::http::resources::responses::CreateResponseBody;
use futures_util::FutureExt;
use serde::de::IgnoredAny;
use uuid::Uuid;

use super::measure::{Contender, Sum, Table, in_turn};
use super::world::{answers, body, occasion, shipped_form};

const ROUNDS: usize = 9;
const SLOT: Duration = Duration::from_millis(100);

pub fn run(table: &mut Table) {
    let form = std::sync::Arc::new(shipped_form());
    let (questions, layout) = (form.questions(), form.layout());
    let raw: Vec<RawAnswers> = answers(&form);
    let bodies: Vec<Vec<u8>> = raw.iter().map(body).collect();
    let valid: Vec<ValidAnswers> = raw
        .iter()
        .map(|raw| validate(&form, raw, occasion()).unwrap())
        .collect();
    let encode = |valid: &ValidAnswers| layout.encode(form.questions(), valid.as_slice());
    let records: Vec<Vec<u8>> = valid.iter().map(encode).collect();
    let key = ServerKey::new([7; 32]);
    let receipt = Receipt::parse("Bench-abcdefghijklmnop").unwrap();
    let context = ResponseContext {
        campaign_id: CampaignId(Uuid::from_u128(1)),
        form_version_id: FormVersionId(Uuid::from_u128(2)),
        language: "en".to_owned(),
        week: IsoWeek::of(SystemClock.now().date_naive()),
    };

    let scan = |body: &Vec<u8>| _ = black_box(serde_json::from_slice::<IgnoredAny>(body).unwrap());
    let parse = |body: &Vec<u8>| _ = black_box(from_json::<CreateResponseBody>(body).ok().unwrap());
    let check = |raw: &RawAnswers| _ = black_box(validate(&form, raw, occasion()).unwrap());
    let store = |raw: &RawAnswers| {
        let valid = validate(&form, raw, occasion()).unwrap();
        black_box(layout.encode(form.questions(), valid.as_slice()));
        black_box(Summary::of(&form, valid.as_slice(), "en"));
    };
    let anonymise = |valid: &ValidAnswers| {
        _ = black_box(valid.anonymise(&form, context.clone(), &receipt, &key))
    };
    let copy = |record: &Vec<u8>| _ = black_box(record.clone());
    let decode = |record: &Vec<u8>| _ = black_box(layout.decode(questions, record).unwrap());

    let mut contenders: Vec<Box<dyn Contender + '_>> = vec![
        Box::new(Sum(each(&bodies, scan))),
        Box::new(Sum(each(&bodies, parse))),
        Box::new(Sum(each(&raw, check))),
        Box::new(Sum(each(&raw, store))),
        Box::new(Sum(each(&valid, anonymise))),
        Box::new(Sum(each(&records, copy))),
        Box::new(Sum(each(&records, decode))),
    ];
    // Nothing here waits for anything.
    let samples = in_turn(ROUNDS, SLOT, &mut contenders)
        .now_or_never()
        .unwrap();
    let scanned = "scan of the body's JSON";
    table.compare("parse a body", &samples[1], scanned, &samples[0]);
    table.compare("validate", &samples[2], scanned, &samples[0]);
    table.compare("validate, encode, score", &samples[3], scanned, &samples[0]);
    table.compare("derive ids, encode", &samples[4], scanned, &samples[0]);
    let copied = "copy of the record";
    table.compare("decode a record", &samples[6], copied, &samples[5]);
}

/// Does it to each of these; tells how many they are.
fn each<'a, T>(all: &'a [T], does: impl Fn(&T) + 'a) -> impl FnMut() -> u64 + 'a {
    move || {
        all.iter().for_each(&does);
        all.len() as u64
    }
}
