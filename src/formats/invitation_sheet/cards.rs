//! Invitations as cards: an HTML page for print on A4, eight cards a sheet, to be cut along the dashed lines.
//!
//! The page has no script and loads nothing. What staff wrote, such as the campaign's title, is escaped; and should
//! that ever fail, the page's own policy allows no style but the one below.

use std::borrow::Cow;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::{Handout, HandoutFault, qr};
use crate::domain::admission::invitation::Invitation;
use crate::domain::form::Text;

const STYLE: &str = include_str!("cards.css");

/// Two columns of four.
const CARDS_A_SHEET: usize = 8;

/// With more languages than this, the words are set smaller.
const ROOMY: usize = 2;

/// What a card says to do, by language: when the QR code is a link, and when it is the invitation alone.
const INSTRUCTIONS: [(&str, &str, &str); 2] = [
    (
        "en",
        "Scan the square with your phone, or type in the characters below. \
         They can be used once. Capital and small letters are the same.",
        "Scan the square in the survey, or type in the characters below. \
         They can be used once. Capital and small letters are the same.",
    ),
    (
        "ko",
        "휴대전화로 QR 코드를 찍거나 아래 글자를 입력해 주세요. 한 번만 쓸 수 있으며, 대문자와 소문자는 구별하지 않습니다.",
        "설문 화면에서 QR 코드를 찍거나 아래 글자를 입력해 주세요. 한 번만 쓸 수 있으며, 대문자와 소문자는 구별하지 않습니다.",
    ),
];

/// The Content-Security-Policy of the page: its one style, and nothing else.
pub fn policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{digest}'")
}

/// The page, sheet by sheet.
pub struct Cards {
    handout: Handout,
    /// What is above the first sheet.
    head: Option<String>,
    /// What stands on every card.
    words: String,
    /// How many cards are drawn.
    drawn: usize,
    over: bool,
}

impl Cards {
    /// Cards for the campaign with this title.
    pub fn new(title: &Text, handout: Handout) -> Self {
        Self {
            head: Some(head(title)),
            words: words(title, handout.link.is_some()),
            handout,
            drawn: 0,
            over: false,
        }
    }

    fn sheet(&mut self) -> Result<String, HandoutFault> {
        let mut html = self.head.take().unwrap_or_default();
        html.push_str("<section>\n");
        let rest = self.handout.invitations.iter().skip(self.drawn);
        for invitation in rest.take(CARDS_A_SHEET) {
            self.card(invitation, &mut html)?;
        }
        html.push_str("</section>\n");
        Ok(html)
    }

    fn card(&self, invitation: &Invitation, html: &mut String) -> Result<(), HandoutFault> {
        let code = invitation.to_string();
        let said = match &self.handout.link {
            Some(link) => Cow::Owned(link.with(invitation)),
            None => Cow::Borrowed(&*code),
        };
        html.push_str("<article>");
        html.push_str(&self.words);
        qr::draw(&said, html)?;
        let _ = writeln!(html, "<p class=\"code\">{code}</p></article>");
        Ok(())
    }
}

impl Iterator for Cards {
    type Item = Result<Vec<u8>, HandoutFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let mut sheet = self.sheet();
        self.drawn += CARDS_A_SHEET;
        self.over = sheet.is_err() || self.drawn >= self.handout.invitations.len();
        if let (true, Ok(html)) = (self.over, &mut sheet) {
            html.push_str("</body>\n</html>\n");
        }
        Some(sheet.map(String::into_bytes))
    }
}

fn head(title: &Text) -> String {
    let first = title.0.iter().next();
    let (language, words) = first.map_or(("en", ""), |(tag, words)| (&**tag, &**words));
    let (language, words) = (escaped(language), escaped(words));
    let policy = policy();
    // A page that is saved and opened later has no headers, so it carries its policy with it.
    format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\"/>\n\
         <meta name=\"referrer\" content=\"no-referrer\"/>\n<title>{words}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n"
    )
}

/// The title in each language, then what to do, each text once.
fn words(title: &Text, is_link: bool) -> String {
    let many = title.0.len() > ROOMY;
    let mut html = format!(
        "<div class=\"{}\">",
        if many { "words many" } else { "words" }
    );
    for (language, words) in &title.0 {
        let (language, words) = (escaped(language), escaped(words));
        let _ = write!(html, "<h2 lang=\"{language}\" dir=\"auto\">{words}</h2>");
    }
    let instruction = |tag: &String| {
        let primary = tag.split('-').next().unwrap_or_default();
        let found = INSTRUCTIONS
            .iter()
            .position(|(language, ..)| primary == *language);
        found.unwrap_or_default()
    };
    let mut chosen: Vec<usize> = title.0.keys().map(instruction).collect();
    chosen.sort_unstable();
    chosen.dedup();
    for (language, link, bare) in chosen.into_iter().filter_map(|it| INSTRUCTIONS.get(it)) {
        let _ = write!(
            html,
            "<p lang=\"{language}\">{}</p>",
            if is_link { link } else { bare }
        );
    }
    html + "</div>"
}

/// The text as HTML and XML take it, in an element or in a quoted attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Neither can hold them.
            it if it.is_control() || matches!(it, '\u{fffe}' | '\u{ffff}') => safe.push(' '),
            it => safe.push(it),
        }
    }
    safe
}
