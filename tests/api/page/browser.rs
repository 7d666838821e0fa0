//! A browser without scripts: it reads the fields of a page, fills them in, and presses a button. Every page that it gets is
//! held against what every page promises.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::header::HeaderMap;

use crate::support::TestApp;
use crate::support::logs::{self, USER_AGENT};

pub struct Browser {
    http: reqwest::Client,
    base: String,
    language: &'static str,
    /// What it says that the server is called.
    host: Option<&'static str>,
}

/// A page, with its fields as they would be sent.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub html: String,
    /// The path that its form is sent to.
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Browser {
    pub fn new(app: &TestApp, language: &'static str) -> Self {
        let http = reqwest::Client::builder().user_agent(USER_AGENT).no_proxy();
        let http = http.redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.build().unwrap(),
            base: format!("http://{}", app.address),
            language,
            host: None,
        }
    }

    /// Says in each request that the server has another name.
    pub fn under_the_name_of(self, host: &'static str) -> Self {
        Self {
            host: Some(host),
            ..self
        }
    }

    pub async fn get(&self, path: &str) -> Page {
        let call = self.http.get(format!("{}{path}", self.base));
        self.read(call).await
    }

    pub async fn send(&self, path: &str, fields: &[(String, String)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.raw(path, "application/x-www-form-urlencoded", body)
            .await
    }

    pub async fn raw(&self, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Page {
        let call = self.http.post(format!("{}{path}", self.base));
        let call = call.header("content-type", kind).body(body);
        self.read(call.header("sec-fetch-site", "same-origin"))
            .await
    }

    /// What a page of another site sends.
    pub async fn foreign(&self, path: &str, headers: &[(&str, &str)]) -> Page {
        let mut call = self.http.post(format!("{}{path}", self.base));
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        self.read(call.body("go=begin")).await
    }

    async fn read(&self, call: reqwest::RequestBuilder) -> Page {
        let call = call.header("accept", "text/html,*/*;q=0.8");
        let mut reply = call.header("accept-language", self.language);
        if let Some(host) = self.host {
            reply = reply.header("host", host).header("x-forwarded-host", host);
            reply = reply.header("forwarded", format!("host={host}"));
        }
        let reply = reply.send().await.unwrap();
        let status = reply.status().as_u16();
        let headers = reply.headers().clone();
        let html = reply.text().await.unwrap();
        logs::assert_nothing_leaked();
        Page::read(status, headers, html)
    }

    /// Fills in these fields, and presses the button with this value.
    pub async fn press(&self, page: &Page, set: &[(&str, &str)], button: &str) -> Page {
        let shown = format!("value=\"{button}\"");
        assert!(
            page.html.contains(&format!("name=\"go\" {shown}")),
            "no button {button} on {page:?}"
        );
        let mut fields = page.fields.clone();
        for (name, _) in set {
            assert!(
                page.html.contains(&format!("name=\"{name}\"")),
                "no field {name} on {}",
                page.html
            );
            fields.retain(|(known, _)| known != name);
        }
        let set = set.iter().filter(|(_, value)| !value.is_empty());
        fields.extend(set.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        fields.push(("go".to_owned(), button.to_owned()));
        self.send(&page.action, &fields).await
    }
}

impl Page {
    pub fn read(status: u16, headers: HeaderMap, html: String) -> Self {
        assert!(status < 500, "{status} {html}");
        let header = |name: &str| headers.get(name).map_or("", |it| it.to_str().unwrap());
        assert_eq!(header("content-type"), "text/html; charset=utf-8", "{html}");
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(
            !policy.contains("unsafe") && !policy.contains("http"),
            "{policy}"
        );
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert!(!headers.contains_key("set-cookie"));
        let tags = tags(&html);
        hold_together(&tags, &html);
        let posted = tags.iter().find(|tag| {
            tag.name == "form" && tag.attributes.get("method").map(String::as_str) == Some("post")
        });
        let action = posted.map_or(String::new(), |tag| tag.attributes["action"].clone());
        Self {
            status,
            headers,
            action: action.split('#').next().unwrap().to_owned(),
            fields: fields(&tags, &html),
            html,
        }
    }

    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.html);
        self
    }

    /// The page has all of these.
    pub fn shows(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.html.contains(part), "no {part:?} in {}", self.html);
        }
        self
    }

    pub fn has(&self, part: &str) -> bool {
        self.html.contains(part)
    }

    /// The value of a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut found = self.fields.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The receipt of the page after sending.
    pub fn receipt(&self) -> String {
        let (_, rest) = self.html.split_once("id=\"receipt\">").unwrap();
        let receipt = rest.split('<').next().unwrap().to_owned();
        logs::register_secret(&receipt);
        receipt
    }
}

struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
    /// Where what follows it begins.
    end: usize,
}

/// The opening tags of a page that quotes its attributes.
fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    for (start, _) in html.match_indices('<') {
        let rest = &html[start + 1..];
        if !rest.starts_with(|it: char| it.is_ascii_lowercase()) {
            continue;
        }
        let mut in_quotes = false;
        let end = rest.find(|it| {
            in_quotes ^= it == '"';
            it == '>' && !in_quotes
        });
        let inside = &rest[..end.unwrap()];
        let name: String = inside
            .chars()
            .take_while(|it| it.is_ascii_alphanumeric())
            .collect();
        let mut attributes = BTreeMap::new();
        let mut left = inside[name.len()..].trim_start();
        while !left.is_empty() {
            let end = left.find(|it: char| it == '=' || it.is_whitespace());
            let (key, rest) = left.split_at(end.unwrap_or(left.len()));
            let (value, rest) = match rest.strip_prefix("=\"") {
                Some(rest) => rest.split_once('"').unwrap(),
                None => ("", rest),
            };
            let twice = attributes.insert(key.to_owned(), unescaped(value));
            assert!(twice.is_none(), "{key} twice in {inside}");
            left = rest.trim_start();
        }
        tags.push(Tag {
            end: start + 1 + name.len() + (inside.len() - name.len()) + 1,
            name,
            attributes,
        });
    }
    tags
}

fn unescaped(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&quot;", "\"")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

/// Every id is there once, whatever is pointed at is there, and every field has a name for those who cannot see it.
fn hold_together(tags: &[Tag], html: &str) {
    let ids: Vec<&String> = tags
        .iter()
        .filter_map(|tag| tag.attributes.get("id"))
        .collect();
    let known: BTreeSet<&str> = ids.iter().map(|id| id.as_str()).collect();
    assert_eq!(known.len(), ids.len(), "an id twice in {html}");
    let mut labels = BTreeSet::new();
    for tag in tags {
        for name in ["for", "aria-describedby", "aria-labelledby"] {
            let targets = tag
                .attributes
                .get(name)
                .map_or("", String::as_str)
                .split(' ');
            for target in targets.filter(|it| !it.is_empty()) {
                assert!(known.contains(target), "{name} {target} in {html}");
                labels.insert(target.to_owned());
            }
        }
        let target = tag
            .attributes
            .get("href")
            .and_then(|it| it.strip_prefix('#'));
        assert!(
            target.is_none_or(|it| known.contains(it)),
            "{target:?} in {html}"
        );
        for (name, value) in &tag.attributes {
            let loads = ["src", "href", "action", "formaction"].contains(&name.as_str());
            assert!(
                !loads || value.starts_with(['/', '#']) || value.starts_with("data:text/plain"),
                "{name}={value} leads elsewhere"
            );
            assert!(!name.starts_with("on") && name != "style", "{name}");
        }
    }
    for tag in tags {
        let is_field = ["input", "textarea", "select"].contains(&tag.name.as_str());
        let kind = tag.attributes.get("type").map_or("", String::as_str);
        if !is_field || kind == "hidden" {
            continue;
        }
        let named = tag.attributes.contains_key("aria-labelledby");
        let id = &tag.attributes["id"];
        let in_label = html.contains(&format!("<label for=\"{id}\"")) || {
            let before = &html[..tag.end];
            before.rfind("<label") > before.rfind("</label")
        };
        assert!(named || in_label, "{id} has no name in {html}");
    }
}

/// What a browser would send of the page's form without filling in anything.
fn fields(tags: &[Tag], html: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let mut list: Option<String> = None;
    for tag in tags {
        let attribute = |name: &str| tag.attributes.get(name).cloned();
        let kind = attribute("type").unwrap_or_default();
        match (tag.name.as_str(), attribute("name")) {
            ("input", Some(name)) => {
                let is_box = kind == "radio" || kind == "checkbox";
                if !is_box || attribute("checked").is_some() {
                    let value = attribute("value").unwrap_or("on".to_owned());
                    fields.push((name, value));
                }
            }
            ("textarea", Some(name)) => {
                let (value, _) = html[tag.end..].split_once("</textarea>").unwrap();
                let value = value.strip_prefix('\n').unwrap_or(value);
                fields.push((name, unescaped(value).replace('\n', "\r\n")));
            }
            ("select", name) => list = name,
            ("option", _) if attribute("selected").is_some() => {
                fields.push((list.clone().unwrap(), attribute("value").unwrap()));
            }
            _ => {}
        }
    }
    fields
}
