//! What an export would mask, measured without one.

use aftercare::app::Caller;
use aftercare::app::export::{ExportError, MaskedRole};
use aftercare::app::exports::ExportRefused;
use aftercare::app::masking::{Alternative, MeasureRefused, measure_masking};

use super::*;
use crate::cli::{Place, Serving};

/// Another `k` than is promised.
fn under(k: Option<u32>) -> Alternative {
    Alternative {
        k,
        ..Alternative::default()
    }
}

fn daily_life() -> aftercare::domain::ids::FormKey {
    "daily-life-after-treatment".parse().unwrap()
}

#[tokio::test]
async fn measuring_tells_what_the_export_masks_in_each_column() {
    let (app, _, analyst) = shipped(600).await;
    let form = daily_life();
    for k in [5_u64, 9] {
        let asked = u32::try_from(k).unwrap();
        let alternative = under(Some(asked));
        let report = measure_masking(&app.state.app, &Caller::OPERATOR, &form, &alternative);
        let report = report.await.unwrap();
        let file = File::get(&analyst, DAILY_LIFE, &format!("k={k}")).await;
        assert_eq!(report.k, asked);
        assert_eq!(report.records, file.figures["records"]);
        assert_eq!(report.masked_cells, file.figures["masked-cells"]);
        let mut codings: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (column, name) in file.names.iter().enumerate() {
            let coding = name
                .split_once("__")
                .map_or(name.as_str(), |(coding, _)| coding);
            codings.entry(coding).or_default().push(column);
        }
        assert_eq!(
            report
                .columns
                .iter()
                .map(|it| &it.name)
                .collect::<BTreeSet<_>>()
                .len(),
            report.columns.len(),
            "no column twice"
        );
        let measured = |name: &str| report.columns.iter().find(|column| column.name == name);
        for (name, columns) in &codings {
            let masked_in = |row: &&Vec<String>| columns.iter().all(|column| row[*column] == "MSK");
            let masked = file.rows.iter().filter(masked_in).count() as u64;
            assert_eq!(measured(name).map_or(0, |it| it.masked), masked, "{name}");
        }
        let weeks = file.cells("week");
        let longer = weeks
            .iter()
            .filter(|week| **week != "MSK" && !week.contains("-W"))
            .count();
        assert_eq!(measured("week").unwrap().coarser, longer as u64);
        let treatments = &codings["treatments"];
        let in_groups = file.rows.iter().filter(|row| {
            let masked = treatments
                .iter()
                .filter(|column| row[**column] == "MSK")
                .count();
            (1..treatments.len()).contains(&masked)
        });
        assert_eq!(
            measured("treatments").unwrap().coarser,
            in_groups.count() as u64
        );
        let background = [
            "cancer_type",
            "age_band",
            "sex",
            "time_since_treatment",
            "treatments",
            "living_alone",
        ];
        let of_role = |role| {
            report
                .columns
                .iter()
                .filter(move |column| column.role == role)
        };
        let names: Vec<&str> = of_role(MaskedRole::Background)
            .map(|it| it.name.as_str())
            .collect();
        assert_eq!(names, background);
        assert_eq!(
            of_role(MaskedRole::Metadata).count(),
            MetadataColumn::ALL.len()
        );
        assert!(of_role(MaskedRole::Dependent).all(|column| column.masked > 0));
        let lost: u64 = of_role(MaskedRole::Background).map(|it| it.lost).sum();
        let masked: u64 = of_role(MaskedRole::Background).map(|it| it.masked).sum();
        let coarser: u64 = of_role(MaskedRole::Background).map(|it| it.coarser).sum();
        assert!(
            masked * 1000 < lost && lost < (masked + coarser) * 1000,
            "{lost}"
        );
        let loss = lost as f64 / (6000 * report.records) as f64;
        assert!((report.loss() - loss).abs() < 1e-9 && loss > 0.0, "{loss}");
    }
}

