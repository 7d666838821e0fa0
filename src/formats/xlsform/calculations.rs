//! A score as a calculation in XPath, where it can be said.

use crate::domain::form::{
    FormDefinition, QuestionDefinition, QuestionKind, ScoreDefinition, ScoreMethod, options_of,
};
use crate::formats::conditions::{Questions, expression};

/// The most characters of a cell.
const MAX_CELL: usize = 32_767;

/// The mean of the answers, each mapped onto the range of the score; blank where too few are answered. Other
/// scores have no calculation.
pub(super) fn calculation(
    form: &FormDefinition,
    score: &ScoreDefinition,
    questions: &Questions,
) -> Option<String> {
    let plain = score.method == ScoreMethod::Mean
        && score.of_scores.is_empty()
        && score.reversed.is_empty()
        && score.weights.is_empty()
        && score.values.is_empty()
        && score.plus.is_none()
        && score.at_least_items.is_none()
        && score.hidden.is_none()
        && score.round.is_none();
    if !plain {
        return None;
    }
    let (mut sum, mut answered, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for key in &score.of {
        let (section, question) = form
            .questions()
            .find(|(_, question)| question.key == *key)?;
        let conditions = [&section.show_when, &question.show_when];
        let conditions: Vec<String> = conditions
            .into_iter()
            .flatten()
            .map(|condition| expression(condition, questions).map(|expr| format!("({expr})")))
            .collect::<Option<_>>()?;
        shown.push(match conditions.as_slice() {
            [] => "1".to_owned(),
            all => format!("if({}, 1, 0)", all.join(" and ")),
        });
        let (has_number, mapped) = mapped(form, question, score.to)?;
        answered.push(format!("if({has_number}, 1, 0)"));
        sum.push(mapped);
    }
    let (sum, answered, shown) = (sum.join(" + "), answered.join(" + "), shown.join(" + "));
    let enough = format!(
        "({answered}) > 0 and ({answered}) >= {} * ({shown})",
        score.at_least_answered
    );
    let whole = format!("if({enough}, round(({sum}) div ({answered}), 1), '')");
    (whole.chars().count() <= MAX_CELL).then_some(whole)
}

/// When the question has a number, and that number mapped onto the range, 0 without one.
fn mapped(
    form: &FormDefinition,
    question: &QuestionDefinition,
    [bottom, top]: [f64; 2],
) -> Option<(String, String)> {
    let answer = format!("${{{}}}", question.key);
    match question.kind {
        QuestionKind::Rating | QuestionKind::Integer | QuestionKind::Decimal => {
            let low = question.min.as_ref()?.as_f64()?;
            let high = question.max.as_ref()?.as_f64()?;
            let factor = (top - bottom) / (high - low);
            let number = format!("{bottom} + ({answer} - {low}) * {factor}");
            let there = format!("{answer} != ''");
            Some((there.clone(), format!("if({there}, {number}, 0)")))
        }
        QuestionKind::SingleChoice => {
            let options = options_of(form, question);
            let values: Vec<(&str, f64)> = options
                .iter()
                .filter_map(|option| Some((option.code.as_str(), f64::from(option.value?))))
                .collect();
            let low = values.iter().map(|it| it.1).reduce(f64::min)?;
            let high = values.iter().map(|it| it.1).reduce(f64::max)?;
            let mut number = "0".to_owned();
            for (code, value) in values.iter().rev() {
                let mapped = bottom + (value - low) / (high - low) * (top - bottom);
                number = format!("if({answer} = '{code}', {mapped}, {number})");
            }
            let codes: Vec<String> = values
                .iter()
                .map(|(code, _)| format!("{answer} = '{code}'"))
                .collect();
            Some((codes.join(" or "), number))
        }
        QuestionKind::MultipleChoice
        | QuestionKind::YesNo
        | QuestionKind::Text
        | QuestionKind::Date
        | QuestionKind::Ranking
        | QuestionKind::Statement => None,
    }
}
