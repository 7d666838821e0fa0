//! Each rule: what it finds, and what it leaves alone.

use serde_json::{Value, json};

use crate::domain::form::{Advice, Form, FormDefinition, Review, Source, Syntax};

const SHIPPED: &str = include_str!("../../../../forms/daily-life-after-treatment.yaml");

/// A form in English with this one question.
fn form(question: &Value) -> Value {
    let mut asked = json!({"key": "q", "kind": "yes_no", "text": {"en": "Did you sleep well?"}});
    for (field, value) in question.as_object().unwrap() {
        asked[field] = value.clone();
    }
    json!({
        "key": "f", "languages": ["en"], "title": {"en": "Sleep"},
        "sections": [{"key": "s", "title": {"en": "Nights"}, "questions": [asked]}],
    })
}

fn review(form: Value) -> Review {
    let definition: FormDefinition = serde_json::from_value(form).unwrap();
    Review::of(&Form::check(definition.as_written_today()).unwrap())
}

fn rules(form: Value) -> Vec<(String, &'static str)> {
    let found = review(form).advice.into_iter();
    let found = found.map(|it| (it.pointer.to_string(), it.kind.rule()));
    found.collect()
}

/// The rules that speak of a form with this one question.
fn on(question: Value) -> Vec<&'static str> {
    rules(form(&question)).into_iter().map(|it| it.1).collect()
}

fn asking(text: &str) -> Vec<&'static str> {
    on(json!({"text": {"en": text}}))
}

fn asking_in_korean(text: &str) -> Vec<&'static str> {
    let mut form = form(&json!({"text": {"ko": text}}));
    form["languages"] = json!(["ko"]);
    form["title"] = json!({"ko": "잠"});
    form["sections"][0]["title"] = json!({"ko": "밤"});
    rules(form).into_iter().map(|it| it.1).collect()
}

fn options(labels: &[&str], values: bool) -> Value {
    let option = |(place, label): (usize, &&str)| {
        let mut option = json!({"code": format!("c{place}"), "label": {"en": label}});
        if values {
            option["value"] = json!(place);
        }
        option
    };
    labels.iter().enumerate().map(option).collect()
}

fn choosing(labels: &[&str], values: bool) -> Vec<&'static str> {
    let text = "In the last 7 days, how was your sleep?";
    on(json!({"kind": "single_choice", "text": {"en": text}, "options": options(labels, values)}))
}

#[test]
fn a_plain_question_gets_no_advice() {
    assert!(on(json!({})).is_empty());
    assert!(asking_in_korean("지난 7일 동안 잘 주무셨습니까?").is_empty());
}

#[test]
fn two_things_in_one_question_are_found_in_both_languages() {
    for text in [
        "Did you have pain and tiredness?",
        "Did you walk and/or cycle?",
    ] {
        assert_eq!(asking(text), ["two-things"], "{text}");
    }
    for text in [
        "Did you have numb hands or feet?",
        "Did you sleep between meals and visits?",
        "Did you wander about?",
    ] {
        assert!(asking(text).is_empty(), "{text}");
    }
    for text in ["통증과 피로가 있었습니까?", "통증 및 피로가 있었습니까?"] {
        assert_eq!(asking_in_korean(text), ["two-things"], "{text}");
    }
    for text in [
        "친구와 이야기를 나누셨습니까?",
        "감염을 피하려고 사람들과 떨어져 지내셨습니까?",
        "검사 결과를 들으셨습니까?",
    ] {
        assert!(asking_in_korean(text).is_empty(), "{text}");
    }
}

#[test]
fn negations_are_found_and_what_only_looks_like_one_is_not() {
    for text in [
        "Did you not sleep?",
        "Were you never hungry?",
        "Can’t you eat?",
    ] {
        assert_eq!(asking(text), ["negation"], "{text}");
    }
    for text in [
        "Did it trouble you not to know what comes?",
        "Have you slept or not?",
    ] {
        assert!(asking(text).is_empty(), "{text}");
    }
    assert_eq!(asking_in_korean("잠을 자지 못하셨나요?"), ["negation"]);
    assert!(asking_in_korean("입맛이 없어서 힘드셨습니까?").is_empty());
}

#[test]
fn leading_words_are_found_once() {
    for text in [
        "Surely you slept well?",
        "Don't you sleep well?",
        "Do you agree that sleep matters?",
    ] {
        assert_eq!(asking(text), ["leading"], "{text}");
    }
    assert_eq!(asking_in_korean("당연히 잘 주무셨습니까?"), ["leading"]);
    assert_eq!(asking_in_korean("잘 주무셨지요?"), ["leading"]);
    assert_eq!(asking_in_korean("힘들지 않습니까?"), ["leading"]);
}

