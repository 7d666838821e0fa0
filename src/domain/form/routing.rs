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
            (Some(question), Some(Answer::Given(value))) => match test {
                Test::Compared(comparison, other) => {
                    let place = |place: usize, value: &Value| {
                        questions.get(place)?.kind.place_in_order(value)
                    };
                    let other = answers
                        .get(*other)
                        .and_then(Answer::value)
                        .and_then(|value| place(*other, value));
                    question
                        .kind
                        .place_in_order(value)
                        .zip(other)
                        .is_some_and(|(one, other)| comparison.holds(one, other))
                }
                _ => passes(test, &question.kind, value),
            },
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

/// Whether an answer passes a test of itself alone.
pub fn passes(test: &Test, kind: &Kind, value: &Value) -> bool {
    let number = || kind.number(value);
    match (test, value) {
        (Test::Options(options), Value::Choice(chosen)) => options.contains(chosen),
        (Test::YesNo(wanted), Value::YesNo(answer)) => wanted == answer,
        (Test::Numbers(numbers), _) => number().is_some_and(|number| numbers.contains(&number)),
        (Test::AtLeast(bound), _) => number().is_some_and(|number| number >= *bound),
        (Test::AtMost(bound), _) => number().is_some_and(|number| number <= *bound),
        (Test::Answered(wanted), _) => *wanted,
        (Test::MoreThan(bound), _) => number().is_some_and(|number| number > *bound),
        (Test::LessThan(bound), _) => number().is_some_and(|number| number < *bound),
        (_, Value::Choices(chosen) | Value::Ranking(chosen)) => passes_for_several(test, chosen),
        _ => false,
    }
}

/// Whether these options, which were chosen or put in order, pass a test on several of them.
fn passes_for_several(test: &Test, chosen: &[u8]) -> bool {
    match test {
        Test::Includes(option) => chosen.contains(option),
        Test::IncludesAny(options) => options.iter().any(|option| chosen.contains(option)),
        Test::IncludesAll(options) => options.iter().all(|option| chosen.contains(option)),
        Test::IncludesNone(options) => !options.iter().any(|option| chosen.contains(option)),
        Test::CountAtLeast(count) => chosen.len() >= usize::from(*count),
        Test::CountAtMost(count) => chosen.len() <= usize::from(*count),
        _ => false,
    }
}
