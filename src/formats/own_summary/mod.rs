//! The personal summary as a page: large type, one page of A4, without script, and loading nothing.

use std::sync::LazyLock;

use askama::Template;

use super::chart::{Drawn, chart};
use super::words::{AllWords, Words, direction};
use crate::domain::disclosure::cell_key::ProtectedFigure;
use crate::domain::response::{Area, Passage, PersonalSummary};
use crate::domain::week::IsoWeek;

/// The style of the page.
pub const STYLE: &str = include_str!("summary.css");

static WORDS: LazyLock<AllWords> =
    LazyLock::new(|| serde_json::from_str(include_str!("words.json")).unwrap_or_default());

/// So much advice stands on the page. More would not fit on one, nor into one visit.
const MOST_ADVICE: usize = 5;

/// What a page is made of.
#[derive(Debug, Clone, Copy)]
pub struct SummaryPage<'a> {
    /// The title of the form, in the language of the response.
    pub title: &'a str,
    /// The language of the response.
    pub language: &'a str,
    /// The week of arrival.
    pub week: IsoWeek,
    /// What the response says.
    pub summary: &'a PersonalSummary,
    /// By area, the mean of the people like the writer.
    pub peers: &'a [Option<ProtectedFigure>],
    /// Whether it is a test.
    pub test: bool,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<!DOCTYPE html>
<html lang="{{ page.language }}" dir="{{ direction }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{{ words.get("kind") }}: {{ page.title }}</title>
<style>{{ STYLE|safe }}</style>
</head>
<body class="{{ density }}">
<main>
<header>
<p class="kind"{{ own|safe }}>{{ words.get("kind") }}. {{ week }}{% if page.test %} {{ words.get("test") }}{% endif %}</p>
<h1>{{ page.title }}</h1>
<p{{ own|safe }}>{{ words.get("about") }}</p>
</header>
{% if !page.summary.notices.is_empty() -%}
<section class="notices" aria-labelledby="notices">
<h2 id="notices"{{ own|safe }}>{{ words.get("please_read") }}</h2>
{% for notice in page.summary.notices %}<p>{{ notice.text }}</p>
{% endfor -%}
</section>
{% endif -%}
<section aria-labelledby="heaviest">
<h2 id="heaviest"{{ own|safe }}>{{ words.get("heaviest") }}</h2>
{% if heaviest.is_empty() %}<p{{ own|safe }}>{{ words.get("heaviest_none") }}</p>
{% else %}<div class="heavy">
{% for area in heaviest %}<div>
<h3>{{ area.title }}</h3>
<p>{% if let Some(band) = area.band %}<span class="band">{{ band }}</span><br>{% endif %}<span{{ own|safe }}>{{ area.scale }}{% if let Some(peers) = area.of_peers %}<br>{{ peers }}{% endif %}</span></p>
{{ area.chart|safe }}
</div>
{% endfor %}</div>
{% endif -%}
</section>
<section aria-labelledby="advice">
<h2 id="advice"{{ own|safe }}>{{ words.get("advice") }}</h2>
{% if advice.is_empty() %}<p{{ own|safe }}>{{ words.get("advice_none") }}</p>
{% else %}<ul>
{% for advice in advice %}<li>{{ advice.text }}</li>
{% endfor %}</ul>
{% if let Some(more) = more %}<p class="fine"{{ own|safe }}>{{ more }}</p>
{% endif -%}
{% endif -%}
</section>
{% if !areas.is_empty() -%}
<section aria-labelledby="areas">
<h2 id="areas"{{ own|safe }}>{% if heaviest.is_empty() %}{{ words.get("areas") }}{% else %}{{ words.get("other_areas") }}{% endif %}</h2>
<table>
<thead><tr{{ own|safe }}><th scope="col">{{ words.get("area") }}</th><th scope="col">{{ words.get("you") }}</th>{% if any_peers %}<th scope="col">{{ words.get("peers") }}</th>{% endif %}</tr></thead>
<tbody>
{% for area in areas %}<tr><th scope="row">{{ area.title }}</th><td>{% if let Some(band) = area.band %}{{ band }} {% endif %}<span class="number"{{ own|safe }}>{{ area.number }}</span></td>{% if any_peers %}<td class="number"{{ own|safe }}>{{ area.peers }}</td>{% endif %}</tr>
{% endfor -%}
</tbody>
</table>
</section>
{% endif -%}
<footer>
<p class="fine"{{ own|safe }}>{{ peers_about }}</p>
<p{{ own|safe }}><strong>{{ words.get("no_diagnosis") }}</strong></p>
</footer>
</main>
</body>
</html>
"##
)]
struct Page<'a> {
    page: SummaryPage<'a>,
    words: Words,
    direction: &'static str,
    /// Marks words of the page itself where they are in another language than the form.
    own: String,
    density: &'static str,
    week: String,
    heaviest: Vec<AreaView<'a>>,
    advice: &'a [Passage],
    more: Option<String>,
    areas: Vec<AreaView<'a>>,
    any_peers: bool,
    peers_about: String,
}