#[test]
fn long_sentences_and_long_texts_are_found() {
    let words = |count: usize| format!("Did you{} sleep?", " now".repeat(count - 3));
    assert!(asking(&words(25)).is_empty());
    assert_eq!(asking(&words(26)), ["long-sentence"]);
    let short = "You may think of many things here. ".repeat(8);
    assert_eq!(on(json!({"hint": {"en": short}})), ["long-text"]);
    let korean = format!("{}주무셨습니까?", "잘 ".repeat(18));
    assert_eq!(asking_in_korean(&korean), ["long-sentence"]);
}

#[test]
fn a_degree_needs_its_period_and_a_fact_does_not() {
    let labels = ["None", "A little", "A lot"];
    let degree = |text: &str| json!({"kind": "single_choice", "text": {"en": text}, "options": options(&labels, true)});
    assert_eq!(on(degree("How difficult was it to sleep?")), ["no-period"]);
    assert!(on(degree("In the last 7 days, how difficult was it to sleep?")).is_empty());
    let mut of_person = degree("How well do you read?");
    of_person["background"] = json!(true);
    assert!(on(of_person).is_empty());
    let mut by_hint = degree("How difficult was it to sleep?");
    by_hint["hint"] = json!({"en": "Think of this week."});
    assert!(on(by_hint).is_empty());
    let mut above = form(&degree("Sleeping"));
    let statement = json!({"key": "s", "kind": "statement", "text": {"en": "Over the last 2 weeks, how difficult was this?"}});
    let questions = above["sections"][0]["questions"].as_array_mut().unwrap();
    questions.insert(0, statement);
    assert!(rules(above).is_empty());
    let fact = json!({"kind": "single_choice", "text": {"en": "Who helps?"}, "options": options(&labels, false)});
    assert!(on(fact).is_empty());
}

#[test]
fn a_rating_needs_both_labels_and_a_middle_where_it_has_two_sides() {
    let rating = |min: i64, max: i64| {
        json!({"kind": "rating", "min": min, "max": max, "text": {"en": "How was this week?"},
            "min_label": {"en": "Bad"}, "max_label": {"en": "Good"}})
    };
    assert!(on(rating(0, 10)).is_empty());
    assert!(on(rating(-3, 3)).is_empty());
    assert_eq!(on(rating(-3, 2)), ["no-middle"]);
    let mut without = rating(0, 10);
    without.as_object_mut().unwrap().remove("max_label");
    assert_eq!(on(without), ["no-end-labels"]);
}

#[test]
fn anchors_name_the_ends_and_steps_make_the_middle() {
    let rating = |step: i64, last: i64| {
        let anchor = |at: i64| json!({"at": at, "label": {"en": format!("Point {at}")}});
        json!({"kind": "rating", "min": -30, "max": 30, "step": step, "text": {"en": "How was this week?"},
            "anchors": [anchor(-30), anchor(last)]})
    };
    assert!(on(rating(10, 30)).is_empty());
    assert_eq!(on(rating(10, 0)), ["no-end-labels"]);
    assert_eq!(on(rating(20, -10)), ["no-end-labels", "no-middle"]);
}

#[test]
fn a_statement_asks_nothing() {
    let statement =
        json!({"kind": "statement", "text": {"en": "Next come pain and sleep. Do not hurry."}});
    assert!(on(statement).is_empty());
}

#[test]
fn an_even_scale_lacks_a_middle_only_between_two_sides() {
    assert!(choosing(&["Never", "Some days", "Most days", "Always"], true).is_empty());
    let sides = ["Disagree", "Rather disagree", "Somewhat agree", "Agree"];
    assert_eq!(choosing(&sides, true), ["no-middle"]);
    assert!(choosing(&sides, false).is_empty());
    assert!(
        choosing(
            &["Bad", "Rather bad", "In between", "Rather good", "Good"],
            true
        )
        .is_empty()
    );
}

#[test]
fn options_are_few_differ_and_none_of_them_declines() {
    let labels: Vec<String> = (0..13).map(|place| format!("Place {place}")).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    assert_eq!(choosing(&labels, false), ["many-options"]);
    assert!(choosing(&labels[..12], false).is_empty());
    assert_eq!(
        choosing(&["Well", "well ", "Badly"], false),
        ["label-twice"]
    );
    assert_eq!(
        choosing(&["Well", "Badly", "I prefer not to say"], false),
        ["declining-option"]
    );
}

#[test]
fn a_background_question_is_not_asked_for_an_option_that_declines() {
    let question = json!({"kind": "single_choice", "background": true, "text": {"en": "What is your sex?"},
        "options": options(&["Female", "Male", "Another"], false)});
    assert!(on(question).is_empty());
}

#[test]
fn required_text_is_found() {
    let text = |required| json!({"kind": "text", "max_length": 100, "required": required});
    assert_eq!(on(text(true)), ["required-text"]);
    assert!(on(text(false)).is_empty());
}

