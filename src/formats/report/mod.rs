//! The report of a form as a page: charts and tables, to be read on a screen and printed on A4. Without script.

mod chart;
mod words;

use askama::Template;

use self::chart::{Bar, Mark, chart};
use self::words::Words;
use crate::domain::codebook::Missing;
use crate::domain::disclosure::cell_key::{CellKeyMethod, Parameters, ProtectedFigure};
use crate::domain::statistics::{
    Category, Change, Dimension, Measure, PublishedGroup, Report, ReportItem, Statistics, Value,
};

/// The style of the page.
pub const STYLE: &str = include_str!("report.css");

#[derive(Template)]
#[template(
    ext = "html",
    source = r##"<!DOCTYPE html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{{ words.get("report") }}: {{ title }}</title>
<style>{{ STYLE|safe }}</style>
</head>
<body>
<header>
<p class="kind">{{ words.get("report") }}</p>
<h1>{{ title }}</h1>
<p>{{ words.get("all_about") }}</p>
<dl>
<dt>{{ words.get("campaigns") }}</dt><dd>{{ campaigns }}</dd>
<dt>{{ words.get("responses") }}</dt><dd>{{ responses }}</dd>
</dl>
<h2>{{ words.get("protection_title") }}</h2>
<p>{{ protection }}</p>
</header>
<nav aria-labelledby="contents">
<h2 id="contents">{{ words.get("contents") }}</h2>
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
<p class="base">{% for (name, count) in item.base %}<span>{{ name }}: {{ count }}</span> {% endfor %}</p>
{% if let Some(mean) = item.mean %}<p class="mean">{{ mean }}</p>
{% endif -%}
{% for change in item.changes %}<p class="change">{{ change }}</p>
{% endfor -%}
{% for table in item.tables -%}
<figure>
<h3>{{ table.caption }}</h3>
{{ table.chart|safe }}
<div class="wide" role="region" tabindex="0" aria-label="{{ item.text }}, {{ table.caption }}">
<table>
<thead><tr>{% for name in table.head %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in table.rows -%}
<tr><th scope="row">{{ row.0 }}</th>{% for cell in row.1 %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor -%}
</tbody>
</table>
</div>
</figure>
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
    mean: Option<String>,
    changes: Vec<String>,
    tables: Vec<TableView>,
}

struct TableView {
    caption: String,
    /// SVG.
    chart: String,
    head: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
}

