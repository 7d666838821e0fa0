//! One round with the SDK in Rust.

use std::collections::HashMap;
use std::fs;

use aftercare_client::apis::configuration::Configuration;
use aftercare_client::apis::responses_api::{self, CreateResponseError, GetOwnResponseError};
use aftercare_client::apis::{Error, exports_api, forms_api, sessions_api};
use aftercare_client::models::{
    ConditionDefinition, CreateResponseBody, CreateSessionBody, FieldError,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const FORM: &str = "daily-life-after-treatment";
const CAMPAIGN: &str = "world-cancer-day-2027";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, server, password, file, expected] = &arguments[..] else {
        return Err("the server, the password, a file and the expected codes are needed".into());
    };
    let mut client = Configuration {
        base_path: server.clone(),
        ..Configuration::default()
    };

    // Read the form.
    let form = forms_api::get_form(&client, FORM, None, None, None).await?;
    let mut found = Vec::new();
    for section in &form.definition.sections {
        found.extend(values(section.show_when.as_deref()));
        for question in &section.questions {
            found.extend(values(question.show_when.as_deref()));
        }
    }
    for notice in form.definition.notices.iter().flatten() {
        found.extend(values(Some(&notice.show_when)));
    }
    found.sort();
    assert_eq!(&found.join(","), expected);

    // Send a response, with a receipt that is made here and stays here.
    let mut answers: HashMap<String, Value> = serde_json::from_value(json!({
        "cancer_type": "stomach", "time_since_treatment": "months_6_to_12", "treatments": ["surgery"], "sex": null,
        "distress": 5, "remark_your_days": "연락은 me@example.org",
    }))?;
    let body = CreateResponseBody::new(answers.clone(), form.version, "ko".to_owned());
    let receipt = receipt();
    let sent =
        responses_api::create_response(&client, CAMPAIGN, &receipt, body.clone(), None, None, None).await?;

    // Send it again, as after a lost connection: the very same body.
    let again = responses_api::create_response(&client, CAMPAIGN, &receipt, body, None, None, None).await?;
    assert_eq!(again, sent);

    // Send a wrong one: every fault has its place and its code.
    answers.insert("cancer_type".to_owned(), json!("elbow"));
    answers.insert("distress".to_owned(), json!(11));
    let wrong = CreateResponseBody::new(answers, form.version, "ko".to_owned());
    match responses_api::create_response(&client, CAMPAIGN, &self::receipt(), wrong, None, None, None).await {
        Err(Error::ResponseError(refused)) if refused.status == 422 => {
            // Every status has the same body, so the first that fits is found.
            let Some(CreateResponseError::Status400(problem)) = refused.entity else {
                return Err(format!("no problem: {}", refused.content).into());
            };
            assert_eq!(problem.code.to_string(), "answers_invalid");
            let mut faults: Vec<_> = problem
                .errors
                .iter()
                .flatten()
                .map(place_and_code)
                .collect();
            faults.sort();
            assert_eq!(
                faults,
                [
                    "/answers/cancer_type unknown_option",
                    "/answers/distress out_of_bounds"
                ]
            );
        }
        other => return Err(format!("what is wrong was taken: {other:?}").into()),
    }

    // Read one's own, and withdraw it.
    let own = responses_api::get_own_response(&client, CAMPAIGN, &receipt)
        .await?
        .answers;
    assert_eq!(own["sex"], Value::Null);
    assert_eq!(own["treatments"], json!(["surgery"]));
    assert_eq!(own["remark_your_days"], "연락은 [email]");
    responses_api::withdraw_own_response(&client, CAMPAIGN, &receipt).await?;
    match responses_api::get_own_response(&client, CAMPAIGN, &receipt).await {
        Err(Error::ResponseError(refused)) if refused.status == 410 => match refused.entity {
            Some(GetOwnResponseError::Status400(gone)) => {
                assert_eq!(gone.code.to_string(), "response_withdrawn")
            }
            _ => return Err(format!("no problem: {}", refused.content).into()),
        },
        other => return Err(format!("a withdrawn response was read: {other:?}").into()),
    }

    // Log in, and export to a file as the bytes arrive.
    let login = CreateSessionBody::new("demo@aftercare.example".to_owned(), password.clone());
    client.bearer_access_token = Some(
        sessions_api::create_session(&client, login)
            .await?
            .access_token,
    );
    let mut exported =
        // All rows and columns, as they are by default.
        exports_api::export_responses(
            &client, FORM, None, None, None, None, None, None, None, None, None, None, None, None, None,
            None,
        )
        .await?;
    let mut csv = fs::File::create(file)?;
    while let Some(bytes) = exported.chunk().await? {
        std::io::Write::write_all(&mut csv, &bytes)?;
    }
    let text = fs::read_to_string(file)?;
    assert!(
        text.starts_with("campaign,form_version,language,week,"),
        "{text}"
    );
    let rows = text.lines().count() - 1;
    assert!(rows >= 100, "{rows} rows");

    println!("rust: read, sent, replayed, refused, withdrew, exported {rows} rows");
    Ok(())
}

/// The codes that a condition compares answers with.
fn values(condition: Option<&ConditionDefinition>) -> Vec<String> {
    let Some(condition) = condition else {
        return Vec::new();
    };
    let own = condition
        .is
        .iter()
        .flatten()
        .chain(condition.is_one_of.iter().flatten());
    let parts = condition
        .all
        .iter()
        .flatten()
        .chain(condition.any.iter().flatten())
        .chain(condition.not.as_deref());
    let own = own.map(|value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    });
    own.chain(parts.flat_map(|part| values(Some(part))))
        .collect()
}

fn receipt() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}

fn place_and_code(fault: &FieldError) -> String {
    format!("{} {}", fault.pointer.as_deref().unwrap_or("?"), fault.code)
}
