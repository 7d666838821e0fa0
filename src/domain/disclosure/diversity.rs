//! Diversity: how many different answers to sensitive questions each equivalence class of an export has.

use super::k_anonymity::ClassId;

/// Distinct answers are counted up to here; more are not worth their memory.
const MAX_DISTINCT: usize = 20;

/// What the export shows of the answer to a sensitive question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A code for the answer.
    Answer(u32),
    /// There is none, for whatever reason: this counts as one answer.
    Nothing,
    /// It is suppressed, and does not count. Where one of a class is, all are.
    Masked,
}

/// Counts the distinct answers to sensitive questions in every equivalence class: distinct l-diversity (Machanavajjhala and
/// others 2007). If all records of a class have the same answer, an attacker who knows that a person is in the class knows it.
///
/// Records are streamed through it. Memory: up to 20 numbers for each class and question. A record takes constant time for
/// each question.
#[derive(Debug, Clone)]
pub struct Diversity {
    questions: Vec<String>,
    /// The distinct answers, ascending: for each class, for each question.
    seen: Vec<Vec<Option<u32>>>,
}

/// How different the answers to a question are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionDiversity {
    /// The question's key.
    pub question: String,
    /// The `l`: the least number of distinct answers within any class that shows it, at most 20; 0 without one.
    pub least_distinct: usize,
    /// Classes in which all records say the same.
    pub uniform_classes: usize,
}

impl Diversity {
    /// Starts to count the answers to the questions with these keys.
    pub fn new(questions: Vec<String>) -> Self {
        Self {
            questions,
            seen: Vec::new(),
        }
    }

    /// Counts a record: its class, and what is shown of each answer, in the order of the questions.
    pub fn add(&mut self, class: ClassId, answers: &[Shown]) {
        let questions = self.questions.len();
        let first = usize::try_from(class.0).unwrap_or(usize::MAX) * questions;
        if self.seen.len() < first + questions {
            self.seen.resize(first + questions, Vec::new());
        }
        for (seen, answer) in self
            .seen
            .iter_mut()
            .skip(first)
            .zip(answers)
            .take(questions)
        {
            let answer = match answer {
                Shown::Answer(code) => Some(*code),
                Shown::Nothing => None,
                Shown::Masked => continue,
            };
            if seen.len() < MAX_DISTINCT
                && let Err(place) = seen.binary_search(&answer)
            {
                seen.insert(place, answer);
            }
        }
    }

    /// The report, a question after the other.
    pub fn report(&self) -> Vec<QuestionDiversity> {
        let questions = self.questions.len().max(1);
        let counts = |question: usize| {
            self.seen
                .iter()
                .skip(question)
                .step_by(questions)
                .map(Vec::len)
                .filter(|count| *count > 0)
        };
        self.questions
            .iter()
            .enumerate()
            .map(|(place, question)| QuestionDiversity {
                question: question.clone(),
                least_distinct: counts(place).min().unwrap_or(0),
                uniform_classes: counts(place).filter(|count| *count == 1).count(),
            })
            .collect()
    }
}
