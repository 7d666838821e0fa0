//! The page of a section, and the page on which everything is checked before it is sent.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::answers::{AnsweredSection, answered};
use super::carried::Carried;
use super::fault_words::{of_answer, of_problem};
use super::fields::{Field, Fields, QuestionView};
use super::posted::{DECLINE, Posted};
use super::reply::{STYLE_PATH, page};
use super::visit::{Frame, Visit};
use crate::domain::campaign::access::Access;
use crate::domain::fault::Fault;
use crate::domain::form::routing::holds;
use crate::domain::form::{Answer, Form};
use crate::domain::response::{AnswerFault, broken_constraints, walk};
use crate::http::problem::{Code, Problem};

/// Why a section is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// To be filled in.
    Plain,
    /// Since something in it is wrong.
    Faults,
    /// Since its answers show more of its questions.
    More,
}

/// A form as far as it is filled in.
pub(super) struct Progress<'a> {
    pub(super) visit: &'a Visit,
    pub(super) posted: &'a Posted,
    pub(super) carried: Carried,
    /// One for each question.
    pub(super) answers: Vec<Answer>,
    faults: Vec<Fault<AnswerFault>>,
}

impl<'a> Progress<'a> {
    pub(super) fn of(visit: &'a Visit, posted: &'a Posted, carried: Carried) -> Self {
        let walked = walk(
            visit.form(),
            &posted.answers(visit.form()),
            visit.occasion(),
        );
        let mut faults = walked.faults;
        // What is hidden is not sent, and rules over several questions count once all of these were seen.
        faults.retain(|fault| {
            let kind = &fault.kind;
            !matches!(kind, AnswerFault::Hidden | AnswerFault::Constraint { .. })
        });
        Self {
            visit,
            posted,
            carried,
            answers: walked.answers,
            faults,
        }
    }

    /// The places of the sections of which something is shown.
    pub(super) fn sections(&self) -> Vec<usize> {
        let form = self.visit.form();
        let shown = form.questions().iter().zip(&self.answers);
        let shown = shown.filter(|(_, answer)| **answer != Answer::Hidden);
        let mut sections: Vec<usize> = shown
            .map(|(question, _)| question.section)
            .filter(|section| *section < form.definition().sections.len())
            .collect();
        sections.sort_unstable();
        sections.dedup();
        sections
    }

    pub(super) fn section(&self, key: &str) -> Option<usize> {
        let sections = &self.visit.form().definition().sections;
        sections.iter().position(|section| section.key == key)
    }

    /// What is wrong in a section, once it was filled in.
    pub(super) fn faults_in(&self, place: usize) -> Vec<(String, String)> {
        let form = self.visit.form();
        let is_here = |fault: &&Fault<AnswerFault>| section_of(form, fault) == Some(place);
        let mut found: Vec<_> = self.faults.iter().filter(is_here).cloned().collect();
        if found.is_empty() {
            let questions = form.questions().iter();
            let until = questions.filter(|it| it.section <= place).count();
            let language = &self.visit.language;
            found = broken_constraints(form, &self.answers, language, until);
            found.retain(|fault| section_of(form, fault) == Some(place));
        }
        let told = found.iter().filter_map(|fault| {
            let question = form.question_definition(key_of(fault))?;
            let text = of_answer(&fault.kind, question, self.visit.words);
            Some((question.key.clone(), text))
        });
        told.collect()
    }

    /// Whether questions of this section are shown now that were not on the page.
    pub(super) fn has_more(&self, place: usize) -> bool {
        let (form, asked) = (self.visit.form(), self.posted.all("asked"));
        let questions = form.questions().iter().zip(&self.answers);
        let mut shown = questions.filter(|(question, answer)| {
            // The field of a text beside an option is there from the beginning.
            let is_asked = form
                .definition()
                .questions()
                .any(|(_, it)| it.key == question.key);
            question.section == place && **answer != Answer::Hidden && is_asked
        });
        shown.any(|(question, _)| !asked.contains(&question.key.as_str()))
    }

    /// The first section in which something is wrong.
    pub(super) fn first_fault(&self) -> Option<usize> {
        let mut sections = self.sections().into_iter();
        sections.find(|place| !self.faults_in(*place).is_empty())
    }

    fn notices(&self) -> Vec<String> {
        let form = self.visit.form();
        let answered = form.answered(&self.answers);
        let notices = form.notices();
        let notices = notices.filter(|(_, condition)| holds(condition, &answered));
        notices
            .map(|(notice, _)| self.visit.said(&notice.text).to_owned())
            .collect()
    }
}

fn key_of(fault: &Fault<AnswerFault>) -> &str {
    fault.pointer.as_str().split('/').nth(1).unwrap_or_default()
}

fn section_of(form: &Form, fault: &Fault<AnswerFault>) -> Option<usize> {
    let place = form.place(key_of(fault))?;
    Some(form.questions().get(place)?.section)
}

