//! The shapes of an export: what a caller chooses of the same suppressed table.

use std::collections::BTreeSet;

use aftercare::http::problem::Code;
use serde_json::{Value, json};

use crate::exports::collected;
use crate::support::client::Client;

const FORM: &str = "/v1/forms/every-kind";

async fn text(client: &Client, path: &str) -> String {
    client
        .get(&format!("{FORM}/{path}"))
        .send()
        .await
        .expect(200)
        .text()
}

/// The names and the rows of a CSV file.
fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let owned = |row: &csv::StringRecord| row.iter().map(str::to_owned).collect::<Vec<_>>();
    let names = owned(reader.headers().unwrap());
    (
        names,
        reader.records().map(|row| owned(&row.unwrap())).collect(),
    )
}

/// The different rows of a CSV file, sorted: each is there as often as the others.
fn kinds(text: &str) -> Vec<String> {
    let (_, rows) = table(text);
    let mut rows: Vec<_> = rows.iter().map(|row| row.join(",")).collect();
    rows.sort();
    rows.dedup();
    rows
}

#[tokio::test]
async fn columns_are_chosen_from_the_table_as_it_is() {
    let all = collected().await;
    let (names, whole) = table(&text(&all.analyst, "responses.csv").await);
    let (chosen, rows) =
        table(&text(&all.analyst, "responses.csv?columns=help_from,week,meals@2").await);
    let expected = [
        "week",
        "meals@2",
        "help_from__family",
        "help_from__friends",
        "help_from__nobody",
        "help_from__clinic",
    ];
    assert_eq!(chosen, expected);
    let places = expected.map(|name| names.iter().position(|it| it == name).unwrap());
    let picked: Vec<Vec<String>> = whole
        .iter()
        .map(|row| places.iter().map(|at| row[*at].clone()).collect())
        .collect();
    assert_eq!(rows, picked, "in the same order");
    let one = text(&all.analyst, "responses.csv?columns=weight").await;
    assert_eq!(
        table(&one).1.len(),
        whole.len(),
        "an empty cell is a row too"
    );
}

#[tokio::test]
async fn choices_come_as_codes_numbers_or_labels_and_missing_values_with_their_reasons() {
    let all = collected().await;
    let columns = "columns=form_version,meals,meals@2,alone,help_from__family,distress";
    for (query, expected) in [
        (
            "",
            ["1,,much,,,10", "1,1,,,0,0", "2,,,much,0,3", "2,0,,none,,"],
        ),
        (
            "&values=numbers",
            ["1,,2,,,10", "1,1,,,0,0", "2,,,5,0,3", "2,0,,0,,"],
        ),
        (
            "&values=labels",
            [
                "1,,Much,,,10",
                "1,yes,,,not chosen,0",
                "2,,,Much,not chosen,3",
                "2,no,,None,,",
            ],
        ),
        (
            "&values=labels&language=ko",
            [
                "1,,많이,,,10",
                "1,yes,,,not chosen,0",
                "2,,,많이,not chosen,3",
                "2,no,,없음,,",
            ],
        ),
        (
            "&missing=reasons",
            [
                "1,1,ASKU,NASK,0,0",
                "1,NI,much,NASK,NI,10",
                "2,0,NASK,none,NA,ASKU",
                "2,NI,NASK,much,0,3",
            ],
        ),
    ] {
        let file = text(&all.analyst, &format!("responses.csv?{columns}{query}")).await;
        assert_eq!(kinds(&file), expected, "{query}");
    }
}

#[tokio::test]
async fn rows_are_chosen_by_version_and_language() {
    let all = collected().await;
    for (query, expected) in [
        ("version=1", vec!["1,en", "1,ko"]),
        ("version=2,1&response_language=KO", vec!["1,ko", "2,ko"]),
        ("version=2&response_language=en", vec!["2,en"]),
        (
            "response_language=ko,en",
            vec!["1,en", "1,ko", "2,en", "2,ko"],
        ),
    ] {
        let path = format!("responses.csv?columns=form_version,language&{query}");
        assert_eq!(kinds(&text(&all.analyst, &path).await), expected, "{query}");
    }
}

