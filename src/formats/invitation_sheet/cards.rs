//! Invitations as cards: an HTML page for print on A4, eight cards a page of paper, to be cut along the dashed lines.
//!
//! The page has no script and loads nothing. The templates escape what staff wrote, such as the campaign's title; and
//! should that ever fail, the page's own policy allows no style but the one below.

use std::borrow::Cow;
use std::collections::BTreeSet;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::qr;
use super::sheet::{InvitationSheet, InvitationSheetFault};
use crate::domain::admission::invitation::Invitation;
use crate::domain::form::Text;

const STYLE: &str = include_str!("cards.css");

/// Two columns of four.
const CARDS_A_PAGE: usize = 8;

/// With more languages than this, the words are set smaller.
const ROOMY: usize = 2;

/// What a card says to do, in one language.
struct Instruction {
    language: &'static str,
    /// When the QR code is a link.
    with_link: &'static str,
    /// When the QR code is the invitation alone.
    without_link: &'static str,
    /// What stands before the facts.
    address: &'static str,
    closes: &'static str,
    sender: &'static str,
    key: &'static str,
}

/// The first is for languages that have none of their own.
const INSTRUCTIONS: [Instruction; 2] = [
    Instruction {
        language: "en",
        with_link: "Scan the square with your phone, or open the page and type in the characters below. \
                    They can be used once.",
        without_link: "Scan the square in the survey, or type in the characters below. They can be used once.",
        address: "Page",
        closes: "Open until",
        sender: "From",
        key: "Key",
    },
    Instruction {
        language: "ko",
        with_link: "휴대전화로 QR 코드를 찍거나, 아래 주소를 열고 아래 글자를 입력해 주세요. 한 번만 쓸 수 있습니다.",
        without_link: "설문 화면에서 QR 코드를 찍거나 아래 글자를 입력해 주세요. 한 번만 쓸 수 있습니다.",
        address: "주소",
        closes: "마감",
        sender: "보내는 곳",
        key: "열쇠 지문",
    },
];

/// Above the first cards. A page that is saved and opened later has no headers, so it carries its policy with it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="{{ policy }}"/>
<meta name="referrer" content="no-referrer"/>
<title>{{ title }}</title>
<style>{{ STYLE|safe }}</style>
</head>
<body>
"#
)]
struct Head<'a> {
    language: Cow<'a, str>,
    title: Cow<'a, str>,
    policy: String,
}

/// What stands on every card: the title in each language, then what to do.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<div class="words{% if titles.len() > ROOMY %} many{% endif %}">
{%- for (language, title) in titles %}<h2 lang="{{ language }}" dir="auto">{{ title }}</h2>{% endfor %}
{%- for (language, text) in instructions %}<p lang="{{ language }}">{{ text }}</p>{% endfor -%}
</div><ul class="facts">
{%- for (name, value) in facts %}<li>{{ name }}: <b>{{ value }}</b></li>{% endfor -%}
</ul>"#
)]
struct Words<'a> {
    titles: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    instructions: Vec<(&'static str, &'static str)>,
    /// Address, closing date, sender and the key's fingerprint, as far as there are any.
    facts: Vec<(String, String)>,
}

/// A page of paper. `words` and the QR codes are HTML already.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<section>
{% for card in cards %}<article>{{ words|safe }}{{ card.qr|safe }}<p class="code">{{ card.code }}</p></article>
{% endfor %}</section>
{% if is_last %}</body>
</html>
{% endif %}"#
)]
struct Page<'a> {
    words: &'a str,
    cards: Vec<Card>,
    is_last: bool,
}

struct Card {
    code: String,
    qr: String,
}

/// The Content-Security-Policy of the page: its one style, and nothing else.
pub fn policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{digest}'")
}

/// The cards, in pieces of one page of paper.
pub struct InvitationCards {
    sheet: InvitationSheet,
    /// Above the first cards; empty once it is written.
    head: String,
    /// What stands on every card.
    words: String,
    /// How many cards are written.
    written: usize,
    over: bool,
}

