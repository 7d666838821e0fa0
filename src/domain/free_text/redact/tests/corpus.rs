//! Measures precision and recall over remarks that were written and labelled by hand.

use crate::domain::free_text::redact::finding::Finding;
use crate::domain::free_text::redact::kind::Kind;
use crate::domain::free_text::redact::normal::normalise;
use crate::domain::free_text::redact::{redact, scan};

const CORPUS: &str = include_str!("../../../../../tests/corpus/remarks.tsv");

/// Findings of one kind: right, wrong and missed.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    right: usize,
    wrong: usize,
    missed: usize,
}

impl Score {
    fn precision(self) -> f64 {
        ratio(self.right, self.right + self.wrong)
    }

    fn recall(self) -> f64 {
        ratio(self.right, self.right + self.missed)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

/// The rows of a corpus: language, text, expected.
fn rows(corpus: &str) -> Vec<[&str; 3]> {
    corpus
        .lines()
        .skip(1)
        .map(|line| {
            <[&str; 3]>::try_from(line.split('\t').collect::<Vec<_>>()).expect("three columns")
        })
        .collect()
}

/// Recovers where the labelled findings stand in the text, from the literal parts between the bracketed words.
fn labelled(text: &str, expected: &str) -> Vec<Finding> {
    let (mut findings, mut at, mut rest) = (Vec::new(), 0, expected);
    while let Some((kind, before)) = next_word(rest) {
        assert!(
            text[at..].starts_with(&rest[..before]),
            "label and text differ: {expected}"
        );
        let start = at + before;
        rest = &rest[before + kind.placeholder().len()..];
        let literal = next_word(rest).map_or(rest, |(_, before)| &rest[..before]);
        let end = if next_word(rest).is_none() {
            text.len() - literal.len()
        } else {
            start
                + text[start..]
                    .find(literal)
                    .expect("the text between two findings")
        };
        findings.push(Finding { start, end, kind });
        at = end;
    }
    assert_eq!(&text[at..], rest, "label and text differ: {expected}");
    findings
}

fn next_word(text: &str) -> Option<(Kind, usize)> {
    Kind::ALL
        .iter()
        .filter_map(|&kind| Some((kind, text.find(kind.placeholder())?)))
        .min_by_key(|&(_, at)| at)
}

/// Compares span by span: a finding is right if its kind and both ends are.
fn measure(corpus: &str) -> Vec<Score> {
    let mut scores = vec![Score::default(); Kind::ALL.len()];
    for [_, text, expected] in rows(corpus) {
        let text = normalise(text);
        let (want, got) = (labelled(&text, expected), scan(&text).findings());
        for (&kind, score) in Kind::ALL.iter().zip(&mut scores) {
            let of_kind = |findings: &[Finding]| {
                findings
                    .iter()
                    .copied()
                    .filter(|f| f.kind == kind)
                    .collect::<Vec<_>>()
            };
            let (want, got) = (of_kind(&want), of_kind(&got));
            let right = got.iter().filter(|finding| want.contains(finding)).count();
            score.right += right;
            score.wrong += got.len() - right;
            score.missed += want.len() - right;
        }
        if redact(&text).text != expected {
            println!(
                "text {text}\n want {expected}\n  got {}",
                redact(&text).text
            );
        }
    }
    scores
}

fn report(scores: &[Score]) -> Score {
    let mut all = Score::default();
    for (&kind, score) in Kind::ALL.iter().zip(scores) {
        println!(
            "{kind:?}: {score:?} precision {:.3} recall {:.3}",
            score.precision(),
            score.recall()
        );
        all.right += score.right;
        all.wrong += score.wrong;
        all.missed += score.missed;
    }
    println!(
        "all: {all:?} precision {:.3} recall {:.3}",
        all.precision(),
        all.recall()
    );
    all
}

#[test]
fn corpus_reaches_precision_and_recall() {
    let scores = measure(CORPUS);
    let all = report(&scores);
    assert!(all.precision() >= 0.98, "precision {:.3}", all.precision());
    assert!(all.recall() >= 0.98, "recall {:.3}", all.recall());
}
