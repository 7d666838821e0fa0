//! Forms, campaigns and responses, put straight into the database: quicker than over HTTP, and of any week.

use aftercare::domain::form::{Form, FormDefinition};
use aftercare::domain::response::{RawAnswers, validate};
use aftercare::domain::week::IsoWeek;
use aftercare::sample::synthetic;
use aftercare::store::AsyncPgConnection;
use aftercare::store::campaigns::{CampaignRow, create_campaign};
use aftercare::store::forms::publish::publish_version;
use aftercare::store::forms::{FormRow, create_form, find_form};
use aftercare::store::schema::responses;
use chrono::{NaiveDate, TimeDelta, Utc};
use diesel::{ExpressionMethods, sql_types};
use diesel_async::{AsyncConnection, RunQueryDsl};
use rand::rngs::StdRng;
use serde_json::{Value, json};
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
pub async fn publish(conn: &mut AsyncPgConnection, definition: &Value) -> Version {
    let definition: FormDefinition = serde_json::from_value(definition.clone()).unwrap();
    let form = Form::check(definition).unwrap();
    let row = FormRow {
        id: Uuid::from_bytes(aftercare::random::bytes().unwrap()),
        key: form.key().to_owned(),
        created_at: Utc::now(),
    };
    create_form(conn, &row).await.unwrap();
    let form_id = find_form(conn, form.key()).await.unwrap().unwrap().id;
    let id = Uuid::from_bytes(aftercare::random::bytes().unwrap());
    let consent: Vec<String> = form.questions().iter().map(|q| q.key.clone()).collect();
    let row = conn
        .transaction(async |conn| {
            let published = publish_version(conn, form_id, &form, &consent, id, Utc::now()).await;
            Ok::<_, diesel::result::Error>(published.map_err(|error| format!("{error:?}")))
        })
        .await
        .unwrap()
        .unwrap();
    let number = row.version;
    Version {
        id,
        form_id,
        number,
        form,
    }
}

/// Opens a campaign of the form.
pub async fn open_campaign(conn: &mut AsyncPgConnection, form_id: Uuid, key: &str) -> Uuid {
    let id = Uuid::from_bytes(aftercare::random::bytes().unwrap());
    let now = Utc::now();
    let row = CampaignRow {
        id,
        key: key.to_owned(),
        form_id,
        title: json!({"en": "A campaign"}),
        description: None,
        opens_at: now - TimeDelta::days(1),
        closes_at: now + TimeDelta::days(30),
        closed_at: None,
        created_at: now,
        release_size: 1,
        access: "open".to_owned(),
        k: 5,
        freezes_at: None,
        retained_until: now + TimeDelta::days(365),
        erased_at: None,
    };
    assert!(create_campaign(conn, &row).await.unwrap());
    id
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
        let answers = synthetic(&version.form, language, rng);
        let valid = validate(&version.form, &answers).unwrap();
        (
            responses::id.eq(Uuid::from_bytes(aftercare::random::bytes().unwrap())),
            responses::campaign_id.eq(*campaign_id),
            responses::form_version_id.eq(version.id),
            responses::language.eq((*language).to_owned()),
            responses::week.eq(*week),
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

fn record(version: &Version, answers: Value) -> Vec<u8> {
    let raw: RawAnswers = serde_json::from_value(answers).unwrap();
    let valid = validate(&version.form, &raw).unwrap();
    version
        .form
        .layout()
        .encode(version.form.questions(), valid.as_slice())
}
