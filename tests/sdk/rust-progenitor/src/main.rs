//! One round with the SDK in Rust that progenitor makes.

use std::fs;
use std::io::Write;

use aftercare_client::types::{
    ConditionDefinition, CreateResponseBody, CreateSessionBody, Problem, RawAnswers,
};
use aftercare_client::{Client, Error};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt as _;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::{Value, json};

const FORM: &str = "daily-life-after-treatment";
const CAMPAIGN: &str = "world-cancer-day-2027";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, server, password, file, expected] = &arguments[..] else {
        return Err("the server, the password, a file and the expected codes are needed".into());
    };
    let client = Client::new(server);

    // Read the form.
    let form = client.get_form(FORM, None, None, None).await?;
    let definition = &form.definition;
    let mut found = Vec::new();
    for section in &definition.sections {
        found.extend(section.show_when.as_deref().map(values));
        for question in &section.questions {
            found.extend(question.show_when.as_deref().map(values));
        }
    }
    for notice in &definition.notices {
        found.push(values(&notice.show_when));
    }
    let mut found = found.concat();
    found.sort();
    assert_eq!(&found.join(","), expected);

    // Send a response, with a receipt that is made here and stays here.
    let mut answers: RawAnswers = serde_json::from_value(json!({
        "cancer_type": "stomach", "time_since_treatment": "months_6_to_12", "treatments": ["surgery"], "sex": null,
        "distress": 5, "remark_your_days": "연락은 me@example.org",
    }))?;
    let version = u32::try_from(form.version)?.try_into()?;
    let body = CreateResponseBody {
        answers: answers.clone(),
        form_version: version,
        language: "ko".to_owned(),
    };
    let receipt = receipt();
    let sent = client
        .create_response(CAMPAIGN, None, None, &receipt.parse()?, None, &body)
        .await?;
    assert_eq!(sent.status(), 201);

    // Send it again, as after a lost connection.
    let again = client
        .create_response(CAMPAIGN, None, None, &receipt.parse()?, None, &body)
        .await?;
    assert_eq!(again.status(), 200);
    assert_eq!(json!(*again), json!(*sent));

    // Send a wrong one: every fault has its place and its code.
    answers.0.insert("cancer_type".to_owned(), json!("elbow"));
    answers.0.insert("distress".to_owned(), json!(11));
    let wrong = CreateResponseBody { answers, ..body };
    let refused = client
        .create_response(CAMPAIGN, None, None, &self::receipt().parse()?, None, &wrong)
        .await;
    let problem = problem(422, refused)?;
    assert_eq!(problem.code.to_string(), "answers_invalid");
    let faults = problem.errors.iter();
    let mut faults: Vec<_> = faults
        .map(|fault| format!("{} {}", fault.pointer.as_deref().unwrap_or("?"), fault.code))
        .collect();
    faults.sort();
    assert_eq!(
        faults,
        [
            "/answers/cancer_type unknown_option",
            "/answers/distress out_of_bounds"
        ]
    );

    // Read one's own, and withdraw it.
    let own = client
        .get_own_response(CAMPAIGN, &receipt.parse()?)
        .await?
        .into_inner()
        .answers;
    assert_eq!(own["sex"], Value::Null);
    assert_eq!(own["treatments"], json!(["surgery"]));
    assert_eq!(own["remark_your_days"], "연락은 [email]");
    client
        .withdraw_own_response(CAMPAIGN, &receipt.parse()?)
        .await?;
    let gone = self::problem(
        410,
        client.get_own_response(CAMPAIGN, &receipt.parse()?).await,
    )?;
    assert_eq!(gone.code.to_string(), "response_withdrawn");

    // Log in, and export to a file as the bytes arrive.
    let login: CreateSessionBody =
        serde_json::from_value(json!({"email": "demo@aftercare.example", "password": password}))?;
    let tokens = client.create_session(&login).await?;
    let bearer = format!("Bearer {}", tokens.access_token).parse()?;
    let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer)]);
    let staff = Client::new_with_client(
        server,
        reqwest::Client::builder()
            .default_headers(headers)
            .build()?,
    );
    let exported = staff
        // All rows and columns, as they are by default.
        .export_responses(
            FORM, None, None, None, None, None, None, None, None, None, None, None, None, None, None,
        )
        .await?;
    let mut bytes = exported.into_inner();
    let mut csv = fs::File::create(file)?;
    while let Some(chunk) = bytes.next().await {
        csv.write_all(&chunk?)?;
    }
    let text = fs::read_to_string(file)?;
    assert!(
        text.starts_with("campaign,form_version,language,week,"),
        "{text}"
    );
    let rows = text.lines().count() - 1;
    assert!(rows >= 100, "{rows} rows");

    println!("rust-progenitor: read, sent, replayed, refused, withdrew, exported {rows} rows");
    Ok(())
}

/// The codes that a condition compares answers with.
fn values(condition: &ConditionDefinition) -> Vec<String> {
    let own = condition.is.iter().chain(&condition.is_one_of);
    let parts = condition
        .all
        .iter()
        .chain(&condition.any)
        .chain(condition.not.as_deref());
    let own = own.map(|value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    });
    own.chain(parts.flat_map(values)).collect()
}

fn receipt() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}

/// The problem with which a call was refused.
fn problem<T: std::fmt::Debug>(
    status: u16,
    refused: Result<T, Error<Problem>>,
) -> Result<Problem, String> {
    match refused {
        Err(Error::ErrorResponse(problem)) if problem.status() == status => {
            Ok(problem.into_inner())
        }
        other => Err(format!("what is wrong was taken: {other:?}")),
    }
}
