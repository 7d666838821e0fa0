//! How many rows are alike, and what is masked for it.

use super::*;

#[tokio::test]
async fn no_masked_export_has_a_class_smaller_than_k() {
    for (seed, count) in [(1, 7), (2, 40), (3, 160), (4, 400)] {
        let app = TestApp::start().await;
        let mut conn = app.connect().await;
        let mut rng = StdRng::seed_from_u64(seed);
        let mut one = every_kind();
        for key in ["help_from", "weight", "exact"] {
            question(&mut one, key)["background"] = json!(rng.random_bool(0.5));
        }
        let mut two = one.clone();
        question(&mut two, "group")["options"][0]["value"] = json!(3);
        question(&mut two, "sleep_hours")["background"] = json!(true);
        let versions = [
            publish(&app.state.app, &one).await,
            publish(&app.state.app, &two).await,
        ];
        let mut all = Vec::new();
        for key in ["spring-2027", "autumn-2027", "winter-2027"] {
            all.push(open_campaign(&app.state.app, &versions[0].form, key).await);
        }
        for (version, count) in versions.iter().zip([count, count / 3]) {
            let headings = headings(count, &all, &mut rng);
            respond_synthetic(&mut conn, version, &headings, &mut rng).await;
        }
        let analyst = app.with_staff(Role::Analyst).await.client;
        for (query, k) in [
            ("", 5),
            ("k=7", 7),
            ("k=10&campaign=spring-2027,winter-2027", 10),
            ("to_week=2027-W02", 5),
        ] {
            let path = format!("{EVERY_KIND}/responses.csv?{query}");
            let answer = analyst.get(&path).send().await;
            if answer.status == 409 {
                answer.expect_problem(Code::TooFewRecords);
                assert!(count < 40);
                continue;
            }
            let codebook = analyst
                .get(&format!("{EVERY_KIND}/codebook.csv"))
                .send()
                .await;
            File::read(&answer.expect(200), &codebook).check(k);
        }
    }
}

#[tokio::test]
async fn the_shipped_form_is_masked_with_all_that_hangs_on_what_is_masked() {
    let (_app, _, analyst) = shipped(1_000).await;
    for k in [5, 10] {
        let file = File::get(&analyst, DAILY_LIFE, &format!("k={k}")).await;
        file.check(k);
        assert_eq!(file.rows.len(), 1_000);
        assert!(file.figures["dependent-cells"] > 0);
        // Of a multiple choice the last column is a group of options, which is masked only where all of them are.
        let column_of = |name: &String| {
            let of = |other: &&String| *other == name || other.starts_with(&format!("{name}__"));
            file.names.iter().rposition(|other| of(&other)).unwrap()
        };
        for (column, with) in file.masked_with.iter().enumerate() {
            let with: Vec<usize> = with
                .iter()
                .filter(|name| !name.is_empty())
                .map(column_of)
                .collect();
            for row in &file.rows {
                let expected = with.iter().any(|other| row[*other] == "MSK");
                let in_a_group = file.names[column].starts_with("treatments__");
                assert!(
                    (row[column] == "MSK") == expected || (in_a_group && !expected),
                    "{}: {row:?}",
                    file.names[column]
                );
            }
        }
        let mut least = file.cells("week");
        least.retain(|cell| cell.contains("-W"));
        let mut most = file.cells("sex");
        most.retain(|cell| *cell != "MSK");
        assert!(
            least.len() < most.len(),
            "the week goes before the background"
        );
    }
}

#[tokio::test]
async fn an_export_masks_at_least_as_much_as_its_campaigns_ask_for() {
    let (app, mut conn, version, spring) = app().await;
    let autumn = open_campaign(&app.state.app, &version.form, "autumn-2027").await;
    let strict = diesel::update(campaigns::table.find(autumn)).set(campaigns::k.eq(8));
    strict.execute(&mut conn).await.unwrap();
    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    for campaign in [spring, autumn] {
        respond_often(&mut conn, &version, campaign, answers.clone(), 30).await;
    }
    let analyst = app.with_staff(Role::Analyst).await.client;
    for (query, k) in [
        // Each campaign by its own promise, whichever is asked for.
        ("", 5),
        ("campaign=spring-2027", 5),
        ("campaign=autumn-2027", 8),
        ("campaign=spring-2027&k=9", 9),
        ("k=30", 30),
        ("k=1000", 0),
    ] {
        let path = format!("{EVERY_KIND}/responses.csv?{query}");
        let answer = analyst.get(&path).send().await;
        if k == 0 {
            answer.expect_problem(Code::TooFewRecords);
        } else {
            let control = answer.expect(200).header("disclosure-control").to_owned();
            assert!(
                control.starts_with(&format!("k={k}, records=")),
                "{control}"
            );
        }
    }
    for query in [
        "k=7",
        "campaign=autumn-2027&k=5",
        "campaign=spring-2027&k=4",
        "k=0",
        "k=1",
        "k=-5",
        "k=",
        "k=many",
        "k=1001",
        "k=99999999999999",
        "sensitive=group",
        "sensitive=nothing",
        "sensitive=",
        "sensitive=distress,",
        "sensitive=story",
        "sensitive=help_from__family",
        "sensitive=score_load",
    ] {
        let answer = analyst
            .get(&format!("{EVERY_KIND}/responses.csv?{query}"))
            .send()
            .await;
        let answer = answer.expect_problem(Code::QueryInvalid);
        if query == "k=7" {
            let fault = &answer.json()["errors"][0];
            assert_eq!(fault["parameter"], "k");
            assert_eq!(fault["detail"], "It must be 8 or more here.");
        }
    }
}