impl InvitationCards {
    /// Cards for the campaign with this title.
    ///
    /// # Errors
    ///
    /// When a template fails.
    pub fn new(title: &Text, sheet: InvitationSheet) -> Result<Self, InvitationSheetFault> {
        Ok(Self {
            head: render(&head(title))?,
            words: render(&words(title, &sheet))?,
            sheet,
            written: 0,
            over: false,
        })
    }

    fn page(&mut self) -> Result<String, InvitationSheetFault> {
        let rest = self.sheet.invitations.iter().skip(self.written);
        let cards = rest.take(CARDS_A_PAGE).map(|it| self.card(it));
        let cards = cards.collect::<Result<Vec<_>, _>>()?;
        self.written += cards.len();
        self.over = self.written >= self.sheet.invitations.len();
        let page = render(&Page {
            words: &self.words,
            cards,
            is_last: self.over,
        })?;
        Ok(std::mem::take(&mut self.head) + &page)
    }

    fn card(&self, invitation: &Invitation) -> Result<Card, InvitationSheetFault> {
        let code = invitation.to_string();
        let qr = match &self.sheet.link {
            Some(link) => qr::draw(&link.with(invitation)),
            None => qr::draw(&code),
        };
        Ok(Card { code, qr: qr? })
    }
}

impl Iterator for InvitationCards {
    type Item = Result<Vec<u8>, InvitationSheetFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let page = self.page();
        self.over |= page.is_err();
        Some(page.map(String::into_bytes))
    }
}

fn render(template: &impl Template) -> Result<String, InvitationSheetFault> {
    template.render().map_err(|_| InvitationSheetFault)
}

fn head(title: &Text) -> Head<'_> {
    let first = title.0.iter().next();
    let (language, title) = first.map_or(("en", ""), |(tag, title)| (&**tag, &**title));
    Head {
        language: printable(language),
        title: printable(title),
        policy: policy(),
    }
}

/// The title in each language, and each instruction once.
fn words<'a>(title: &'a Text, sheet: &InvitationSheet) -> Words<'a> {
    let titles = title.0.iter();
    let titles = titles.map(|(tag, title)| (printable(tag), printable(title)));
    let instruction = |tag: &String| {
        let primary = tag.split('-').next().unwrap_or_default();
        let mut known = INSTRUCTIONS.iter();
        known.position(|it| it.language == primary).unwrap_or(0)
    };
    let chosen: BTreeSet<usize> = title.0.keys().map(instruction).collect();
    let chosen = chosen.into_iter().filter_map(|it| INSTRUCTIONS.get(it));
    let chosen: Vec<&Instruction> = chosen.collect();
    let instructions = chosen.iter().map(|it| {
        let text = match sheet.link {
            Some(_) => it.with_link,
            None => it.without_link,
        };
        (it.language, text)
    });
    Words {
        titles: titles.collect(),
        instructions: instructions.collect(),
        facts: facts(sheet, &chosen),
    }
}

/// What people should know, each with its name in the languages of the instructions.
fn facts(sheet: &InvitationSheet, chosen: &[&Instruction]) -> Vec<(String, String)> {
    let named = |name: fn(&Instruction) -> &'static str, value: Option<String>| {
        let names: Vec<_> = chosen.iter().map(|it| name(it)).collect();
        value.map(|value| (names.join(" · "), printable(&value).into_owned()))
    };
    let address = sheet.link.as_ref().and_then(|link| link.address());
    let facts = [
        named(|it| it.address, address.map(str::to_owned)),
        named(|it| it.closes, Some(sheet.closes.to_string())),
        named(|it| it.sender, sheet.sender.clone()),
        named(|it| it.key, sheet.fingerprint.clone()),
    ];
    facts.into_iter().flatten().collect()
}

/// The text without characters that neither HTML nor XML can hold.
fn printable(text: &str) -> Cow<'_, str> {
    let unfit = |it: char| it.is_control() || matches!(it, '\u{fffe}' | '\u{ffff}');
    if text.contains(unfit) {
        text.replace(unfit, " ").into()
    } else {
        text.into()
    }
}
