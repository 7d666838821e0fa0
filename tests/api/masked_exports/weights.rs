//! What masked cells cost is a promise of the campaign.

use super::*;
use crate::support::client::Answer as Reply;
use crate::support::collection::{Collection, new_receipt};

#[tokio::test]
async fn a_campaign_that_gives_a_question_more_weight_keeps_more_of_its_cells() {
    let app = TestApp::start().await;
    let mut conn = app.connect().await;
    let version = publish(&app.state.app, &definition(SHIPPED)).await;
    let spring = open_campaign(&app.state.app, &version.form, "spring-2027").await;
    let autumn = open_campaign(&app.state.app, &version.form, "autumn-2027").await;
    let coordinator = app.with_staff(Role::Coordinator).await.client;
    let change = coordinator.patch("/v1/campaigns/autumn-2027");
    let weights = json!({"age_band": 60, "week": 1});
    let change = change.json(&json!({"masking_weights": weights}));
    let changed = change.send().await.expect(200).json();
    assert_eq!(changed["masking_weights"], weights);
    let mut rng = StdRng::seed_from_u64(5);
    let of_spring = headings(300, &[spring], &mut rng);
    respond_synthetic(&mut conn, &version, &of_spring, &mut rng).await;
    let copied = diesel::sql_query(
        "INSERT INTO responses SELECT gen_random_uuid(), $1, form_version_id, language, week, record FROM responses",
    );
    let copied = copied.bind::<diesel::sql_types::Uuid, _>(autumn);
    assert_eq!(copied.execute(&mut conn).await.unwrap(), 300);
    let analyst = app.with_staff(Role::Analyst).await.client;
    let file = File::get(&analyst, DAILY_LIFE, "").await;
    file.check(5);
    // Cells of a column that show the answer itself.
    let kept = |campaign: &str, name: &str| -> usize {
        let column = file.column(name);
        let exact = |row: &&Vec<String>| row[column].starts_with("age_") && row[0] == campaign;
        file.rows.iter().filter(exact).count()
    };
    let (usual, heavy) = (
        kept("spring-2027", "age_band"),
        kept("autumn-2027", "age_band"),
    );
    assert!(heavy > usual, "{heavy} instead of {usual}");
}

#[tokio::test]
async fn weights_are_fixed_with_the_first_response() {
    let collection = Collection::start().await;
    let patch = async |weights: Value| -> Reply {
        let call = collection.staff.client.patch("/v1/campaigns/test-campaign");
        call.json(&json!({"masking_weights": weights})).send().await
    };
    for (weights, pointer, code) in [
        (
            json!({"meals": 5}),
            "/masking_weights/meals",
            "not_background",
        ),
        (
            json!({"campaign": 5}),
            "/masking_weights/campaign",
            "not_background",
        ),
        (json!({"group": 0}), "/masking_weights", "range"),
        (json!({"group": 101}), "/masking_weights", "range"),
        (json!(null), "/masking_weights", "wrong_type"),
    ] {
        let refused = patch(weights.clone()).await.expect(422);
        assert_eq!(refused.pointers(), [pointer], "{weights}");
        assert_eq!(refused.json()["errors"][0]["code"], code, "{weights}");
    }
    let all = json!({"group": 100, "week": 1, "language": 2, "form_version": 3});
    let campaign = patch(all.clone()).await.expect(200).json();
    assert_eq!(campaign["masking_weights"], all);
    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    collection.send(&new_receipt(), &answers).await.expect(201);
    for other in [
        json!({}),
        json!({"group": 99, "week": 1, "language": 2, "form_version": 3}),
    ] {
        let refused = patch(other).await.expect_problem(Code::SettingsPromised);
        assert_eq!(refused.pointers(), ["/masking_weights"]);
    }
    assert_eq!(
        patch(all.clone()).await.expect(200).json()["masking_weights"],
        all
    );
    let changed = "SELECT string_agg(details::jsonb #>> '{after,masking_weights}', '; ') FROM audit_entries \
                   WHERE action = 'campaign_changed'";
    let changed: String = collection.sql(changed).await;
    assert_eq!(
        changed,
        r#"{"week": 1, "group": 100, "language": 2, "form_version": 3}"#
    );
}
