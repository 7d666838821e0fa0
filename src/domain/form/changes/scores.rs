//! What became of a score.

use std::collections::BTreeSet;

use super::compare::{Found, differing, fields};
use super::{Change, questions};
use crate::domain::form::Form;
use crate::domain::form::definition::Edition;
use crate::domain::form::score::{BandDefinition, Possible, ScoreDefinition, ScoreMethod};

pub(super) fn by_key(form: &Form) -> impl Iterator<Item = (&str, &ScoreDefinition)> {
    form.scores().map(|(score, _)| (score.key.as_str(), score))
}

/// The changes of a score, with those that come from its questions.
pub(super) fn compare(
    (old, then): (&Form, &ScoreDefinition),
    (new, now): (&Form, &ScoreDefinition),
) -> Found {
    let mut found = own((old, then), (new, now));
    found.extend(by_questions(old, new, now));
    found
}

/// Whether a score is put together in another way or has other bands, apart from what became of its questions.
pub fn is_recoded(key: &str, old: &Form, new: &Form) -> bool {
    let of = |form| {
        by_key(form)
            .find(|(found, _)| *found == key)
            .map(|(_, score)| score)
    };
    match (of(old), of(new)) {
        (Some(then), Some(now)) => own((old, then), (new, now))
            .iter()
            .any(|(change, _)| *change == Change::Recoded),
        _ => false,
    }
}

/// The changes of a score's own definition. Whatever is neither a text nor a code of a terminology goes into its number.
fn own((old, then): (&Form, &ScoreDefinition), (new, now): (&Form, &ScoreDefinition)) -> Found {
    let (before, edition) = (old.definition().edition(), new.definition().edition());
    let mut found = Found::new();
    if then.title != now.title {
        found.push((Change::Reworded, "the title reads differently".to_owned()));
    }
    for field in differing(then, now) {
        match field.as_str() {
            "title" | "bands" => {}
            "external" => found.push((Change::Reworded, "its codes changed".to_owned())),
            "high_is" => {
                let detail = "what a high number tells is said otherwise".to_owned();
                found.push((Change::Reworded, detail));
            }
            // The cells of a table stand in the order of its questions.
            "of" if questions_of(then) == questions_of(now) && now.method != ScoreMethod::Table => {
                let detail = "its questions stand in another order".to_owned();
                found.push((Change::Reworded, detail));
            }
            "of" => found.push((Change::Recoded, "it is made of other questions".to_owned())),
            "to" if before == Edition::Second
                && edition == before
                && ![then, now].iter().any(|it| it.is_mean()) =>
            {
                let detail = "its range changed, which has no effect".to_owned();
                found.push((Change::Reworded, detail));
            }
            "method" => found.push((Change::Recoded, "its method changed".to_owned())),
            field => found.push((Change::Recoded, format!("its {field:?} changed"))),
        }
    }
    // A mean is the same by the rules of both editions.
    if before != edition && !now.is_mean() {
        let detail = "it is computed by the rules of another edition".to_owned();
        found.push((Change::Recoded, detail));
    }
    bands(&then.bands, &now.bands, edition, &mut found);
    found
}

/// In the first edition, bands were words about a number, and a column ran on over versions with others.
fn bands(then: &[BandDefinition], now: &[BandDefinition], edition: Edition, found: &mut Found) {
    let coding = |bands: &[BandDefinition]| -> Vec<(u64, String)> {
        let one = |band: &BandDefinition| (band.from.to_bits(), band.code.clone());
        bands.iter().map(one).collect()
    };
    if coding(then) != coding(now) {
        let change = match edition {
            Edition::First => Change::Reworded,
            Edition::Second => Change::Recoded,
        };
        found.push((change, "its bands are others".to_owned()));
        return;
    }
    for (old, new) in then.iter().zip(now) {
        for (_, detail) in fields(old, new, &["from", "code"]) {
            let detail = format!("band {:?}: {detail}", new.code);
            found.push((Change::Reworded, detail));
        }
    }
}

/// The changes of a score that come from its questions: one that is recoded, or whose numbers have another range.
fn by_questions(old: &Form, new: &Form, score: &ScoreDefinition) -> Found {
    let range =
        |form: &Form, key: &str| Some(Possible::of(&form.questions().get(form.place(key)?)?.kind));
    let both = |key: &&String| old.place(key).is_some() && new.place(key).is_some();
    let mut found = Found::new();
    let checked = new.scores().find(|(other, _)| other.key == score.key);
    let (questions_of_it, scores_of_it) = checked.map_or((&[][..], &[][..]), |(_, checked)| {
        (checked.questions(), checked.scores())
    });
    let definitions = &new.definition().scores;
    for other in scores_of_it
        .iter()
        .filter_map(|place| definitions.get(*place))
    {
        if is_recoded(&other.key, old, new) {
            let detail = format!("the score {:?} that it is made of is recoded", other.key);
            found.push((Change::Recoded, detail));
        }
    }
    let keys = questions_of_it
        .iter()
        .filter_map(|place| Some(&new.questions().get(*place)?.key));
    for key in keys.filter(both) {
        let asked = |form| questions::by_key(form).find(|(found, _)| found == key);
        let (Some((_, then)), Some((_, now))) = (asked(old), asked(new)) else {
            continue;
        };
        let recoded = questions::compare(&then, &now, new.definition().edition())
            .iter()
            .any(|(change, _)| *change == Change::Recoded);
        if recoded {
            found.push((Change::Recoded, format!("its question {key:?} is recoded")));
        } else if range(old, key) != range(new, key) {
            let detail = format!("its question {key:?} has another range");
            found.push((Change::Recoded, detail));
        }
    }
    found
}

fn questions_of(score: &ScoreDefinition) -> BTreeSet<&String> {
    score.of.iter().collect()
}
