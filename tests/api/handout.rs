//! Invitations as files: the table, and the cards for print.

use std::collections::BTreeSet;

use aftercare::domain::admission::invitation::Invitation;
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Value, json};

use crate::support::client::Answer;
use crate::support::collection::{Collection, INVITATIONS};

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
        "svg", "path",
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