struct AreaView<'a> {
    title: &'a str,
    band: Option<&'a str>,
    /// The score in words.
    scale: String,
    /// The score as a number in brackets.
    number: String,
    /// The mean of people like the writer.
    peers: String,
    of_peers: Option<String>,
    /// SVG.
    chart: String,
}

/// The page of a summary.
///
/// # Errors
///
/// When the template cannot be filled, which does not happen.
pub fn summary_html(page: SummaryPage<'_>) -> Result<String, askama::Error> {
    let words = Words::of(&WORDS, page.language);
    let is_own = page.language.split('-').next() == Some(words.language());
    let summary = page.summary;
    let peers = |place: usize| page.peers.get(place).copied().flatten();
    let area = |place: usize| Some(area_view(summary.areas.get(place)?, peers(place), words));
    let advice = summary.advice.get(..MOST_ADVICE).unwrap_or(&summary.advice);
    let more = summary.advice.len() - advice.len();
    // Those without a score say nothing of the reader.
    let others = summary.areas.iter().enumerate();
    let others =
        others.filter(|(place, it)| it.value.is_some() && !summary.heaviest.contains(place));
    let others: Vec<usize> = others.map(|(place, _)| place).collect();
    let lines = others.len() + 2 * advice.len() + 4 * summary.notices.len();
    Page {
        words,
        direction: direction(page.language),
        own: match is_own {
            true => String::new(),
            false => format!(
                r#" lang="{}" dir="{}""#,
                words.language(),
                direction(words.language())
            ),
        },
        density: match lines {
            0..=8 => "",
            9..=22 => "full",
            _ => "crowded",
        },
        week: words.with(
            "week",
            &[
                ("monday", &page.week.monday().to_string()),
                ("sunday", &page.week.sunday().to_string()),
            ],
        ),
        heaviest: summary.heaviest.iter().filter_map(|it| area(*it)).collect(),
        advice,
        more: (more > 0).then(|| words.with("advice_more", &[("count", &more.to_string())])),
        areas: others.into_iter().filter_map(area).collect(),
        any_peers: page.peers.iter().any(Option::is_some),
        peers_about: peers_about(page),
        page,
    }
    .render()
}

/// Who the people like the writer are, or why nothing is shown of them.
pub fn peers_about(page: SummaryPage<'_>) -> String {
    let words = Words::of(&WORDS, page.language);
    match &page.summary.likeness {
        None => words.get("peers_unknown").to_owned(),
        Some(_) if page.peers.iter().all(Option::is_none) => {
            words.get("peers_held_back").to_owned()
        }
        Some(like) => {
            let values = [("answer", &*like.label), ("question", &*like.text)];
            words.with("peers_about", &values)
        }
    }
}

/// That a summary is no diagnosis, in words.
pub fn no_diagnosis(language: &str) -> &'static str {
    Words::of(&WORDS, language).get("no_diagnosis")
}

fn area_view<'a>(area: &'a Area, peers: Option<ProtectedFigure>, words: Words) -> AreaView<'a> {
    let share = |value: f64| (value - area.lowest) / (area.highest - area.lowest);
    let decimals = usize::from(area.highest - area.lowest < 20.0);
    let of_peers = peers.map(|it| format!("{:.decimals$}", it.value));
    let [lowest, highest] = [area.lowest, area.highest].map(number);
    let value = area.value.map(number).unwrap_or_default();
    let scale = [
        ("value", &*value),
        ("lowest", &*lowest),
        ("highest", &*highest),
    ];
    AreaView {
        title: &area.title,
        band: area.band_label.as_deref(),
        scale: words.with("of", &scale),
        number: format!("({value})"),
        peers: (of_peers.clone()).unwrap_or_else(|| words.get("too_few").to_owned()),
        of_peers: of_peers.map(|it| words.with("of_peers", &[("value", &it)])),
        chart: chart(area.value.map(|value| Drawn {
            value: share(value),
            other: peers.map(|it| share(it.value)),
            ..Drawn::default()
        })),
    }
}

/// As short as it can be.
fn number(value: f64) -> String {
    format!("{}", (value * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests;
