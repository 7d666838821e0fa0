//! The page of a form, and that of its faults. askama escapes every text.

use askama::Template;

use super::fill::{Filled, Posted, fill};
use crate::cli::form_file::FileFault;
use crate::domain::form::{Answer, Form, FormDefinition, QuestionDefinition, QuestionKind, Text};
use crate::domain::response::Summary;
use crate::domain::response::routing::holds;

/// A rating with more steps is a field for a number.
const MOST_BUTTONS: i64 = 20;

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<link rel="stylesheet" href="/preview.css">
<script src="/preview.js" defer></script>
</head>
<body>
<main>
<form method="post" action="/">
{% match content -%}
{% when Content::Faults with (faults) -%}
<h1>{{ title }}</h1>
<ul class="faults" role="alert">
{% for fault in faults -%}
<li>{% if !fault.place.is_empty() %}<code>{{ fault.place }}</code>: {% endif %}{{ fault.what }}</li>
{% endfor -%}
</ul>
{% for (name, value) in kept -%}
<input type="hidden" name="{{ name }}" value="{{ value }}">
{% endfor -%}
<p><button>Read the file again</button></p>
{% when Content::Form with (view) -%}
<input type="hidden" name="language" value="{{ view.language }}">
<nav aria-label="Preview">
{# The first button is the one that the Enter key presses. #}
<p>Preview. Nothing is stored. <button id="update">Show what follows</button></p>
<p>{% for language in view.languages %}<button name="language" value="{{ language }}" id="language.{{ language }}" aria-pressed="{{ language == view.language }}">{{ language }}</button> {% endfor %}
<a href="/">Start again</a></p>
</nav>
<div lang="{{ view.language }}" dir="auto">
<h1>{{ title }}</h1>
{% if !view.description.is_empty() %}<p>{{ view.description }}</p>{% endif %}
{% for section in view.sections -%}
<section aria-labelledby="s.{{ section.key }}">
<h2 id="s.{{ section.key }}">{{ section.title }}</h2>
{% if !section.description.is_empty() %}<p>{{ section.description }}</p>{% endif %}
{% for question in section.questions -%}
<fieldset id="question.{{ question.key }}" aria-describedby="h.{{ question.key }} f.{{ question.key }}">
<legend id="t.{{ question.key }}">{{ question.text }}{% if question.required %} <span class="mark" lang="en">(required)</span>{% endif %}</legend>
<p class="hint" id="h.{{ question.key }}">{{ question.hint }}</p>
<ul class="faults" id="f.{{ question.key }}" lang="en">{% for fault in question.faults %}<li>{{ fault }}</li>{% endfor %}</ul>
{% match question.input -%}
{% when Input::Options { kind, options } -%}
{% for option in options -%}
<label><input type="{{ kind }}" name="q.{{ question.key }}" id="q.{{ question.key }}.{{ option.value }}" value="{{ option.value }}"{% if option.is_chosen %} checked{% endif %}> {{ option.label }}</label>
{% endfor -%}
{% when Input::Number { ends, value } -%}
<p><input inputmode="decimal" name="q.{{ question.key }}" id="q.{{ question.key }}" value="{{ value }}" aria-labelledby="t.{{ question.key }}" autocomplete="off"> {{ ends }}</p>
{% when Input::Area { max_length, value } -%}
<textarea name="q.{{ question.key }}" id="q.{{ question.key }}" rows="4" maxlength="{{ max_length }}" aria-labelledby="t.{{ question.key }}">
{{ value }}</textarea>
{% when Input::Line { value } -%}
<p><input name="q.{{ question.key }}" id="q.{{ question.key }}" value="{{ value }}" aria-labelledby="t.{{ question.key }}" autocomplete="off"></p>
{% endmatch -%}
<label class="decline" lang="en"><input type="checkbox" name="d.{{ question.key }}" id="d.{{ question.key }}"{% if question.is_declined %} checked{% endif %}> Decline</label>
</fieldset>
{% endfor -%}
</section>
{% endfor -%}
{% for notice in view.notices %}<p class="notice" role="status">{{ notice }}</p>{% endfor %}
</div>
<p><button name="action" value="send" id="send">Check as if sent</button></p>
{% if view.is_sent -%}
<section aria-label="Reply">
{% if view.faults == 0 -%}
<p role="status">The server would accept these answers.</p>
<dl>
{% for (title, value) in view.scores %}<dt>{{ title }}</dt><dd>{{ value }}</dd>{% endfor %}
</dl>
{% else -%}
<p role="alert">The server would refuse these answers: {{ view.faults }} of them have a fault.</p>
{% endif -%}
</section>
{% endif -%}
{% endmatch -%}
</form>
</main>
</body>
</html>
"#
)]
struct Page<'a> {
    title: &'a str,
    content: Content<'a>,
    kept: &'a [(String, String)],
}

