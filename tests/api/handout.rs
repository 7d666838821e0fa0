//! Invitations as files: the table, and the cards for print.

use std::collections::BTreeSet;

use aftercare::config::HttpConfig;
use aftercare::domain::admission::invitation::Invitation;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::collection::{Collection, EVERY_KIND, INVITATIONS};

const LINK: &str = "https://survey.clinic.example/ko/#a=1&i={invitation}";

async fn make(collection: &Collection, format: &str, body: &Value) -> Answer {
    let path = format!("{INVITATIONS}?format={format}");
    let call = collection.staff.client.post(&path).json(body);
    let answer = call.send().await.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer
}

async fn start() -> Collection {
    let collection = Collection::start().await;
    collection.set_access("code").await;
    collection
}

async fn set_title(collection: &Collection, title: &Value) {
    let call = collection.staff.client.patch("/v1/campaigns/test-campaign");
    call.json(&json!({"title": title})).send().await.expect(200);
}

/// A page as XML. Only well-formed HTML is both.
fn read(page: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(page, options).unwrap()
}

fn elements<'a>(node: Node<'a, 'a>, name: &str) -> Vec<Node<'a, 'a>> {
    let named = |it: &Node<'_, '_>| it.tag_name().name() == name;
    node.descendants().filter(named).collect()
}

/// What the QR code of a card says.
fn decode(svg: Node<'_, '_>) -> String {
    let frame: Vec<&str> = svg.attribute("viewBox").unwrap().split(' ').collect();
    assert_eq!(frame[..2], ["-4", "-4.5"]);
    let width = frame[2].parse::<usize>().unwrap() - 8;
    let mut dark = BTreeSet::new();
    let path = elements(svg, "path")[0].attribute("d").unwrap();
    for run in path.split('M').skip(1) {
        let (x, rest) = run.split_once(' ').unwrap();
        let (y, length) = rest.split_once('h').unwrap();
        let [x, y, length] = [x, y, length].map(|number| number.parse::<usize>().unwrap());
        dark.extend((x..x + length).map(|x| (x, y)));
    }
    let grid = rqrr::SimpleGrid::from_func(width, |x, y| dark.contains(&(x, y)));
    rqrr::Grid::new(grid).decode().unwrap().1
}

#[tokio::test]
async fn a_table_of_ten_thousand_holds_as_many_different_invitations_with_their_links() {
    let collection = start().await;
    let body = json!({"count": 10000, "link": LINK});
    let answer = make(&collection, "csv", &body).await;
    assert_eq!(
        answer.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"test-campaign-invitations.csv\""
    );
    let mut reader = csv::Reader::from_reader(&*answer.body);
    assert_eq!(
        reader.headers().unwrap(),
        vec!["number", "invitation", "link"]
    );
    let mut seen = BTreeSet::new();
    for (place, row) in reader.records().enumerate() {
        let row = row.unwrap();
        assert_eq!(row[0], (place + 1).to_string());
        assert_eq!(row[2], LINK.replace("{invitation}", &row[1]));
        assert!(Invitation::parse(&row[1]).is_ok());
        seen.insert(row[1].to_owned());
    }
    assert_eq!(seen.len(), 10000);
    let kept = "SELECT count(DISTINCT hash) FROM invitations";
    assert_eq!(collection.sql_now::<i64>(kept).await, 10000);
}

#[tokio::test]
async fn a_table_without_a_link_has_an_empty_column() {
    let collection = start().await;
    let answer = make(&collection, "csv", &json!({"count": 2})).await;
    let text = answer.text();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(
        lines[1].starts_with("1,") && lines[1].ends_with(','),
        "{text}"
    );
    assert_eq!(lines[3], "");
}

