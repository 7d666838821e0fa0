//! Background questions that a campaign leaves out of files of single responses.

use super::*;
use crate::support::client::Answer as Reply;
use crate::support::collection::{Collection, new_receipt};

/// A campaign that leaves out these questions, without a response.
async fn campaign_without(app: &TestApp, version: &Version, key: &str, questions: &[&str]) -> Uuid {
    let campaign = open_campaign(&app.state.app, &version.form, key).await;
    let coordinator = app.with_staff(Role::Coordinator).await.client;
    let change = coordinator.patch(&format!("/v1/campaigns/{key}"));
    let change = change.json(&json!({"left_out": questions})).send().await;
    assert_eq!(change.expect(200).json()["left_out"], json!(questions));
    campaign
}

/// Every kind of question, with background questions that hang on `group`.
fn hanging() -> Value {
    let mut form = every_kind();
    let text = json!({"en": "x", "ko": "x"});
    let more = json!({
        "key": "of_group", "kind": "yes_no", "background": true, "text": text, "show_when": {"question": "group", "is": "a"},
    });
    let person = form["sections"][0]["questions"].as_array_mut().unwrap();
    person.push(more);
    form
}

#[tokio::test]
async fn people_who_differ_only_in_what_is_left_out_have_equal_rows_in_every_shape() {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let version = publish(&app.state.app, &hanging()).await;
    let campaign = campaign_without(&app, &version, "spring-2027", &["group"]).await;
    let same = |mut answers: Value| {
        for (key, value) in [
            ("alone", json!(false)),
            ("meals", json!("none")),
            ("distress", json!(1)),
        ] {
            answers[key] = value;
        }
        answers
    };
    respond_often(
        &mut conn,
        &version,
        campaign,
        same(json!({"group": "c"})),
        8,
    )
    .await;
    for rare in [
        json!({"group": "a", "exact": 4, "of_group": true}),
        json!({"group": "a", "exact": 2, "of_group": false}),
        json!({"group": "b", "exact": 1}),
    ] {
        respond(
            &mut conn,
            &version,
            campaign,
            ("en", "2027-W05"),
            same(rare),
        )
        .await;
    }
    let analyst = app.with_staff(Role::Analyst).await.client;
    let file = File::get(&analyst, EVERY_KIND, "").await;
    file.check(5);
    assert_eq!(file.rows.len(), 11);
    for name in ["group", "of_group", "exact", "family_role", "after"] {
        assert!(file.cells(name).iter().all(|it| *it == "MSK"), "{name}");
    }
    for name in ["alone", "week", "language", "meals", "distress"] {
        assert!(file.cells(name).iter().all(|it| *it != "MSK"), "{name}");
    }
    // Two columns of each of eleven rows; nothing else that identifies is masked.
    assert_eq!(file.figures["left-out-cells"], 22);
    assert_eq!(file.figures["masked-cells"], 22);

    for query in [
        "",
        "missing=reasons",
        "values=numbers&missing=reasons",
        "values=labels",
    ] {
        let rows = File::get(&analyst, EVERY_KIND, query).await.rows;
        assert!(rows.iter().all(|row| *row == rows[0]), "{query}: {rows:?}");
    }
    let get = async |path: &str| {
        analyst
            .get(&format!("{EVERY_KIND}/{path}"))
            .send()
            .await
            .expect(200)
    };
    let lines = get("responses.ndjson?missing=reasons").await.text();
    assert_eq!(lines.lines().count(), 11);
    assert!(lines.lines().all(|line| Some(line) == lines.lines().next()));
    let long = get("responses.csv?layout=long&missing=reasons").await;
    let (names, rows) = table(&long.body);
    let place = |name: &str| names.iter().position(|it| it == name).unwrap();
    let [column, value, missing] = ["column", "value", "missing"].map(place);
    let mut told: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for row in &rows {
        let shown = (row[value].as_str(), row[missing].as_str());
        told.entry(&row[column]).or_default().insert(shown);
    }
    assert!(told.values().all(|values| values.len() == 1), "{told:?}");
    for name in ["group", "exact"] {
        assert_eq!(told[name], [("", "MSK")].into());
    }
}