/// The page of a report.
///
/// # Errors
///
/// When the template cannot be filled, which does not happen.
pub fn report_html(report: &Report) -> Result<String, askama::Error> {
    let words = Words::of(&report.language);
    let responses = report
        .items
        .first()
        .and_then(|it| it.overall.groups.first());
    let noise = Parameters::DEFAULT.largest_noise.to_string();
    let floor = CellKeyMethod::DEFAULT_FLOOR.to_string();
    let page = Page {
        language: &report.language,
        words,
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
    let mut tables: Vec<TableView> = Vec::new();
    if !measure.categories.is_empty() {
        tables.extend(group.map(|group| overall(measure, group, words)));
    }
    let by_campaign = item.by_campaign.iter();
    tables.extend(by_campaign.chain(&item.by).map(|it| breakdown(it, words)));
    let changes = item.by_campaign.as_ref().and_then(|it| it.changes.last());
    ItemView {
        id: measure.name.clone(),
        text: measure.text.clone(),
        base: group.map_or_else(Vec::new, |group| base(group, words)),
        mean: group.and_then(|group| mean_line(measure, group, words)),
        changes: changes.map_or_else(Vec::new, |it| change_lines(measure, it, words)),
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

fn mean_line(measure: &Measure, group: &PublishedGroup, words: Words) -> Option<String> {
    let numbers = measure.numbers?;
    let bounds = [
        ("lowest", &*numbers.lowest.to_string()),
        ("highest", &*numbers.highest.to_string()),
    ];
    Some(format!(
        "{}: {} ({})",
        words.get("mean"),
        with_interval(group.mean.as_ref(), number, words),
        words.with("range", &bounds),
    ))
}

fn change_lines(measure: &Measure, change: &Change, words: Words) -> Vec<String> {
    let since = words.with("change", &[("campaign", &change.from)]);
    let line = |name: &str, value: f64, lower: f64, upper: f64, write: fn(f64) -> String| {
        format!(
            "{since}, {name}: {} ({} – {})",
            write(value),
            write(lower),
            write(upper)
        )
    };
    let mean = change
        .mean
        .map(|it| line(words.get("mean"), it.value, it.lower, it.upper, signed));
    let shares = measure.categories.iter().zip(&change.shares);
    let shares = shares.filter_map(|(category, share)| {
        let share = share
            .as_ref()
            .filter(|it| it.lower > 0.0 || it.upper < 0.0)?;
        let name = category_name(measure, category, words);
        Some(line(
            &name,
            share.value,
            share.lower,
            share.upper,
            signed_points,
        ))
    });
    mean.into_iter().chain(shares).collect()
}

/// All responses: a bar a category.
fn overall(measure: &Measure, group: &PublishedGroup, words: Words) -> TableView {
    let all = measure
        .categories
        .iter()
        .zip(&group.counts)
        .zip(&group.shares);
    let lines = all.map(|((category, count), share)| {
        let name = category_name(measure, category, words);
        (name, count.value, share.as_ref())
    });
    let lines: Vec<_> = lines.collect();
    let bars = lines.iter().map(|(name, _, share)| Bar {
        label: name.clone(),
        number: share.map_or_else(|| words.get("too_few").to_owned(), |it| percent(it.value)),
        value: share.map(|it| [it.value, it.lower, it.upper]),
    });
    let caption = words.get("overall").to_owned();
    let rows = lines.iter().map(|(name, count, share)| {
        let share = with_interval(*share, percent, words);
        (name.clone(), vec![count.to_string(), share])
    });
    TableView {
        chart: chart(
            &format!("{}: {}", measure.text, words.get("share")),
            &bars.collect::<Vec<_>>(),
            Mark::Bar,
        ),
        head: ["group", "count", "share"]
            .map(|name| words.get(name).to_owned())
            .to_vec(),
        rows: rows.collect(),
        caption,
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
    let mut head = vec![
        words.get("group").to_owned(),
        words.get("answered").to_owned(),
    ];
    if measure.numbers.is_some() {
        head.push(words.get("mean").to_owned());
    }
    let names = measure
        .categories
        .iter()
        .map(|it| category_name(measure, it, words));
    head.extend(names);
    let named = statistics
        .groups
        .iter()
        .map(|group| (group_name(statistics, group, words), group));
    let named: Vec<_> = named.collect();
    let rows = named.iter().map(|(name, group)| {
        let mut cells = vec![group.answered.value.to_string()];
        if measure.numbers.is_some() {
            cells.push(with_interval(group.mean.as_ref(), number, words));
        }
        let shares = group.shares.iter();
        cells.extend(shares.map(|it| with_interval(it.as_ref(), percent, words)));
        (name.clone(), cells)
    });
    let chart = measure.numbers.map(|numbers| {
        let at = |value: f64| (value - numbers.lowest) / (numbers.highest - numbers.lowest);
        let points = named.iter().map(|(name, group)| Bar {
            label: name.clone(),
            number: group
                .mean
                .map_or_else(|| words.get("too_few").to_owned(), |it| number(it.value)),
            value: group
                .mean
                .map(|it| [at(it.value), at(it.lower), at(it.upper)]),
        });
        let title = format!("{}: {}, {caption}", measure.text, words.get("mean"));
        chart(&title, &points.collect::<Vec<_>>(), Mark::Point)
    });
    TableView {
        chart: chart.unwrap_or_default(),
        head,
        rows: rows.collect(),
        caption,
    }
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

fn with_interval(
    figure: Option<&ProtectedFigure>,
    write: fn(f64) -> String,
    words: Words,
) -> String {
    match figure {
        None => words.get("too_few").to_owned(),
        Some(it) => {
            let [value, lower, upper] = [it.value, it.lower, it.upper].map(write);
            format!("{value} ({lower}–{upper})")
        }
    }
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

fn percent(share: f64) -> String {
    format!("{:.0}\u{a0}%", share * 100.0)
}

fn signed(value: f64) -> String {
    format!("{value:+.1}")
}

fn signed_points(share: f64) -> String {
    format!("{:+.0}\u{a0}%", share * 100.0)
}
