//! The report of a form as a page: tables with charts in them, to be read on a screen and printed on A4. Without script.

use std::sync::LazyLock;

use askama::Template;

use super::chart::{Drawn, Mark, chart};
use super::words::{AllWords, Words, direction};
use crate::domain::codebook::Missing;
use crate::domain::disclosure::cell_key::{
    CellKeyMethod, Parameters, ProtectedChange, ProtectedFigure,
};
use crate::domain::statistics::{
    Category, Change, Detail, Dimension, Measure, Numbers, PublishedGroup, Report, ReportItem,
    Statistics, Value,
};

/// The style of the page.
pub const STYLE: &str = include_str!("report.css");

static WORDS: LazyLock<AllWords> =
    LazyLock::new(|| serde_json::from_str(include_str!("words.json")).unwrap_or_default());

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<!DOCTYPE html>
<html lang="{{ language }}" dir="{{ direction }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{{ words.get("report") }}: {{ title }}</title>
<style>{{ STYLE|safe }}</style>
</head>
<body class="{{ detail }}">
<header>
<p class="kind"{{ own|safe }}>{{ words.get("report") }}</p>
<h1>{{ title }}</h1>
<p{{ own|safe }}>{{ about }}</p>
<dl>
<dt{{ own|safe }}>{{ words.get("campaigns") }}</dt><dd>{{ campaigns }}</dd>
<dt{{ own|safe }}>{{ words.get("responses") }}</dt><dd>{{ responses }}</dd>
</dl>
<h2{{ own|safe }}>{{ words.get("protection_title") }}</h2>
<p{{ own|safe }}>{{ protection }}</p>
</header>
<nav aria-labelledby="contents">
<h2 id="contents"{{ own|safe }}>{{ words.get("contents") }}</h2>
<ol>
{% for item in items -%}
<li><a href="#{{ item.id }}">{{ item.text }}</a></li>
{% endfor -%}
</ol>
</nav>
<main>
{% for item in items -%}
<section aria-labelledby="{{ item.id }}">
<h2 id="{{ item.id }}">{{ item.text }}</h2>
<p class="base"{{ own|safe }}>{% for (name, count) in item.base %}<span>{{ name }}: {{ count }}</span> {% endfor %}</p>
{% if let Some(mean) = item.mean %}<div class="mean"{{ own|safe }}><p>{{ mean.0 }}</p>{{ mean.1|safe }}</div>
{% endif -%}
{% for change in item.changes %}<p class="change"{{ own|safe }}>{{ change }}</p>
{% endfor -%}
{% for table in item.tables -%}
{% if let Some(caption) = table.caption %}<h3>{{ caption }}</h3>
{% endif -%}
<div class="wide"{% if table.wide %} role="region" tabindex="0" aria-label="{{ item.text }}{% if let Some(caption) = table.caption %}, {{ caption }}{% endif %}"{% endif %}>
<table>
<thead><tr{{ own|safe }}>{% for name in table.head %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in table.rows -%}
<tr><th scope="row">{{ row.name }}</th>{% for cell in row.cells %}<td>{% if loop.first %}{{ row.chart|safe }}{% endif %}{{ cell }}</td>{% endfor %}</tr>
{% endfor -%}
</tbody>
</table>
</div>
{% endfor -%}
</section>
{% endfor -%}
</main>
</body>
</html>
"##
)]
struct Page<'a> {
    language: &'a str,
    words: Words,
    direction: &'static str,
    /// Marks words of the page itself where they are in another language than the form.
    own: String,
    detail: &'static str,
    about: &'static str,
    title: &'a str,
    campaigns: String,
    responses: u64,
    protection: String,
    items: Vec<ItemView>,
}