#[tokio::test]
async fn fewer_responses_than_k_are_not_exported_at_all() {
    let (app, mut conn, version, campaign) = app().await;
    let analyst = app.with_staff(Role::Analyst).await.client;
    let path = format!("{EVERY_KIND}/responses.csv");
    let empty = analyst.get(&path).send().await.expect(200);
    assert_eq!(empty.text().lines().count(), 1);
    let expected = "k=5, records=0, cells=0, masked-cells=0, masked-records=0, dependent-cells=0, smallest-class=0, withheld-records=0, \
                    coarser-cells=0, coarser-records=0, left-out-cells=0";
    assert_eq!(empty.header("disclosure-control"), expected);
    assert_eq!(empty.header("diversity"), "");
    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    respond_often(&mut conn, &version, campaign, answers.clone(), 4).await;
    let few = analyst.get(&path).send().await;
    few.expect_problem(Code::TooFewRecords);
    let recorded = entries(&mut conn).await;
    assert_eq!(recorded.len(), 2, "a refusal is recorded too");
    assert_eq!(recorded[1].2["refused"], "too_few_records");
    respond_often(&mut conn, &version, campaign, answers, 1).await;
    let file = File::get(&analyst, EVERY_KIND, "").await;
    assert_eq!((file.rows.len(), file.figures["masked-cells"]), (5, 0));
}

#[tokio::test]
async fn whatever_is_asked_for_a_row_shows_no_more_than_in_the_whole_file() {
    // Otherwise the rows of several files, recognised by their other answers, would show together what each masks.
    let (_app, _, analyst) = shipped(1_000).await;
    let whole = File::get(&analyst, DAILY_LIFE, "").await;
    let groups = groups();
    let weeks = whole.cells("week");
    let shown: BTreeSet<&str> = weeks
        .iter()
        .copied()
        .filter(|week| week.contains("-W"))
        .collect();
    let mut queries = vec![
        "k=6".to_owned(),
        "k=20".to_owned(),
        "campaign=spring-2027".to_owned(),
    ];
    for week in ["2027-W01", "2027-W02", "2027-W03"]
        .into_iter()
        .chain(shown)
    {
        queries.push(format!("from_week={week}&to_week={week}"));
        queries.push(format!("from_week={week}&k=9"));
    }
    for query in queries {
        let file = File::get(&analyst, DAILY_LIFE, &query).await;
        let k = file.figures["k"];
        file.check(k);
        // In the same order, so each row has its place in the whole file.
        let mut rest = whole.rows.iter();
        for row in &file.rows {
            let within = |whole: &&Vec<String>| {
                whole
                    .iter()
                    .zip(row)
                    .all(|(whole, cell)| cell == "MSK" || stands_for(&groups, cell, whole))
            };
            assert!(
                rest.any(|whole| within(&whole)),
                "{query}: {row:?} is in no row of the whole file"
            );
        }
        if query.contains("week") {
            assert!(
                file.cells("week").iter().all(|week| *week != "MSK"),
                "{query}"
            );
            assert!(file.rows.len() as u64 + file.figures["withheld-records"] <= 1_000);
        }
    }
}

/// The options of each group of the shipped form.
fn groups() -> BTreeMap<String, BTreeSet<String>> {
    let definition = serde_json::to_value(definition(SHIPPED)).unwrap();
    let questions = definition["sections"][0]["questions"].as_array().unwrap();
    let levels = questions.iter().filter_map(|it| it["coarser"].as_array());
    let groups = levels.flatten().flat_map(|level| level.as_array().unwrap());
    groups
        .map(|group| {
            let options = group["options"].as_array().unwrap().iter();
            let options = options.map(|it| it.as_str().unwrap().to_owned());
            (
                group["code"].as_str().unwrap().to_owned(),
                options.collect(),
            )
        })
        .collect()
}

/// Whether one cell tells no more than another: it is the same, or a group or a period that holds it.
fn stands_for(groups: &BTreeMap<String, BTreeSet<String>>, cell: &str, whole: &str) -> bool {
    use aftercare::domain::period::PeriodKind::{Month, Quarter, Week, Year};
    if cell == whole {
        return true;
    }
    let held = |text: &str| -> BTreeSet<String> {
        let weeks = (1..=6).map(|number| monday(&format!("2027-W{number:02}")));
        let named = weeks.filter(|monday| {
            let kinds = [Week, Month, Quarter, Year];
            kinds
                .iter()
                .any(|kind| kind.written(kind.number(*monday)) == text)
        });
        let weeks: BTreeSet<String> = named.map(|monday| monday.to_string()).collect();
        let own = || BTreeSet::from([text.to_owned()]);
        match weeks.is_empty() {
            true => groups.get(text).cloned().unwrap_or_else(own),
            false => weeks,
        }
    };
    held(cell).len() > 1 && held(cell).is_superset(&held(whole))
}