#[test]
fn a_section_has_few_questions_without_a_condition() {
    let of = |count: usize, conditional: bool| {
        let mut form = form(&json!({}));
        let questions = form["sections"][0]["questions"].as_array_mut().unwrap();
        for number in 1..count {
            let text = format!("Did you sleep on night {number}?");
            let mut question =
                json!({"key": format!("q{number}"), "kind": "yes_no", "text": {"en": text}});
            if conditional {
                question["show_when"] = json!({"question": "q", "is": true});
            }
            questions.push(question);
        }
        rules(form)
    };
    assert!(of(8, false).is_empty());
    assert_eq!(of(9, false), [("/sections/0".to_owned(), "many-questions")]);
    assert!(of(20, true).is_empty());
}

#[test]
fn a_question_that_is_asked_twice_is_found() {
    let mut form = form(&json!({}));
    let again = json!({"key": "r", "kind": "yes_no", "text": {"en": "Did you sleep well ?"}});
    form["sections"][0]["questions"]
        .as_array_mut()
        .unwrap()
        .push(again);
    let place = "/sections/0/questions/1/text/en".to_owned();
    assert_eq!(rules(form), [(place, "text-twice")]);
}

/// A form in two languages with this hint.
fn with_hint(english: &str, korean: &str) -> Vec<(String, &'static str)> {
    let both = |en: &str, ko: &str| json!({"en": en, "ko": ko});
    let sure = (
        "Were you able to sleep through the night?",
        "밤에 깨지 않고 푹 주무실 수 있었습니까?",
    );
    let description = (
        "This form asks how you sleep. It takes a minute. Nobody can tell who you are.",
        "주무시는 것에 대해 여쭙습니다. 1분이면 됩니다. 누구인지 아무도 알 수 없습니다.",
    );
    rules(json!({
        "key": "f", "languages": ["en", "ko"], "title": both("Sleep", "잠"),
        "description": both(description.0, description.1),
        "sections": [{"key": "s", "title": both("Nights", "밤"), "questions": [
            {"key": "q", "kind": "yes_no", "text": both(sure.0, sure.1), "hint": both(english, korean)},
        ]}],
    }))
}

#[test]
fn a_translation_that_is_cut_short_or_missing_is_found() {
    let english = "Think of the last 7 nights, and of how you felt when you got up.";
    assert!(
        with_hint(
            english,
            "지난 7일 밤과, 일어나셨을 때 어떠셨는지를 떠올려 주세요."
        )
        .is_empty()
    );
    let place = || "/sections/0/questions/0/hint/ko".to_owned();
    assert_eq!(
        with_hint(english, "지난 7일"),
        [(place(), "length-differs")]
    );
    assert_eq!(with_hint(english, english), [(place(), "same-text")]);
    assert!(with_hint("COVID-19", "COVID-19").is_empty());
}

#[test]
fn hard_english_is_found_for_the_whole_form() {
    let mut form = form(&json!({}));
    form["description"] = json!({"en": "Participants' functional limitations attributable to therapeutic \
        interventions necessitate comprehensive multidisciplinary documentation."});
    assert_eq!(rules(form), [("/languages/0".to_owned(), "hard-to-read")]);
}

#[test]
fn a_form_is_too_long_by_what_everybody_sees() {
    let of = |count: usize, conditional: bool| {
        let mut form = form(&json!({}));
        let sections = form["sections"].as_array_mut().unwrap();
        for number in 1..count {
            let text = format!("In the last 7 days, what did you think of on night {number}?");
            let mut section = json!({"key": format!("s{number}"), "title": {"en": "Nights"}, "questions": [
                {"key": format!("q{number}"), "kind": "text", "max_length": 100, "text": {"en": text}},
            ]});
            if conditional {
                section["show_when"] = json!({"question": "q", "is": true});
            }
            sections.push(section);
        }
        review(form)
    };
    assert!(matches!(
        of(15, false).advice[0].kind,
        Advice::LongForm { minutes: 10 }
    ));
    assert!(of(10, false).advice.is_empty());
    let conditional = of(15, true);
    assert!(conditional.advice.is_empty());
    assert!(conditional.length.most > 10.0 && conditional.length.least < 1.0);
}

#[test]
fn the_shipped_form_gets_two_pieces_of_advice_that_were_weighed() {
    let source = Source::read(SHIPPED, Syntax::Yaml).unwrap();
    let review = Review::of(&Form::check(source.definition().unwrap()).unwrap());
    let found = review.advice.iter();
    let found: Vec<_> = found
        .map(|it| (it.pointer.as_str(), it.kind.rule()))
        .collect();
    let expected = [
        // Iron and vitamin B12 are two checks; it asks whether somebody spoke of them.
        ("/sections/4/questions/3/text/en", "two-things"),
        // "People close to you do not understand" is what weighs on them, and there is no plainer word for it.
        ("/sections/11/questions/1/text/en", "negation"),
    ];
    assert_eq!(found, expected);
}