#[derive(Template)]
#[template(path = "page/section.html")]
struct SectionPage<'a> {
    frame: Frame<'a>,
    style: &'a str,
    path: String,
    hidden: Vec<(String, String)>,
    key: &'a str,
    title: &'a str,
    description: &'a str,
    number: usize,
    count: usize,
    faults: Vec<SummarisedFault>,
    notices: Vec<String>,
    questions: Vec<QuestionView>,
    languages: Vec<&'a str>,
    is_first: bool,
}

/// A fault in the summary at the top, with the place that it leads to.
struct SummarisedFault {
    place: String,
    question: String,
    text: String,
}

/// The page of the section at this place.
pub(super) fn section(
    progress: &Progress<'_>,
    place: usize,
    look: Look,
) -> Result<HttpResponse, Problem> {
    let visit = progress.visit;
    let sections = &visit.form().definition().sections;
    let Some(section) = sections.get(place) else {
        return check(progress, None);
    };
    let shown = progress.sections();
    let number = shown.iter().position(|it| *it == place).unwrap_or(0) + 1;
    let questions = questions(progress, place, look);
    let faults = summary(&questions);
    let title = visit.said(&section.title);
    let (heading, status) = match faults.is_empty() {
        true => (title.to_owned(), StatusCode::OK),
        false => (
            format!("{}: {title}", visit.words.fault),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
    };
    let section = SectionPage {
        frame: visit.frame(&heading),
        style: &STYLE_PATH,
        path: visit.path(),
        hidden: hidden(progress, &section.key, place),
        key: &section.key,
        title,
        description: visit.optional(section.description.as_ref()),
        number,
        count: shown.len(),
        faults,
        notices: progress.notices(),
        questions,
        languages: visit.other_languages(),
        is_first: number == 1,
    };
    page(status, &section)
}

/// The questions of a section with what was filled in, and what is wrong if that is to be told.
fn questions(progress: &Progress<'_>, place: usize, look: Look) -> Vec<QuestionView> {
    let mut faults: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if look == Look::Faults {
        for (key, text) in progress.faults_in(place) {
            faults.entry(key).or_default().push(text);
        }
    }
    let fields = Fields {
        visit: progress.visit,
        posted: progress.posted,
        receipt: &progress.carried.receipt,
        faults: &faults,
    };
    let mut questions = fields.of_section(place, &progress.answers);
    let asked = progress.posted.all("asked");
    let is_new = |it: &&mut QuestionView| !asked.contains(&it.key.as_str());
    if look == Look::More
        && let Some(first) = questions.iter_mut().find(is_new)
    {
        first.is_first_new = true;
    }
    questions
}

/// What the page of a section hands on.
fn hidden(progress: &Progress<'_>, key: &str, place: usize) -> Vec<(String, String)> {
    let mut carried = progress.carried.clone();
    carried.seen.push(key.to_owned());
    let mut hidden = carried.fields(progress.visit, progress.posted, Some(place));
    if !carried.invitation.is_empty() {
        hidden.push(("invitation".to_owned(), carried.invitation));
    }
    hidden
}

fn summary(questions: &[QuestionView]) -> Vec<SummarisedFault> {
    let mut summary = Vec::new();
    for question in questions {
        let own = question.faults.iter().map(|text| SummarisedFault {
            place: question.first(),
            question: question.text.clone(),
            text: text.clone(),
        });
        summary.extend(own);
        let Field::Choices { options, .. } = &question.field else {
            continue;
        };
        for beside in options.iter().filter_map(|option| option.beside.as_ref()) {
            let faults = beside.faults.iter().map(|text| SummarisedFault {
                place: format!("q.{}", beside.key),
                question: beside.text.clone(),
                text: text.clone(),
            });
            summary.extend(faults);
        }
    }
    summary
}

#[derive(Template)]
#[template(path = "page/check.html")]
struct CheckPage<'a> {
    frame: Frame<'a>,
    style: &'a str,
    path: String,
    hidden: Vec<(String, String)>,
    fault: &'a str,
    notices: Vec<String>,
    sections: Vec<AnsweredSection>,
    asks_for_code: bool,
    code: &'a str,
    is_correction: bool,
    languages: Vec<&'a str>,
}

/// The page on which everything is checked, with the reason why it could not be sent.
pub(super) fn check(
    progress: &Progress<'_>,
    refused: Option<Code>,
) -> Result<HttpResponse, Problem> {
    let (visit, carried) = (progress.visit, &progress.carried);
    let fault = refused.map_or("", |code| of_problem(code, visit.words));
    let title = match refused {
        Some(_) => visit.words.fault,
        None => visit.words.check_title,
    };
    let asks_for_code = visit.campaign.settings.access == Access::Code
        && !carried.is_correction
        && carried.replaces.is_empty();
    let check = CheckPage {
        frame: visit.frame(title),
        style: &STYLE_PATH,
        path: visit.path(),
        hidden: carried.fields(visit, progress.posted, None),
        fault,
        notices: progress.notices(),
        sections: answered(visit, &progress.answers),
        asks_for_code,
        code: &carried.invitation,
        is_correction: carried.is_correction,
        languages: visit.other_languages(),
    };
    page(refused.map_or(StatusCode::OK, Code::status), &check)
}
