use super::*;
use crate::domain::disclosure::cell_key::ProtectedFigure;
use crate::domain::form::{Form, Source, Syntax};
use crate::domain::response::{Occasion, RawAnswers, validate};
use crate::formats::forms_for_tests::{SHIPPED, form_of};
use crate::formats::words::assert_complete;

fn summary(form: &Form, language: &str, answers: serde_json::Value) -> PersonalSummary {
    let raw: RawAnswers = serde_json::from_value(answers).unwrap();
    let week = "2027-W05".parse().unwrap();
    let valid = validate(form, &raw, Occasion { week, language }).unwrap();
    PersonalSummary::of(form, valid.as_slice(), language)
}

fn heavy() -> serde_json::Value {
    serde_json::json!({
        "cancer_type": "stomach", "time_since_treatment": "under_6_months", "treatments": ["surgery"],
        "energy_tired": "complete", "sleep_night": "severe", "eating_meals": "moderate", "stomach_after_meals": "severe",
        "distress": 8, "mood_recurrence": "mild", "care_listened": "always", "care_whom_to_ask": "always",
        "care_decided_together": "often", "care_part_of_team": "often", "money_trouble": "severe", "moving_walk": "severe",
        "home_housework": "severe", "leisure_enjoy": "severe", "body_changes": "severe", "family_talk": "severe",
        "family_understood": "severe",
    })
}

fn page<'a>(
    summary: &'a PersonalSummary,
    language: &'a str,
    peers: &'a [Option<ProtectedFigure>],
) -> SummaryPage<'a> {
    SummaryPage {
        title: "A <b>form</b>",
        language,
        week: "2027-W05".parse().unwrap(),
        summary,
        peers,
        test: false,
    }
}

#[test]
fn every_language_has_all_words_of_the_summary() {
    assert_complete(&WORDS);
}

#[test]
fn the_page_shows_the_summary_and_loads_nothing() {
    let form = form_of(SHIPPED);
    let summary = summary(&form, "ko", heavy());
    let figure = ProtectedFigure {
        value: 41.7,
        lower: 38.0,
        upper: 45.0,
        base: 60,
    };
    let mut peers = vec![Some(figure); summary.areas.len()];
    *peers.last_mut().unwrap() = None;
    let html = summary_html(page(&summary, "ko", &peers)).unwrap();
    assert!(
        html.starts_with("<!DOCTYPE html>\n<html lang=\"ko\" dir=\"ltr\">"),
        "{html}"
    );
    for forbidden in [
        "<script",
        "http://",
        "https://",
        " style=",
        "onload",
        "<b>",
        "src=",
        " dir=\"ltr\">나",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert_eq!(html.matches("<h3>").count(), 3);
    assert!(html.contains("<h3>기운(높을수록 더 힘듦)</h3>"), "{html}");
    assert!(
        html.contains("0~100 가운데 100") && html.contains("나와 비슷한 분들: 42"),
        "{html}"
    );
    assert!(
        html.contains("<td class=\"number\">보이지 않음</td>"),
        "{html}"
    );
    assert!(html.contains("“위암”"), "{html}");
    // The five that weigh most, and how many more there are.
    assert_eq!(html.matches("<li>").count(), MOST_ADVICE);
    let more = summary.advice.len() - MOST_ADVICE;
    assert!(more > 0 && html.contains(&format!("{more}가지")), "{html}");
    assert!(html.contains("자살예방 상담전화 109"));
}

#[test]
fn what_is_held_back_is_said_and_looks_like_nothing() {
    let form = form_of(SHIPPED);
    let found = summary(&form, "en", heavy());
    let none = vec![None; found.areas.len()];
    let html = summary_html(page(&found, "en", &none)).unwrap();
    assert!(
        html.contains(
            "is not shown: so far there are too few of them, or nothing is published yet."
        ),
        "{html}"
    );
    assert!(!html.contains("<th scope=\"col\">People like you</th>"));
    let mut found = found;
    found.likeness = None;
    assert!(peers_about(page(&found, "en", &none)).contains("do not say who is like you"));
}

#[test]
fn a_form_from_right_to_left_is_laid_out_so_and_our_words_say_their_language() {
    let yaml = include_str!("../../../tests/forms/every-kind.yaml");
    let text = yaml
        .replace("languages: [en, ko]", "languages: [ar, ko]")
        .replace("{en:", "{ar:");
    let text = text.replace(" en: ", " ar: ");
    let definition = Source::read(&text, Syntax::Yaml)
        .unwrap()
        .definition()
        .unwrap();
    let form = Form::check(definition).unwrap();
    let answers = serde_json::json!({"group": "a", "meals": "much", "distress": 8, "exact": 1});
    let found = summary(&form, "ar", answers);
    let html = summary_html(page(&found, "ar", &[None, None])).unwrap();
    assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">"), "{html}");
    assert!(
        html.contains("<h2 id=\"heaviest\" lang=\"en\" dir=\"ltr\">What weighs on you most</h2>"),
        "{html}"
    );
}