#[tokio::test]
async fn a_list_says_what_was_made() {
    let collection = start().await;
    let body = json!({"count": 3, "label": "Ward <5>", "link": LINK});
    let answer = make(&collection, "json", &body).await.json();
    assert_eq!(answer["campaign"], "test-campaign");
    assert_eq!(answer["label"], "Ward <5>");
    assert_eq!(answer["link"], LINK);
    assert_eq!(answer["invitations"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn cards_say_title_instruction_code_and_a_qr_code_of_the_same() {
    let collection = start().await;
    set_title(
        &collection,
        &json!({"ko": "잠", "en": "Sleep", "ja": "睡眠"}),
    )
    .await;
    for link in [None, Some(LINK)] {
        let body = json!({"count": 17, "link": link});
        let answer = make(&collection, "cards", &body).await;
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        let text = answer.text();
        let page = read(&text);
        assert_eq!(elements(page.root(), "section").len(), 3, "eight a sheet");
        let cards = elements(page.root(), "article");
        assert_eq!(cards.len(), 17);
        let mut seen = BTreeSet::new();
        for card in cards {
            let titles = elements(card, "h2");
            let titles: Vec<_> = titles
                .iter()
                .map(|it| (it.attribute("lang").unwrap(), it.text().unwrap()))
                .collect();
            assert_eq!(titles, [("en", "Sleep"), ("ja", "睡眠"), ("ko", "잠")]);
            let words = elements(card, "p");
            // Japanese readers get the English one, which stands there already.
            let languages: Vec<_> = words.iter().map(|it| it.attribute("lang")).collect();
            assert_eq!(languages, [Some("en"), Some("ko"), None]);
            let code = words[2].text().unwrap();
            assert!(Invitation::parse(code).is_ok(), "{code}");
            let said = decode(elements(card, "svg")[0]);
            let expected = link.map(|link| link.replace("{invitation}", code));
            assert_eq!(said, expected.unwrap_or_else(|| code.to_owned()));
            seen.insert(code.to_owned());
        }
        assert_eq!(seen.len(), 17);
    }
}

/// What stands on the first card below the instructions: name and value.
fn facts<'a>(card: Node<'a, 'a>) -> Vec<String> {
    let mut facts = Vec::new();
    for fact in elements(card, "li") {
        facts.push(
            fact.descendants()
                .filter(Node::is_text)
                .filter_map(|it| it.text())
                .collect(),
        );
    }
    facts
}

#[tokio::test]
async fn cards_lead_to_our_page_and_say_until_when_from_whom_and_with_which_key() {
    let http = HttpConfig::default().with_public_host("survey.clinic.example");
    let collection = Collection::start_on(TestApp::start_with(http).await, EVERY_KIND).await;
    collection.set_access("pass").await;
    set_title(&collection, &json!({"ko": "잠", "en": "Sleep"})).await;
    let body = json!({"count": 1, "sender": "Hospital <of> Daejeon"});
    let text = make(&collection, "cards", &body).await.text();
    let page = read(&text);
    let card = elements(page.root(), "article")[0];
    let code = elements(card, "p")[2].text().unwrap().to_owned();
    let address = "survey.clinic.example/c/test-campaign";
    assert_eq!(
        decode(elements(card, "svg")[0]),
        format!("https://{address}#i={code}")
    );
    let campaign = collection.app.client().get("/v1/campaigns/test-campaign");
    let campaign = campaign.send().await.expect(200).json();
    let closes = campaign["closes_at"]
        .as_str()
        .unwrap()
        .split('T')
        .next()
        .unwrap();
    let key = campaign["pass"]["token_key"].as_str().unwrap();
    let key = URL_SAFE_NO_PAD.decode(key.trim_end_matches('=')).unwrap();
    let digits = hex::encode(&Sha256::digest(key)[..16]);
    let groups: Vec<&str> = (0..8)
        .map(|place| &digits[place * 4..place * 4 + 4])
        .collect();
    assert_eq!(
        facts(card),
        [
            format!("Page · 주소: {address}"),
            format!("Open until · 마감: {closes}"),
            "From · 보내는 곳: Hospital <of> Daejeon".to_owned(),
            format!("Key · 열쇠 지문: {}", groups.join(" ")),
        ]
    );
    let front = collection.app.client().get("/c/test-campaign");
    let front = front.header("accept", "text/html").send().await.expect(200);
    assert!(
        front.text().contains(&groups.join(" ")),
        "the page says the same"
    );
    let listed = make(&collection, "json", &json!({"count": 1})).await.json();
    assert_eq!(
        listed["link"],
        format!("https://{address}#i={{invitation}}")
    );
    let app = json!({"count": 1, "link": "org.example.app:/a#{invitation}"});
    let text = make(&collection, "cards", &app).await.text();
    let page = read(&text);
    let facts = facts(elements(page.root(), "article")[0]);
    assert!(facts.iter().all(|it| !it.contains("Page")), "{facts:?}");
}

#[tokio::test]
async fn a_rehearsal_on_this_computer_needs_no_certificate() {
    let collection = start().await;
    let link = "http://localhost:8080/c/test-campaign#i={invitation}";
    let made = make(&collection, "json", &json!({"count": 1, "link": link})).await;
    assert_eq!(made.json()["link"], link);
}

#[tokio::test]
async fn cards_load_nothing_and_run_nothing_whatever_the_title_says() {
    let collection = start().await;
    let evil = "</h2><script>alert(1)</script><img src=x onerror=\"alert(1)\"><style>*{}</style> & ' \u{1}";
    set_title(&collection, &json!({"en": evil})).await;
    let body = json!({"count": 1, "label": "<script>alert(2)</script>"});
    let answer = make(&collection, "cards", &body).await;
    let text = answer.text();
    let page = read(&text);
    let title = elements(page.root(), "h2")[0].text().unwrap();
    assert_eq!(title, evil.replace('\u{1}', " "));
    let known = [
        "html", "head", "meta", "title", "style", "body", "section", "article", "div", "h2", "p",
        "svg", "path", "ul", "li", "b",
    ];
    for element in page.descendants().filter(Node::is_element) {
        assert!(known.contains(&element.tag_name().name()), "{element:?}");
        for attribute in element.attributes() {
            let name = attribute.name();
            assert!(!name.starts_with("on") && !["src", "href", "style"].contains(&name));
        }
    }
    let style = elements(page.root(), "style");
    assert_eq!(style.len(), 1);
    let style = style[0].text().unwrap();
    assert!(
        !style.contains("url(") && !style.contains("@import"),
        "{style}"
    );
    assert!(style.contains("@page") && style.contains("break-after: page"));
    // The policy names the digest of this very style, in the header and for a page that was saved.
    let digest = {
        use base64::Engine;
        use sha2::Digest;
        base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style))
    };
    let own = format!("default-src 'none'; style-src 'sha256-{digest}'");
    assert_eq!(
        answer.header("content-security-policy"),
        format!("{own}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
    );
    let metas = elements(page.root(), "meta");
    let policy = metas.iter().find(|it| it.attribute("http-equiv").is_some());
    assert_eq!(policy.unwrap().attribute("content"), Some(&*own));
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"test-campaign-invitations.html\""
    );
}

#[tokio::test]
async fn many_cards_come_whole() {
    let collection = start().await;
    let body = json!({"count": 2000, "link": LINK});
    let answer = make(&collection, "cards", &body).await;
    let text = answer.text();
    assert!(text.ends_with("</section>\n</body>\n</html>\n"));
    assert_eq!(text.matches("<article>").count(), 2000);
    assert_eq!(text.matches("<section>").count(), 250);
}
