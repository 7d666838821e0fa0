//! Routing (skip logic): which questions a person is shown, given the answers so far.

use super::{Answer, Answered, Condition, Form, Kind, ScoreTest, Test, Value};

/// Whether the question at `place` is shown to someone who gave these answers to the questions before it.
pub fn is_shown(form: &Form, place: usize, earlier: &[Answer]) -> bool {
    let Some(question) = form.questions().get(place) else {
        return false;
    };
    let answered = form.answered(earlier);
    [
        form.section_condition(question.section),
        question.show_when.as_ref(),
    ]
    .into_iter()
    .flatten()
    .all(|condition| holds(condition, &answered))
}

/// Whether the condition holds for these answers. Missing ones count as blank.
pub fn holds(condition: &Condition, answered: &Answered<'_>) -> bool {
    let Answered {
        questions, answers, ..
    } = answered;
    let holds = |condition: &Condition| holds(condition, answered);
    match condition {
        Condition::Any(conditions) => conditions.iter().any(holds),
        Condition::All(conditions) => conditions.iter().all(holds),
        Condition::Not(condition) => !holds(condition),
        Condition::Test(place, test) => match (questions.get(*place), answers.get(*place)) {
            (Some(question), Some(Answer::Given(value))) => passes(test, &question.kind, value),
            _ => *test == Test::Answered(false),
        },
        Condition::Score(place, test) => score_passes(test, answered, *place),
    }
}

/// A test of a score that there is not is false, as one of an answer is.
fn score_passes(test: &ScoreTest, answered: &Answered<'_>, place: usize) -> bool {
    let score = answered.score(place);
    // Both numbers are the floats nearest to decimals, and so compare as these do.
    let number = |passes: fn(f64, f64) -> bool, bound: &f64| {
        score.value.is_some_and(|value| passes(value, *bound))
    };
    match test {
        #[allow(clippy::float_cmp, reason = "the nearest floats of two decimals")]
        ScoreTest::Is(wanted) => number(|value, wanted| value == wanted, wanted),
        ScoreTest::AtLeast(bound) => number(|value, bound| value >= bound, bound),
        ScoreTest::AtMost(bound) => number(|value, bound| value <= bound, bound),
        ScoreTest::MoreThan(bound) => number(|value, bound| value > bound, bound),
        ScoreTest::LessThan(bound) => number(|value, bound| value < bound, bound),
        ScoreTest::Band(band) => score.band == Some(*band),
        ScoreTest::Given(wanted) => score.value.is_some() == *wanted,
    }
}

fn passes(test: &Test, kind: &Kind, value: &Value) -> bool {
    let number = || kind.number(value);
    match (test, value) {
        (Test::Options(options), Value::Choice(chosen)) => options.contains(chosen),
        (Test::Includes(option), Value::Choices(chosen)) => chosen.contains(option),
        (Test::YesNo(wanted), Value::YesNo(answer)) => wanted == answer,
        (Test::Numbers(numbers), _) => number().is_some_and(|number| numbers.contains(&number)),
        (Test::AtLeast(bound), _) => number().is_some_and(|number| number >= *bound),
        (Test::AtMost(bound), _) => number().is_some_and(|number| number <= *bound),
        (Test::Answered(wanted), _) => *wanted,
        _ => false,
    }
}