enum Content<'a> {
    Faults(Vec<FileFault>),
    Form(View<'a>),
}

struct View<'a> {
    language: &'a str,
    languages: &'a [String],
    description: &'a str,
    sections: Vec<SectionView<'a>>,
    notices: Vec<&'a str>,
    is_sent: bool,
    faults: usize,
    scores: Vec<(String, String)>,
}

struct SectionView<'a> {
    key: &'a str,
    title: &'a str,
    description: &'a str,
    questions: Vec<QuestionView<'a>>,
}

struct QuestionView<'a> {
    key: &'a str,
    text: &'a str,
    hint: &'a str,
    required: bool,
    is_declined: bool,
    faults: &'a [String],
    input: Input,
}

enum Input {
    Options {
        kind: &'static str,
        options: Vec<OptionView>,
    },
    Number {
        ends: String,
        value: String,
    },
    Area {
        max_length: u16,
        value: String,
    },
    Line {
        value: String,
    },
}

struct OptionView {
    value: String,
    label: String,
    is_chosen: bool,
}

/// The page of what is wrong with the file. It keeps the answers until the file is mended.
pub(super) fn faults(faults: Vec<FileFault>, posted: &Posted) -> askama::Result<String> {
    let page = Page {
        title: "The file has faults",
        content: Content::Faults(faults),
        kept: &posted.fields,
    };
    page.render()
}

/// The page of a form with these answers.
pub(super) fn form(form: &Form, posted: &Posted) -> askama::Result<String> {
    let definition = form.definition();
    let asked = posted.last("language").unwrap_or_default();
    let mut languages = definition.languages.iter();
    let known = languages.find(|language| *language == asked);
    let language = known.or(definition.languages.first());
    let language = language.map_or("", String::as_str);
    let is_sent = posted.last("action") == Some("send");
    let filled = fill(form, posted, is_sent);
    let notices = form
        .notices()
        .filter(|(_, condition)| holds(condition, form.questions(), &filled.answers))
        .map(|(notice, _)| said(&notice.text, language));
    let view = View {
        language,
        languages: &definition.languages,
        description: optional(definition.description.as_ref(), language),
        sections: sections(definition, posted, &filled, language),
        notices: notices.collect(),
        is_sent,
        faults: filled.faults.len(),
        scores: scores(form, &filled.answers, language),
    };
    let page = Page {
        title: said(&definition.title, language),
        content: Content::Form(view),
        kept: &[],
    };
    page.render()
}

/// The sections of which a question is shown.
fn sections<'a>(
    definition: &'a FormDefinition,
    posted: &Posted,
    filled: &'a Filled,
    language: &str,
) -> Vec<SectionView<'a>> {
    let mut answers = filled.answers.iter();
    let mut sections = Vec::new();
    for section in &definition.sections {
        let mut questions = Vec::new();
        for question in &section.questions {
            if answers
                .next()
                .is_some_and(|answer| *answer != Answer::Hidden)
            {
                let faults = filled.faults.get(&question.key);
                questions.push(QuestionView {
                    key: &question.key,
                    text: said(&question.text, language),
                    hint: optional(question.hint.as_ref(), language),
                    required: question.required,
                    is_declined: posted.is_declined(&question.key),
                    faults: faults.map_or(&[], Vec::as_slice),
                    input: input(definition, question, posted, language),
                });
            }
        }
        if !questions.is_empty() {
            sections.push(SectionView {
                key: &section.key,
                title: said(&section.title, language),
                description: optional(section.description.as_ref(), language),
                questions,
            });
        }
    }
    sections
}