#[tokio::test]
async fn the_long_layout_has_a_row_an_answer() {
    let all = collected().await;
    let file = text(
        &all.analyst,
        "responses.csv?layout=long&response_language=ko&version=2",
    )
    .await;
    let (names, rows) = table(&file);
    let expected = "record campaign form_version language week column value number missing";
    assert_eq!(names.join(" "), expected);
    let first: Vec<_> = rows
        .iter()
        .filter(|row| row[0] == "1")
        .map(|row| row[1..].join(","))
        .collect();
    let heading = "autumn-2027,2,ko,2027-W05";
    let answers = [
        "group,c,,",
        "meals@2,much,5,",
        "help_from__family,0,0,",
        "help_from__friends,0,0,",
        "help_from__nobody,0,0,",
        "help_from__clinic,1,1,",
        "distress,3,3,",
        "score_difficulty@2,65.0,65.0,",
        "score_load@2,5.0,5.0,",
    ];
    assert_eq!(first, answers.map(|answer| format!("{heading},{answer}")));
    let records: BTreeSet<_> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(records.len(), 5);
    let path = "responses.csv?layout=long&missing=reasons&columns=meals,weight";
    let (names, rows) = table(&text(&all.analyst, path).await);
    assert_eq!(names, ["record", "column", "value", "number", "missing"]);
    assert_eq!(rows.len(), 2 * 4 * 5, "two answers of each response");
    let kinds: BTreeSet<_> = rows.iter().map(|row| row[1..].join(",")).collect();
    let expected = [
        "meals,,,ASKU",
        "meals,,,NASK",
        "meals,much,2,",
        "weight,,,NI",
        "weight,60.25,60.25,",
    ];
    assert!(kinds.iter().eq(expected.iter()), "{kinds:?}");
}

#[tokio::test]
async fn ndjson_says_what_the_csv_file_says() {
    let all = collected().await;
    let answer = all
        .analyst
        .get(&format!("{FORM}/responses.ndjson"))
        .send()
        .await
        .expect(200);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let disposition = "attachment; filename=\"every-kind-responses.ndjson\"";
    assert_eq!(answer.header("content-disposition"), disposition);
    assert!(
        answer
            .header("disclosure-control")
            .starts_with("k=5, records=20,")
    );
    let (names, rows) = table(&text(&all.analyst, "responses.csv").await);
    let ndjson = answer.text();
    let lines: Vec<Value> = ndjson
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), rows.len());
    for (line, row) in lines.iter().zip(&rows) {
        for (name, cell) in names.iter().zip(row) {
            let said = match &line[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                number => number.to_string(),
            };
            assert_eq!(&said, cell, "{name}");
        }
    }
    assert!(
        lines
            .iter()
            .any(|line| line["weight"] == json!(60.25) && line["form_version"] == 1)
    );
}

#[tokio::test]
async fn what_is_masked_is_the_same_in_every_shape() {
    let all = collected().await;
    let mut conn = all.app.connect().await;
    let rare = json!({"group": "b", "meals": "none", "distress": 1, "exact": 1});
    crate::support::stored::respond(
        &mut conn,
        all.newest(),
        all.spring,
        ("en", "2027-W06"),
        rare,
    )
    .await;
    let whole = all
        .analyst
        .get(&format!("{FORM}/responses.csv"))
        .send()
        .await
        .expect(200);
    let figures = whole.header("disclosure-control").to_owned();
    assert!(!figures.contains(" masked-cells=0"), "{figures}");
    let (names, rows) = table(&whole.text());
    let count = rows.iter().flatten().filter(|cell| *cell == "MSK").count();
    for query in [
        "layout=long",
        "values=labels",
        "missing=reasons",
        "columns=distress",
        "columns=group&layout=long",
    ] {
        for file in ["responses.csv", "responses.ndjson"] {
            let answer = all
                .analyst
                .get(&format!("{FORM}/{file}?{query}"))
                .send()
                .await
                .expect(200);
            assert_eq!(answer.header("disclosure-control"), figures, "{query}");
        }
    }
    let lines = text(&all.analyst, "responses.ndjson").await;
    assert_eq!(lines.matches("\"MSK\"").count(), count);
    // What is masked decides as well which rows a choice has: a row whose language is masked is in no file of one.
    let language = names.iter().position(|name| name == "language").unwrap();
    let shown = rows.iter().filter(|row| row[language] == "en").count();
    let chosen = text(&all.analyst, "responses.csv?response_language=en").await;
    assert_eq!(table(&chosen).1.len(), shown);
}

#[tokio::test]
async fn the_audit_says_in_which_shape_it_was_asked_for() {
    let all = collected().await;
    let query = "layout=long&values=labels&missing=reasons&columns=help_from,week&version=2&response_language=ko";
    text(&all.analyst, &format!("responses.ndjson?{query}")).await;
    let admin = all
        .app
        .with_staff(aftercare::domain::staff::role::Role::Admin)
        .await
        .client;
    let entries = admin
        .get("/v1/audit?action=responses_exported")
        .send()
        .await
        .expect(200)
        .json();
    let details = &entries["items"][0]["details"];
    assert_eq!(
        details["file"],
        json!({
            "format": "ndjson", "layout": "long", "values": "labels", "missing": "reasons",
            "columns": ["week", "help_from__family", "help_from__friends", "help_from__nobody", "help_from__clinic"],
        })
    );
    assert_eq!(details["filter"]["versions"], json!([2]));
    assert_eq!(details["filter"]["languages"], json!(["ko"]));
}

