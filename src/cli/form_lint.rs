//! `aftercare form lint`: advice on a form that is sound.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::form_file::FormFile;
use super::print;
use crate::domain::form::{Reading, Review};

/// Advise on wording, length and answers.
#[derive(Debug, Args)]
pub struct Lint {
    /// The definition, in YAML or (with the ending .json) in JSON
    file: PathBuf,
    /// End with a failure where there is advice
    #[arg(long)]
    strict: bool,
}

impl Lint {
    /// Runs the command.
    pub fn run(&self) -> anyhow::Result<()> {
        let file = FormFile::open(&self.file)?;
        let mut review = Review::of(&file.sound_form()?);
        review
            .advice
            .sort_by_key(|found| file.position(&found.pointer));
        for found in &review.advice {
            let (place, rule) = (file.place(&found.pointer), found.kind.rule());
            print(&format!("{place}: {rule}: {}", found.kind))?;
        }
        let (count, path) = (review.advice.len(), self.file.display());
        match count {
            0 => print(&format!("{path}: no advice"))?,
            1 => print(&format!("{path}: 1 piece of advice"))?,
            _ => print(&format!("{path}: {count} pieces of advice"))?,
        }
        let length = review.length;
        print(&format!(
            "minutes: about {:.0} for what everybody sees, {:.0} for every question of the form",
            length.least.max(1.0),
            length.most.max(1.0)
        ))?;
        for reading in &review.readings {
            print(&in_words(reading))?;
        }
        if self.strict && count > 0 {
            bail!("{path} leaves something to improve");
        }
        Ok(())
    }
}

fn in_words(reading: &Reading) -> String {
    let language = &reading.language;
    let words = reading.words_per_sentence;
    match reading.grade {
        Some(grade) => format!(
            "{language}: {words:.0} words a sentence; for readers of about {:.0} years (Flesch-Kincaid grade {:.1})",
            grade.max(1.0) + 5.0,
            grade.max(0.0)
        ),
        None => format!(
            "{language}: {words:.0} words a sentence; there is no formula for its reading age"
        ),
    }
}