fn input(
    definition: &FormDefinition,
    question: &QuestionDefinition,
    posted: &Posted,
    language: &str,
) -> Input {
    let given = posted.all(&format!("q.{}", question.key));
    let value = given.last().copied().unwrap_or_default().to_owned();
    let option = |code: &str, label: &str| OptionView {
        is_chosen: given.contains(&code),
        value: code.to_owned(),
        label: label.to_owned(),
    };
    match question.kind {
        QuestionKind::SingleChoice | QuestionKind::MultipleChoice => {
            let shared = question.scale.as_ref();
            let shared = shared.and_then(|name| definition.scales.get(name));
            let options = question.options.as_ref().or(shared);
            let options = options.into_iter().flatten();
            Input::Options {
                kind: match question.kind {
                    QuestionKind::SingleChoice => "radio",
                    _ => "checkbox",
                },
                options: options
                    .map(|it| option(&it.code, said(&it.label, language)))
                    .collect(),
            }
        }
        QuestionKind::YesNo => {
            // The words are the client's, not the form's.
            let (yes, no) = match language.split('-').next() {
                Some("ko") => ("예", "아니요"),
                _ => ("Yes", "No"),
            };
            Input::Options {
                kind: "radio",
                options: vec![option("true", yes), option("false", no)],
            }
        }
        QuestionKind::Rating | QuestionKind::Integer | QuestionKind::Decimal => {
            number(question, language, value, option)
        }
        QuestionKind::Text => Input::Area {
            max_length: question.max_length.unwrap_or(4000),
            value,
        },
        // A kind that has no field of its own here yet.
        #[allow(unreachable_patterns, reason = "a new kind must not break the preview")]
        _ => Input::Line { value },
    }
}

fn number(
    question: &QuestionDefinition,
    language: &str,
    value: String,
    option: impl Fn(&str, &str) -> OptionView,
) -> Input {
    let whole = |bound: &Option<serde_json::Number>| bound.as_ref()?.as_i64();
    let (least, greatest) = (
        optional(question.min_label.as_ref(), language),
        optional(question.max_label.as_ref(), language),
    );
    if let (QuestionKind::Rating, Some(min), Some(max)) =
        (question.kind, whole(&question.min), whole(&question.max))
        && max.saturating_sub(min) <= MOST_BUTTONS
    {
        let step = |number: i64| {
            let code = number.to_string();
            let end = match number {
                _ if number == min => least,
                _ if number == max => greatest,
                _ => "",
            };
            let label = match end {
                "" => code.clone(),
                end => format!("{code} ({end})"),
            };
            option(&code, &label)
        };
        return Input::Options {
            kind: "radio",
            options: (min..=max).map(step).collect(),
        };
    }
    let bound = |bound: &Option<serde_json::Number>, label: &str| {
        let bound = bound.as_ref().map(ToString::to_string).unwrap_or_default();
        match label {
            "" => bound,
            label => format!("{bound} ({label})"),
        }
    };
    let (min, max) = (bound(&question.min, least), bound(&question.max, greatest));
    Input::Number {
        ends: format!("{min} – {max}"),
        value,
    }
}

fn scores(form: &Form, answers: &[Answer], language: &str) -> Vec<(String, String)> {
    let summary = Summary::of(form, answers, language);
    let line = |title: &Text, value: Option<f64>, band: Option<&Text>| {
        let value = value.map_or("no score".to_owned(), |value| value.to_string());
        let band = band.map(|band| format!(", {}", said(band, language)));
        let value = format!("{value}{}", band.unwrap_or_default());
        (said(title, language).to_owned(), value)
    };
    let scores = summary.scores.iter();
    scores
        .map(|score| line(&score.title, score.value, score.band_label.as_ref()))
        .collect()
}

fn said<'a>(text: &'a Text, language: &str) -> &'a str {
    text.get(language).unwrap_or_default()
}

fn optional<'a>(text: Option<&'a Text>, language: &str) -> &'a str {
    text.map_or("", |text| said(text, language))
}