#[tokio::test]
async fn a_smaller_k_than_is_promised_can_be_measured_and_not_exported() {
    let (app, _, analyst) = shipped(300).await;
    promise(&app, 9).await;
    let form = daily_life();
    let measure =
        async |k| measure_masking(&app.state.app, &Caller::OPERATOR, &form, &under(k)).await;
    let (three, five) = (measure(Some(3)).await, measure(Some(5)).await);
    let (three, five) = (three.unwrap(), five.unwrap());
    let promised = measure(None).await.unwrap();
    assert_eq!((three.k, five.k, promised.k), (3, 5, 9));
    assert!(three.loss() < five.loss() && five.loss() < promised.loss());
    let query = format!("{DAILY_LIFE}/responses.csv?k=5");
    analyst.get(&query).send().await.expect(400);
    // What is measured is what an export would mask if the campaign had promised no more.
    promise(&app, 5).await;
    let file = File::get(&analyst, DAILY_LIFE, "k=5").await;
    assert_eq!(five.masked_cells, file.figures["masked-cells"]);
    // Without levels nothing is told coarser.
    let flat = Alternative {
        without_levels: true,
        ..under(Some(5))
    };
    let without = measure_masking(&app.state.app, &Caller::OPERATOR, &form, &flat);
    let without = without.await.unwrap();
    assert!(five.coarser_cells > 0);
    assert_eq!((without.coarser_cells, without.coarser_records), (0, 0));
}

async fn promise(app: &TestApp, k: i32) {
    let mut conn = app.connect().await;
    let promise = diesel::update(campaigns::table).set(campaigns::k.eq(k));
    promise.execute(&mut conn).await.unwrap();
}

