//! Forms, campaigns and responses, put straight into the database: quicker than over HTTP, and of any week.

use aftercare::app::campaigns::{self, NewCampaign};
use aftercare::app::forms::publish::publish_form;
use aftercare::app::{App, Caller};
use aftercare::domain::audit::Actor;
use aftercare::domain::campaign::Schedule;
use aftercare::domain::campaign::access::Access;
use aftercare::domain::campaign::masking::{LeftOut, MaskingWeights};
use aftercare::domain::form::{Form, FormDefinition, Text};
use aftercare::domain::response::{Occasion, RawAnswers, validate};
use aftercare::domain::week::IsoWeek;
use aftercare::sample::synthetic_in;
use aftercare::store::AsyncPgConnection;
use aftercare::store::forms::find_form;
use aftercare::store::schema::responses;
use chrono::{NaiveDate, TimeDelta, Utc};
use diesel::{ExpressionMethods, sql_types};
use diesel_async::RunQueryDsl;
use rand::rngs::StdRng;
use serde_json::Value;
use uuid::Uuid;

use super::collection::{EVERY_KIND, definition};

/// A published version.
pub struct Version {
    pub id: Uuid,
    pub form_id: Uuid,
    pub number: i32,
    pub form: Form,
}

/// The form of `tests/forms/every-kind.yaml`, to be changed before it is published.
pub fn every_kind() -> Value {
    definition(EVERY_KIND)
}

/// The question with this key in a definition.
pub fn question<'a>(form: &'a mut Value, key: &str) -> &'a mut Value {
    let sections = form["sections"].as_array_mut().unwrap();
    let mut questions = sections
        .iter_mut()
        .flat_map(|section| section["questions"].as_array_mut().unwrap());
    questions.find(|question| question["key"] == key).unwrap()
}

/// Publishes it as the next version of the form with its key.
pub async fn publish(app: &App, definition: &Value) -> Version {
    let definition: FormDefinition = serde_json::from_value(definition.clone()).unwrap();
    let form = Form::check(definition).unwrap();
    let consent: Vec<String> = form.questions().iter().map(|q| q.key.clone()).collect();
    let published = publish_form(app, Actor::Operator, &form, &consent)
        .await
        .unwrap();
    let key = form.key().parse().unwrap();
    let mut conn = app.connection().await.unwrap();
    Version {
        id: published.id.0,
        form_id: find_form(&mut conn, &key).await.unwrap().unwrap().id.0,
        number: published.version,
        form,
    }
}

/// Opens a campaign of the form.
pub async fn open_campaign(app: &App, form: &Form, key: &str) -> Uuid {
    let now = Utc::now();
    let new = NewCampaign {
        key: key.parse().unwrap(),
        form: form.key().parse().unwrap(),
        title: Text([("en".to_owned(), "A campaign".to_owned())].into()),
        description: None,
        schedule: Schedule {
            opens_at: now - TimeDelta::days(1),
            closes_at: now + TimeDelta::days(30),
        },
        access: Access::Open,
        release_size: 1,
        k: 5,
        freezes_at: None,
        proof_of_work: None,
        retained_until: None,
        grace_days: 0,
        insights_from: None,
        left_out: LeftOut::default(),
        masking_weights: MaskingWeights::default(),
        form_version: None,
        testing: false,
    };
    campaigns::create(app, &Caller::OPERATOR, new)
        .await
        .unwrap()
        .id
        .0
}

/// Stores a response, as one that was released.
pub async fn respond(
    conn: &mut AsyncPgConnection,
    version: &Version,
    campaign_id: Uuid,
    (language, week): (&str, &str),
    answers: Value,
) -> Uuid {
    let id = Uuid::from_bytes(aftercare::random::bytes().unwrap());
    let week: IsoWeek = week.parse().unwrap();
    let row = (
        responses::id.eq(id),
        responses::campaign_id.eq(campaign_id),
        responses::form_version_id.eq(version.id),
        responses::language.eq(language),
        responses::week.eq(week.monday()),
        responses::record.eq(record(version, answers)),
    );
    let stored = diesel::insert_into(responses::table).values(row);
    assert_eq!(stored.execute(conn).await.unwrap(), 1);
    id
}

/// Stores as many copies of one record as wanted, in no time.
pub async fn respond_often(
    conn: &mut AsyncPgConnection,
    version: &Version,
    campaign_id: Uuid,
    answers: Value,
    count: u32,
) {
    let sql = "INSERT INTO responses SELECT gen_random_uuid(), $1, $2, 'en', '2027-02-01', $3 \
               FROM generate_series(1, $4)";
    let stored = diesel::sql_query(sql)
        .bind::<sql_types::Uuid, _>(campaign_id)
        .bind::<sql_types::Uuid, _>(version.id)
        .bind::<sql_types::Binary, _>(record(version, answers))
        .bind::<sql_types::Integer, _>(i32::try_from(count).unwrap())
        .execute(conn)
        .await;
    assert_eq!(stored.unwrap(), count as usize);
}

/// Stores a made-up response for each of these campaigns, languages and weeks.
pub async fn respond_synthetic(
    conn: &mut AsyncPgConnection,
    version: &Version,
    headings: &[(Uuid, &str, NaiveDate)],
    rng: &mut StdRng,
) {
    let rows = headings.iter().map(|(campaign_id, language, week)| {
        let week = IsoWeek::of(*week);
        let occasion = Occasion { week, language };
        let answers = synthetic_in(&version.form, occasion, rng);
        let valid = validate(&version.form, &answers, occasion).unwrap();
        (
            responses::id.eq(Uuid::from_bytes(aftercare::random::bytes().unwrap())),
            responses::campaign_id.eq(*campaign_id),
            responses::form_version_id.eq(version.id),
            responses::language.eq((*language).to_owned()),
            responses::week.eq(week.monday()),
            responses::record.eq(version
                .form
                .layout()
                .encode(version.form.questions(), valid.as_slice())),
        )
    });
    let rows: Vec<_> = rows.collect();
    for some in rows.chunks(1_000) {
        let stored = diesel::insert_into(responses::table).values(some);
        stored.execute(conn).await.unwrap();
    }
}

/// The record of these answers, given in a week of no importance.
fn record(version: &Version, answers: Value) -> Vec<u8> {
    let raw: RawAnswers = serde_json::from_value(answers).unwrap();
    let week = IsoWeek::of(NaiveDate::default());
    let language = "en";
    let valid = validate(&version.form, &raw, Occasion { week, language }).unwrap();
    version
        .form
        .layout()
        .encode(version.form.questions(), valid.as_slice())
}