#[tokio::test]
async fn a_campaign_that_leaves_a_question_out_keeps_more_of_the_others_and_changes_no_other_campaign()
 {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let version = publish(&app.state.app, &definition(SHIPPED)).await;
    let spring = open_campaign(&app.state.app, &version.form, "spring-2027").await;
    let mut rng = StdRng::seed_from_u64(4);
    let of_spring = headings(300, &[spring], &mut rng);
    respond_synthetic(&mut conn, &version, &of_spring, &mut rng).await;
    let analyst = app.with_staff(Role::Analyst).await.client;
    let alone = File::get(&analyst, DAILY_LIFE, "").await;
    // The same people in a campaign without one question.
    let autumn = campaign_without(&app, &version, "autumn-2027", &["age_band"]).await;
    let copied = diesel::sql_query(
        "INSERT INTO responses SELECT gen_random_uuid(), $1, form_version_id, language, week, record FROM responses",
    );
    let copied = copied.bind::<diesel::sql_types::Uuid, _>(autumn);
    assert_eq!(copied.execute(&mut conn).await.unwrap(), 300);
    let both = File::get(&analyst, DAILY_LIFE, "").await;
    both.check(5);
    let of = |campaign: &str| -> Vec<Vec<String>> {
        let mine = both.rows.iter().filter(|row| row[0] == campaign);
        mine.cloned().collect()
    };
    assert_eq!(
        of("spring-2027"),
        alone.rows,
        "the other one stays as it was"
    );
    let age = both.column("age_band");
    let masked = |rows: &[Vec<String>]| -> usize {
        let others = both.identifying.iter().filter(|column| **column != age);
        let masked = |column: &usize| rows.iter().filter(|row| row[*column] == "MSK").count();
        others.map(masked).sum()
    };
    let autumn = of("autumn-2027");
    assert!(autumn.iter().all(|row| row[age] == "MSK"));
    assert!(
        masked(&autumn) < masked(&alone.rows),
        "{} of {}",
        masked(&autumn),
        masked(&alone.rows)
    );
    // Figures have it.
    let counts = analyst.get(&format!(
        "{DAILY_LIFE}/statistics?of=age_band&campaign=autumn-2027"
    ));
    let counts = counts.send().await.expect(200).json().to_string();
    assert!(counts.contains("age_40_49"), "{counts}");
}

#[tokio::test]
async fn what_is_left_out_is_said_before_the_first_response_and_never_changes_after_it() {
    let collection = Collection::start().await;
    let path = "/v1/campaigns/test-campaign";
    let patch = async |left_out: Value| -> Reply {
        let call = collection.staff.client.patch(path);
        call.json(&json!({"left_out": left_out})).send().await
    };
    for (unknown, status) in [(json!(["meals"]), 422), (json!(["group", "nothing"]), 422)] {
        let refused = patch(unknown).await.expect(status);
        assert_eq!(refused.pointers(), ["/left_out"]);
        assert_eq!(refused.json()["errors"][0]["code"], "not_background");
    }
    patch(json!(null)).await.expect(422);
    patch(json!("group")).await.expect(422);
    assert_eq!(
        patch(json!(["group", "alone"])).await.expect(200).json()["left_out"],
        json!(["alone", "group"])
    );
    let campaign = patch(json!(["group", "group"])).await.expect(200).json();
    assert_eq!(campaign["left_out"], json!(["group"]));
    assert_eq!(campaign["privacy"]["left_out"], json!(["group"]));
    let sentences = campaign["privacy"]["sentences"].as_array().unwrap();
    let sentence = sentences
        .iter()
        .find(|it| it["code"] == "left_out")
        .unwrap();
    assert!(
        sentence["text"]["en"]
            .as_str()
            .unwrap()
            .contains("“Group?”"),
        "{sentence}"
    );
    assert!(
        sentence["text"]["ko"].as_str().unwrap().contains("“그룹?”"),
        "{sentence}"
    );

    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    collection.send(&new_receipt(), &answers).await.expect(201);
    for other in [json!([]), json!(["alone"]), json!(["group", "alone"])] {
        let refused = patch(other).await.expect_problem(Code::SettingsPromised);
        assert_eq!(refused.pointers(), ["/left_out"]);
    }
    assert_eq!(
        patch(json!(["group"])).await.expect(200).json()["left_out"],
        json!(["group"])
    );

    let changes = "SELECT string_agg(concat(details::jsonb #>> '{before,left_out}', ' to ', details::jsonb #>> '{after,left_out}'), '; ' \
                   ORDER BY number) FROM audit_entries WHERE action = 'campaign_changed'";
    let changes: String = collection.sql(changes).await;
    assert_eq!(
        changes,
        r#" to ["alone", "group"]; ["alone", "group"] to ["group"]"#
    );
}

#[tokio::test]
async fn a_campaign_is_created_with_what_it_leaves_out_of_the_version_that_it_takes() {
    let collection = Collection::start().await;
    let mut second = every_kind();
    let text = json!({"en": "Region?", "ko": "지역?"});
    let region = json!({"key": "region", "kind": "yes_no", "background": true, "text": text});
    second["sections"][0]["questions"]
        .as_array_mut()
        .unwrap()
        .push(region);
    let client = &collection.staff.client;
    crate::support::collection::draft(client, &second)
        .await
        .expect(200);
    let published =
        crate::support::collection::publish_draft(client, "every-kind", &json!({})).await;
    published.expect(201);
    let create = async |key: &str, version: Value| {
        let body = json!({
            "key": key, "form": "every-kind", "title": {"en": "T"}, "form_version": version, "left_out": ["region"],
            "opens_at": "2027-01-01T00:00:00Z", "closes_at": "2037-01-01T00:00:00Z",
        });
        client.post("/v1/campaigns").json(&body).send().await
    };
    let refused = create("first", json!(1)).await.expect(422);
    assert_eq!(refused.pointers(), ["/left_out"]);
    for (key, version) in [("second", json!(2)), ("newest", json!(null))] {
        assert_eq!(
            create(key, version).await.expect(201).json()["left_out"],
            json!(["region"])
        );
    }
}