struct ItemView {
    id: String,
    text: String,
    base: Vec<(&'static str, u64)>,
    /// In words, and as a chart.
    mean: Option<(String, String)>,
    changes: Vec<String>,
    tables: Vec<TableView>,
}

struct TableView {
    caption: Option<String>,
    /// Whether it may be wider than a phone.
    wide: bool,
    head: Vec<String>,
    rows: Vec<RowView>,
}

/// In what a figure is given.
#[derive(Clone, Copy)]
enum Unit {
    Number,
    Percent,
}

struct RowView {
    name: String,
    /// SVG, which stands in the first cell.
    chart: String,
    cells: Vec<String>,
}

/// The page of a report.
///
/// # Errors
///
/// When the template cannot be filled, which does not happen.
pub fn report_html(report: &Report) -> Result<String, askama::Error> {
    let words = Words::of(&WORDS, &report.language);
    let responses = report
        .items
        .first()
        .and_then(|it| it.overall.groups.first());
    let noise = Parameters::DEFAULT.largest_noise.to_string();
    let floor = CellKeyMethod::DEFAULT_FLOOR.to_string();
    let is_own = report.language.split('-').next() == Some(words.language());
    let page = Page {
        language: &report.language,
        words,
        direction: direction(&report.language),
        own: match is_own {
            true => String::new(),
            false => format!(
                r#" lang="{}" dir="{}""#,
                words.language(),
                direction(words.language())
            ),
        },
        detail: report.detail.name(),
        about: words.get(match report.detail {
            Detail::Overall => "about_overall",
            Detail::Full => "about_full",
        }),
        title: &report.title,
        campaigns: match report.campaigns.is_empty() {
            true => words.get("none").to_owned(),
            false => report.campaigns.join(", "),
        },
        responses: responses.map_or(0, |group| group.responses.value),
        protection: words.with("protection", &[("noise", &noise), ("floor", &floor)]),
        items: report
            .items
            .iter()
            .map(|item| item_view(item, words))
            .collect(),
    };
    page.render()
}

fn item_view(item: &ReportItem<Statistics>, words: Words) -> ItemView {
    let measure = &item.overall.measure;
    let group = item.overall.groups.first();
    let change = item.by_campaign.as_ref().and_then(|it| it.changes.last());
    let mut tables: Vec<TableView> = Vec::new();
    if !measure.categories.is_empty() {
        tables.extend(group.map(|group| overall(measure, group, change, words)));
    }
    if !item.by.is_empty() {
        let by_campaign = item.by_campaign.iter();
        tables.extend(by_campaign.chain(&item.by).map(|it| breakdown(it, words)));
    }
    ItemView {
        id: measure.name.clone(),
        text: measure.text.clone(),
        base: group.map_or_else(Vec::new, |group| base(group, words)),
        mean: group.and_then(|group| mean_of(measure, group, words)),
        changes: change
            .and_then(|it| change_line(it, words))
            .into_iter()
            .collect(),
        tables,
    }
}

fn base(group: &PublishedGroup, words: Words) -> Vec<(&'static str, u64)> {
    let names = ["hidden", "not_asked", "blank", "declined"].into_iter();
    let missing = names.zip(group.missing.iter().map(|it| it.value));
    let shown = missing.filter(|(_, count)| *count > 0);
    let all = std::iter::once(("answered", group.answered.value)).chain(shown);
    all.map(|(name, count)| (words.get(name), count)).collect()
}

fn mean_of(measure: &Measure, group: &PublishedGroup, words: Words) -> Option<(String, String)> {
    let numbers = measure.numbers?;
    let bounds = [
        ("lowest", &*numbers.lowest.to_string()),
        ("highest", &*numbers.highest.to_string()),
    ];
    let said = format!(
        "{}: {} ({})",
        words.get("mean"),
        with_interval(group.mean.as_ref(), Unit::Number, words),
        words.with("range", &bounds),
    );
    Some((said, point(numbers, group.mean.as_ref())))
}

fn change_line(change: &Change, words: Words) -> Option<String> {
    let mean = change.mean?;
    let since = words.with("change", &[("campaign", &change.from)]);
    let (name, said) = (words.get("mean"), changed(&mean, signed));
    Some(format!("{since}, {name}: {said}"))
}

/// All responses: a row a category, with its change since the campaign before.
fn overall(
    measure: &Measure,
    group: &PublishedGroup,
    change: Option<&Change>,
    words: Words,
) -> TableView {
    let mut head = ["group", "share", "count"]
        .map(|name| words.get(name).to_owned())
        .to_vec();
    head.extend(change.map(|it| words.with("change", &[("campaign", &it.from)])));
    let all = measure.categories.iter().enumerate();
    let rows = all.map(|(place, category)| {
        let share = group.shares.get(place).and_then(Option::as_ref);
        let count = group.counts.get(place).map_or(0, |count| count.value);
        let mut cells = vec![
            with_interval(share, Unit::Percent, words),
            count.to_string(),
        ];
        cells.extend(change.map(|change| {
            let share = change.shares.get(place).and_then(Option::as_ref);
            share.map_or_else(
                || words.get("too_few").to_owned(),
                |it| changed(it, signed_points),
            )
        }));
        RowView {
            name: category_name(measure, category, words),
            chart: chart(share.map(|it| Drawn {
                value: it.value,
                interval: Some([it.lower, it.upper]),
                ..Drawn::default()
            })),
            cells,
        }
    });
    TableView {
        caption: None,
        wide: false,
        head,
        rows: rows.collect(),
    }
}

/// By one dimension: a row a group.
fn breakdown(statistics: &Statistics, words: Words) -> TableView {
    let measure = &statistics.measure;
    let dimension = statistics.by.first();
    let caption = match dimension.and_then(Dimension::question) {
        Some(question) => words.with("by", &[("question", &question.text)]),
        None => words.get("by_campaign").to_owned(),
    };
    let mut head = vec![words.get("group").to_owned()];
    if measure.numbers.is_some() {
        head.push(words.get("mean").to_owned());
    }
    head.push(words.get("answered").to_owned());
    let names = measure.categories.iter();
    head.extend(names.map(|it| category_name(measure, it, words)));
    let rows = statistics.groups.iter().map(|group| {
        let mut cells = Vec::new();
        if measure.numbers.is_some() {
            cells.push(with_interval(group.mean.as_ref(), Unit::Number, words));
        }
        cells.push(group.answered.value.to_string());
        let shares = group.shares.iter();
        cells.extend(shares.map(|it| with_interval(it.as_ref(), Unit::Percent, words)));
        let drawn = measure
            .numbers
            .map(|numbers| point(numbers, group.mean.as_ref()));
        RowView {
            name: group_name(statistics, group, words),
            chart: drawn.unwrap_or_default(),
            cells,
        }
    });
    TableView {
        caption: Some(caption),
        wide: true,
        head,
        rows: rows.collect(),
    }
}

/// The chart of a mean on the scale of its numbers.
fn point(numbers: Numbers, mean: Option<&ProtectedFigure>) -> String {
    let at = |value: f64| (value - numbers.lowest) / (numbers.highest - numbers.lowest);
    chart(mean.map(|it| Drawn {
        value: at(it.value),
        interval: Some([at(it.lower), at(it.upper)]),
        mark: Mark::Point,
        ..Drawn::default()
    }))
}

fn category_name(measure: &Measure, category: &Category, words: Words) -> String {
    match (&category.label, category.code.as_str()) {
        (Some(label), _) => label.clone(),
        (None, "0") if measure.kind == "yes_no" => words.get("no").to_owned(),
        (None, "1") if measure.kind == "yes_no" => words.get("yes").to_owned(),
        (None, code) => code.to_owned(),
    }
}

fn group_name(statistics: &Statistics, group: &PublishedGroup, words: Words) -> String {
    let (Some(dimension), Some(value)) = (statistics.by.first(), group.by.first()) else {
        return String::new();
    };
    match (value, dimension.question()) {
        (Value::Missing(reason), _) => words
            .get(match reason {
                Missing::Hidden => "hidden",
                Missing::NotAsked => "not_asked",
                Missing::Declined => "declined",
                Missing::Blank | Missing::Masked => "blank",
            })
            .to_owned(),
        (Value::Plain(code), Some(question)) => {
            let category = question.categories.iter().find(|it| it.code == *code);
            category.map_or_else(|| code.clone(), |it| category_name(question, it, words))
        }
        (Value::Plain(code), None) => code.clone(),
    }
}

/// A figure with its interval; the unit stands behind each end of it once.
fn with_interval(figure: Option<&ProtectedFigure>, unit: Unit, words: Words) -> String {
    match figure {
        None => words.get("too_few").to_owned(),
        Some(it) => {
            let [value, lower, upper] = [it.value, it.lower, it.upper].map(|it| match unit {
                Unit::Number => format!("{it:.1}"),
                Unit::Percent => format!("{:.0}", it * 100.0),
            });
            let unit = match unit {
                Unit::Number => "",
                Unit::Percent => "\u{a0}%",
            };
            format!("{value}{unit} ({lower}–{upper}{unit})")
        }
    }
}

fn changed(change: &ProtectedChange, write: fn(f64) -> String) -> String {
    let [value, lower, upper] = [change.value, change.lower, change.upper].map(write);
    format!("{value} ({lower} – {upper})")
}

fn signed(value: f64) -> String {
    format!("{value:+.1}")
}

fn signed_points(share: f64) -> String {
    format!("{:+.0}\u{a0}%", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::words::assert_complete;

    #[test]
    fn every_language_has_all_words_of_the_report() {
        assert_complete(&WORDS);
    }
}
