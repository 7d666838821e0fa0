//! The respondent's page without a script.

mod browser;
mod refusals;
mod story;

use serde_json::json;

use self::browser::{Browser, Page};
use crate::support::collection::Collection;
use crate::support::logs;

/// The campaign of the tests.
const CAMPAIGN: &str = "/c/test-campaign";

/// How many responses are stored.
const STORED: &str = "SELECT (SELECT count(*) FROM arrivals) + (SELECT count(*) FROM responses)";

impl Collection {
    /// How many responses are stored.
    async fn stored(&self) -> i64 {
        self.sql_now(STORED).await
    }

    /// Responses wait for one another, so that they can be corrected.
    async fn let_wait(&self) {
        let campaign = self.staff.client.patch("/v1/campaigns/test-campaign");
        let change = campaign.json(&json!({"release_size": 10}));
        change.send().await.expect(200);
    }
}

/// Watches the log for an answer in somebody's own words.
fn own_words(words: &'static str) -> &'static str {
    logs::register_secret(words);
    words
}

/// The first section.
async fn begun(browser: &Browser) -> Page {
    let front = browser.get(CAMPAIGN).await.expect(200);
    browser.press(&front, &[], "begin").await.expect(200)
}

/// The form of every kind up to the check page.
async fn filled_in(browser: &Browser) -> Page {
    let person = begun(browser).await;
    let days = browser.press(&person, &[("q.group", "a")], "next").await;
    let set = [("q.meals", "some"), ("q.distress", "3")];
    let days = browser.press(&days.expect(200), &set, "next").await;
    let days = days.expect(200).shows(&["a few more questions", "Help?"]);
    let deeper = browser.press(&days, &[], "next").await;
    let set = [("q.exact", "1"), ("q.story", "A remark.")];
    browser
        .press(&deeper.expect(200), &set, "next")
        .await
        .expect(200)
}
