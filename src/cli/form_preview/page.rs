//! The page of a form, and that of its faults. askama escapes every text.

use askama::Template;

use super::input::Input;
use super::view::{View, view};
use crate::cli::form_file::FileFault;
use crate::domain::form::Form;
use crate::domain::week::IsoWeek;
use crate::http::page::posted::Posted;

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
{% when Input::Line { example, value } -%}
<p><input name="q.{{ question.key }}" id="q.{{ question.key }}" value="{{ value }}" placeholder="{{ example }}" aria-labelledby="t.{{ question.key }}" autocomplete="off"></p>
{% when Input::Ranking { rows } -%}
{% for row in rows -%}
<label><select name="q.{{ question.key }}" id="q.{{ question.key }}.{{ row.code }}"><option></option>
{%- for place in row.places %}<option value="{{ place.value }}"{% if place.is_chosen %} selected{% endif %}>{{ place.label }}</option>{% endfor -%}
</select> {{ row.label }}</label>
{% endfor -%}
{% when Input::Nothing -%}
{% endmatch -%}
{% if question.can_decline -%}
<label class="decline" lang="en"><input type="checkbox" name="d.{{ question.key }}" id="d.{{ question.key }}"{% if question.is_declined %} checked{% endif %}> Decline</label>
{% endif -%}
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
    kept: Vec<(&'a str, &'a str)>,
}

enum Content<'a> {
    Faults(Vec<FileFault>),
    Form(&'a View<'a>),
}

/// The page of what is wrong with the file. It keeps the answers until the file is mended.
pub(super) fn faults(faults: Vec<FileFault>, posted: &Posted) -> askama::Result<String> {
    let page = Page {
        title: "The file has faults",
        content: Content::Faults(faults),
        kept: posted.pairs().collect(),
    };
    page.render()
}

/// The page of a form with these answers, given in this week.
pub(super) fn form(form: &Form, posted: &Posted, week: IsoWeek) -> askama::Result<String> {
    let view = view(form, posted, week);
    let page = Page {
        title: view.title,
        content: Content::Form(&view),
        kept: Vec::new(),
    };
    page.render()
}