#[tokio::test]
async fn a_column_that_the_table_does_not_have_is_named() {
    let all = collected().await;
    let answer = all
        .analyst
        .get(&format!("{FORM}/responses.csv?columns=meals,story"))
        .send()
        .await;
    let problem = answer.expect_problem(Code::QueryInvalid).json();
    assert_eq!(problem["errors"][0]["parameter"], "columns");
    assert!(
        problem["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("“story”")
    );
}

#[tokio::test]
async fn the_codebook_is_there_as_json_and_each_version_of_a_column_for_itself() {
    let all = collected().await;
    let (names, rows) = table(&text(&all.analyst, "codebook.csv?formulas=raw").await);
    let json: Value = serde_json::from_str(&text(&all.analyst, "codebook.json").await).unwrap();
    assert_eq!(json["form"], "every-kind");
    let columns = json["columns"].as_array().unwrap();
    let place = |name: &str| names.iter().position(|it| it == name).unwrap();
    assert_eq!(columns.len(), rows.len());
    for (column, row) in columns.iter().zip(&rows) {
        for name in [
            "column",
            "kind",
            "text",
            "question",
            "show_when",
            "min",
            "max",
        ] {
            let said = column[name].as_str().unwrap_or_default();
            assert_eq!(said, row[place(name)], "{name}");
        }
        let codes = column["codes"].as_array().unwrap().iter();
        let codes: Vec<_> = codes
            .map(|it| {
                format!(
                    "{}={}",
                    it["code"].as_str().unwrap(),
                    it["label"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(codes.join("; "), row[place("codes")]);
    }
    let (_, each) = table(&text(&all.analyst, "codebook.csv?versions=each").await);
    let of = |column: &str| -> Vec<&str> {
        let rows = each.iter().filter(|row| row[0] == column);
        rows.map(|row| &*row[place("versions")]).collect()
    };
    assert_eq!(of("meals"), ["1"]);
    assert_eq!(of("meals@2"), ["2"]);
    assert_eq!(of("distress"), ["1", "2"]);
    let json = text(&all.analyst, "codebook.json?versions=each").await;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["columns"].as_array().unwrap().len(), each.len());
}

#[tokio::test]
async fn each_code_has_a_row_of_its_own() {
    let all = collected().await;
    let (names, rows) = table(&text(&all.analyst, "codes.csv?formulas=raw").await);
    assert_eq!(
        names.join(" "),
        "column version kind code number label level"
    );
    let of = |column: &str| -> Vec<String> {
        let rows = rows.iter().filter(|row| row[0] == column);
        rows.map(|row| row[1..6].join("|")).collect()
    };
    assert_eq!(
        of("meals"),
        [
            "1|code|none|0|None",
            "1|code|some|1|Some",
            "1|code|much|2|Much"
        ]
    );
    assert_eq!(of("meals@2")[2], "2|code|much|5|Much");
    assert_eq!(
        of("score_difficulty"),
        ["1|band|little|0|Little", "1|band|great|50|Great"]
    );
    let korean = text(&all.analyst, "codes.csv?language=ko").await;
    assert!(korean.contains("meals,1,code,much,2,많이"));
}

#[tokio::test]
async fn a_data_package_holds_the_file_that_the_same_choices_give() {
    let all = collected().await;
    let query = "values=labels&version=2&columns=week,help_from,meals@2&formulas=raw";
    let answer = all
        .analyst
        .get(&format!("{FORM}/data-package.zip?{query}"))
        .send()
        .await
        .expect(200);
    assert_eq!(answer.header("content-type"), "application/zip");
    let disposition = "attachment; filename=\"every-kind-data-package.zip\"";
    assert_eq!(answer.header("content-disposition"), disposition);
    assert!(
        answer
            .header("disclosure-control")
            .starts_with("k=5, records=10,")
    );
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(answer.body)).unwrap();
    let mut file = |name: &str| {
        let mut content = String::new();
        let mut file = archive.by_name(name).unwrap();
        std::io::Read::read_to_string(&mut file, &mut content).unwrap();
        content
    };
    let csv = text(&all.analyst, &format!("responses.csv?{query}")).await;
    assert_eq!(file("responses.csv"), csv);
    assert_eq!(table(&file("codebook.csv")).1.len(), table(&csv).0.len());
    let package: Value = serde_json::from_str(&file("datapackage.json")).unwrap();
    assert_eq!(package["name"], "every-kind");
}
