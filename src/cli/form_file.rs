//! A form in a file, with the line and column of each of its parts.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::say;
use crate::domain::form::{Edition, Form, FormDefinition, Source, SourceFault, Syntax};
use crate::domain::pointer::Pointer;

/// A file that holds something well-formed.
pub struct FormFile {
    path: PathBuf,
    source: Source,
}

/// What is wrong in a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// `file:line:column: /field`, as far as it is known.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

impl FormFile {
    /// Reads a file of YAML or, with the ending `.json`, of JSON.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is not well-formed.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the form {} cannot be read", path.display()))?;
        let ending = path.extension();
        let is_json = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
        let syntax = if is_json { Syntax::Json } else { Syntax::Yaml };
        match Source::read(&text, syntax) {
            Ok(source) => Ok(Self {
                path: path.to_owned(),
                source,
            }),
            Err(SourceFault::Malformed { line, column, what }) => {
                bail!("{}:{line}:{column}: {what}", path.display())
            }
        }
    }

    /// The line and the column of a field.
    pub fn position(&self, pointer: &Pointer) -> Option<(usize, usize)> {
        self.source.place(pointer)
    }

    /// The place of a field, as editors and terminals understand it: `file:line:column: /field`.
    pub fn place(&self, pointer: &Pointer) -> String {
        let file = self.path.display();
        match self.position(pointer) {
            Some((line, column)) => format!("{file}:{line}:{column}: {pointer}"),
            None => format!("{file}: {pointer}"),
        }
    }

    /// The form.
    ///
    /// # Errors
    ///
    /// The first field that is no field of a definition, or else every fault of the form.
    pub fn form(&self) -> Result<Form, Vec<FileFault>> {
        let fault = |pointer: &Pointer, what: String| FileFault {
            place: self.place(pointer),
            what,
        };
        let definition: FormDefinition = self
            .source
            .definition()
            .map_err(|found| vec![fault(&found.pointer, found.kind)])?;
        Form::check(definition).map_err(|found| {
            found
                .iter()
                .map(|found| fault(&found.pointer, found.kind.to_string()))
                .collect()
        })
    }

    /// The form by the rules of the first edition, if the file names no other: what was published before there were editions
    /// need not be sound by the rules of today. None if it has faults.
    pub fn first_edition(&self) -> Option<Form> {
        if self.source.value().get("edition").is_some() {
            return None;
        }
        let definition = FormDefinition {
            edition: Some(Edition::First),
            ..self.source.definition().ok()?
        };
        Form::check(definition).ok()
    }

    /// The form. Writes every fault to standard error.
    ///
    /// # Errors
    ///
    /// When there is a fault.
    pub fn sound_form(&self) -> anyhow::Result<Form> {
        self.form().map_err(|faults| {
            for fault in &faults {
                say(&format!("{}: {}", fault.place, fault.what));
            }
            let count = faults.len();
            let word = if count == 1 { "fault" } else { "faults" };
            anyhow::anyhow!(
                "{}: {count} {word}; the form is not fit to publish",
                self.path.display()
            )
        })
    }
}

/// Parses and checks a form. Writes every fault to standard error as `file:line:column: /field: what`.
pub fn read(file: &Path) -> anyhow::Result<Form> {
    FormFile::open(file)?.sound_form()
}