#[tokio::test]
async fn who_measured_is_in_the_audit_and_so_is_that_there_were_too_few() {
    let (app, mut conn, version, campaign) = app().await;
    let form = "every-kind".parse().unwrap();
    let answers = json!({"group": "c", "meals": "none", "distress": 1});
    respond_often(&mut conn, &version, campaign, answers, 6).await;
    let measure =
        async |k| measure_masking(&app.state.app, &Caller::OPERATOR, &form, &under(Some(k))).await;
    assert_eq!(measure(6).await.unwrap().records, 6);
    let refused = measure(7).await;
    assert!(matches!(
        refused,
        Err(MeasureRefused::Export(ExportRefused::Export(
            ExportError::TooFew
        )))
    ));
    let entries = entries(&mut conn).await;
    let details: Vec<_> = entries
        .iter()
        .map(|(who, _, details)| (who, details))
        .collect();
    let [(None, measured), (None, refused)] = &*details else {
        panic!("{details:?}");
    };
    assert_eq!(measured["measured"], json!(6));
    assert_eq!(measured["by"], json!("operator"));
    assert_eq!(
        (&measured["rows"], &measured["k"]),
        (&Value::Null, &json!(6))
    );
    assert_eq!(
        (&refused["refused"], &refused["k"]),
        (&json!("too_few_records"), &json!(7))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_shows_what_would_be_masked_of_the_demonstration_whose_people_are_plausible() {
    const PEOPLE: &str = "FROM form_daily_life_after_treatment_v1";
    let place = Place::empty().await;
    let demo = Serving::start(place.command(&["demo", "--responses", "400"]));
    for _ in 0..300 {
        if place.count("SELECT count(*) FROM responses").await == 400 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    drop(demo);
    let count = async |of: &str| {
        place
            .count(&format!("SELECT count(*) {PEOPLE} WHERE {of}"))
            .await
    };
    assert_eq!(count("true").await, 400);
    assert_eq!(count("cancer_type = 'prostate' AND sex <> 'male'").await, 0);
    assert!((60..115).contains(&count("cancer_type = 'thyroid'").await));
    assert!(count("sex = 'another'").await < 10);
    assert!(count("sex IS NULL").await < 25);

    let output = place.run(&[
        "masking",
        "--form",
        "daily-life-after-treatment",
        "--k",
        "5,3,500",
    ]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("WARN"), "{said}");
    let text = String::from_utf8(output.stdout).unwrap();
    let loss: Vec<f64> = text
        .lines()
        .filter_map(|line| line.strip_prefix("loss: ")?.split(' ').next()?.parse().ok())
        .collect();
    assert!(
        matches!(*loss, [five, three] if five > three && five < 0.6),
        "{text}"
    );
    let few = "daily-life-after-treatment has too few responses to export any under k = 500";
    assert!(text.ends_with(&format!("{few}\n")), "{text}");
    assert!(
        text.starts_with("daily-life-after-treatment: 400 responses, k = 5, "),
        "{text}"
    );
    assert!(
        text.lines()
            .any(|line| line.starts_with("  age_band ") && line.ends_with('%')),
        "{text}"
    );

    // Other weights and without a question, after what is promised.
    let form = ["masking", "--form", "daily-life-after-treatment"];
    let other = ["--weight", "age_band=90", "--leave-out", "sex", "--k", "10"];
    let output = place.run(&[&form[..], &other].concat());
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let (promised, alternative) = text
        .split_once("\n\nwith age_band=90, without sex\n")
        .unwrap();
    let start = "as the campaigns promise\ndaily-life-after-treatment: 400 responses, k = 5, ";
    assert!(promised.starts_with(start), "{text}");
    let start = "daily-life-after-treatment: 400 responses, k = 10, ";
    assert!(alternative.starts_with(start), "{text}");
    let line = |block: &'_ str, name: &str| -> String {
        let mut lines = block.lines();
        let line = lines.find(|line| line.trim_start().starts_with(name));
        line.unwrap().to_owned()
    };
    assert!(
        line(alternative, "sex ").ends_with("100.0 %          0     0.0 %  left out"),
        "{text}"
    );
    assert!(!promised.contains("left out"), "{text}");
    let masked = |block: &str| -> u64 {
        let line = line(block, "age_band ");
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    assert!(masked(alternative) <= masked(promised), "{text}");
    for (wrong, expected) in [
        (
            ["--weight", "eating_meals=5"],
            "has no background question eating_meals",
        ),
        (
            ["--leave-out", "nothing"],
            "has no background question nothing",
        ),
        (["--weight", "sex=101"], "a whole number from 1 to 100"),
    ] {
        let output = place.run(&[&form[..], &wrong].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && said.contains(expected),
            "{said}"
        );
    }

    let unknown = place.run(&["masking", "--form", "nothing"]);
    assert!(!unknown.status.success());
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(said.contains("there is no form nothing"), "{said}");
}

#[tokio::test]
async fn what_an_alternative_would_mask_is_what_a_campaign_with_that_promise_masks() {
    let (app, mut conn, analyst) = shipped(400).await;
    let form = daily_life();
    let alternative = Alternative {
        weights: [("age_band".to_owned(), 50)].into(),
        left_out: ["living_alone".to_owned()].into(),
        ..Alternative::default()
    };
    let measured = measure_masking(&app.state.app, &Caller::OPERATOR, &form, &alternative);
    let (measured, usual) = (
        measured.await.unwrap(),
        File::get(&analyst, DAILY_LIFE, "").await,
    );
    assert_ne!(measured.masked_cells, usual.figures["masked-cells"]);
    assert_eq!(measured.left_out_cells, 400);
    let promise = "UPDATE campaigns SET masking_weights = '{\"age_band\": 50}', left_out = '{\"living_alone\": {}}'";
    conn.batch_execute(promise).await.unwrap();
    let file = File::get(&analyst, DAILY_LIFE, "").await;
    assert_eq!(measured.masked_cells, file.figures["masked-cells"]);
    assert_eq!(measured.left_out_cells, file.figures["left-out-cells"]);
    let masked = |name: &str| file.cells(name).iter().filter(|it| **it == "MSK").count() as u64;
    let column = |name: &str| measured.columns.iter().find(|it| it.name == name).unwrap();
    for name in ["age_band", "sex", "living_alone"] {
        assert_eq!(column(name).masked, masked(name), "{name}");
    }
    assert_eq!(
        (column("living_alone").left_out, column("age_band").left_out),
        (400, 0)
    );
    let unknown = Alternative {
        left_out: ["eating_meals".to_owned()].into(),
        ..Alternative::default()
    };
    let refused = measure_masking(&app.state.app, &Caller::OPERATOR, &form, &unknown).await;
    assert!(matches!(refused, Err(MeasureRefused::NotBackground(key)) if key == "eating_meals"));
}
