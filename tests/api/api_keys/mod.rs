//! API keys of scheduled jobs.
//!
//! | module | holds |
//! | --- | --- |
//! | `making` | making and listing them |
//! | `reading` | what a key opens: its role, its form, and no operation that does not say so |
//! | `ending` | expiry, revoking, and what is taken from the owner |
//! | `recorded` | the audit and the day of the last use |

mod ending;
mod making;
mod reading;
mod recorded;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::logs::register_secret;

/// A key that was made over HTTP.
struct Made {
    id: Uuid,
    text: String,
}

impl Made {
    /// A client that sends the key.
    fn client(&self, app: &TestApp) -> Client {
        app.client().with_token(&self.text)
    }

    fn path(&self) -> String {
        format!("/v1/api-keys/{}", self.id)
    }
}

/// Makes a key with this role. The log is watched for it.
async fn make(owner: &Client, role: &str) -> Made {
    make_with(owner, json!({"label": "Nightly export", "role": role})).await
}

/// Makes a key that is limited to a form.
async fn make_for_form(owner: &Client, role: &str, form: &str) -> Made {
    make_with(
        owner,
        json!({"label": "One form", "role": role, "form": form}),
    )
    .await
}

async fn make_with(owner: &Client, body: Value) -> Made {
    let made = owner.post("/v1/api-keys").json(&body).send().await;
    let made = made.expect(201).json();
    let text = made["key"].as_str().unwrap().to_owned();
    register_secret(&text);
    Made {
        id: made["id"].as_str().unwrap().parse().unwrap(),
        text,
    }
}

/// The keys that a list shows, all on one page.
async fn listed(client: &Client, query: &str) -> Vec<Value> {
    let list = client.get(&format!("/v1/api-keys{query}"));
    let list = list.send().await.expect(200).json();
    list["items"].as_array().unwrap().clone()
}
