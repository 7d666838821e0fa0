//! `aftercare form`: check, publish, compare and try out forms in files, and bring them in and out in other formats.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};

use super::application::application;
use super::form_file::{FormFile, read};
use super::form_lint::Lint;
use super::form_preview::Preview;
use super::{print, say};
use crate::app::forms::FormError;
use crate::app::forms::publish::publish_form;
use crate::config::{DatabaseConfig, ServerKeyConfig};
use crate::domain::audit::Actor;
use crate::domain::fault::Fault;
use crate::domain::form::{Change, Changes, ElementChange, Form, FormDefinition};
use crate::domain::pointer::Pointer;
use crate::formats::imported::Imported;
use crate::formats::{fhir, redcap, xlsform};
use crate::http::app::api;
use crate::postgres::database::Database;
use crate::store::pool::Target;

/// Check, publish, compare and try out forms, and bring them in and out as XLSForm, FHIR and for REDCap.
#[derive(Debug, Args)]
pub struct FormCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check a form and name every fault with its file, line and field
    Check {
        /// The definition, in YAML or (with the ending .json) in JSON
        file: PathBuf,
    },
    /// Advise on wording, length and answers, beyond what a check can call a fault
    Lint(Lint),
    /// Show a form as people will see it, on a page of this computer
    Preview(Preview),
    /// Print the JSON Schema of a definition, for editors
    Schema,
    /// Check a form and publish it as the next version
    Publish(Publish),
    /// Tell what changed from one form to another, question by question
    Changes {
        /// The older definition
        file_a: PathBuf,
        /// The newer definition
        file_b: PathBuf,
    },
    /// Make a definition of an XLSForm workbook, a FHIR Questionnaire or a REDCap data dictionary, and name everything that
    /// cannot be carried
    Import(Import),
    /// Write a form as an XLSForm workbook, a FHIR Questionnaire or a REDCap data dictionary, and name everything that is not
    /// in it
    Export(Export),
}

/// A format of other tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ForeignFormat {
    /// An XLSForm workbook
    Xlsform,
    /// A FHIR R4 Questionnaire in JSON
    Fhir,
    /// A REDCap data dictionary
    Redcap,
}

#[derive(Debug, Args)]
struct Export {
    /// The definition, in YAML or (with the ending .json) in JSON
    file: PathBuf,
    /// The workbook to write; with the ending .json the Questionnaire, and with .csv the data dictionary
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The format, where the ending of the file does not tell
    #[arg(id = "form-format", long = "format", value_name = "FORMAT", value_enum)]
    format: Option<ForeignFormat>,
    /// The language of a data dictionary, which has one; the first of the form if not given
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
}

impl ForeignFormat {
    /// The format that was given, or else that of the file.
    fn of(given: Option<Self>, file: &Path) -> Self {
        let ending = file.extension().map(|it| it.to_ascii_lowercase());
        given.unwrap_or(match ending.as_deref().and_then(OsStr::to_str) {
            Some("json") => Self::Fhir,
            Some("csv") => Self::Redcap,
            _ => Self::Xlsform,
        })
    }
}

/// Where in a file a part of the definition stands that was made of it.
type PlaceOf = Box<dyn Fn(&Pointer) -> Option<String>>;

/// A definition that was read of another format, and what is to be said of it.
struct Brought {
    definition: FormDefinition,
    notes: Vec<String>,
    left_out: Vec<String>,
    place: PlaceOf,
}

#[derive(Debug, Args)]
struct Import {
    /// The workbook, with the sheets survey, choices and settings; with the ending .json a Questionnaire, and with .csv a data
    /// dictionary
    file: PathBuf,
    /// The format, where the ending of the file does not tell
    #[arg(id = "form-format", long = "format", value_name = "FORMAT", value_enum)]
    format: Option<ForeignFormat>,
    /// The language of a data dictionary, which names none, such as en
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// The definition to write, as JSON, which is YAML as well; the terminal if not given
    #[arg(long, value_name = "FILE.yaml")]
    out: Option<PathBuf>,
    /// Leave out what cannot be carried, instead of writing nothing
    #[arg(long)]
    leave_out: bool,
}

#[derive(Debug, Args)]
struct Publish {
    /// The definition, in YAML or (with the ending .json) in JSON
    file: PathBuf,
    /// A question whose answers may mean something else from this version on; may be given several times
    #[arg(long, value_name = "QUESTION")]
    consent_to_recoding: Vec<String>,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    key: ServerKeyConfig,
}

impl FormCommand {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::Check { file } => check(&file),
            Action::Lint(lint) => lint.run(),
            Action::Preview(preview) => preview.run().await,
            Action::Schema => Ok(std::io::stdout().lock().write_all(&api().form_schema(""))?),
            Action::Publish(publish) => publish.run().await,
            Action::Changes { file_a, file_b } => changes(&file_a, &file_b),
            Action::Import(import) => import.run(),
            Action::Export(export) => export.run(),
        }
    }
}

fn check(file: &Path) -> anyhow::Result<()> {
    let form = read(file)?;
    let definition = form.definition();
    print(&format!(
        "{}: {} is sound: {} questions in {} sections, {} scores, in {}",
        file.display(),
        form.key(),
        form.questions().len(),
        definition.sections.len(),
        definition.scores.len(),
        definition.languages.join(" and "),
    ))?;
    print(&format!(
        "a response takes {} bytes; digest {}",
        form.layout().length(),
        form.digest()
    ))?;
    for part in form.without_effect() {
        print(&format!("note: {}: {}", part.pointer, part.kind))?;
    }
    Ok(())
}

/// Both forms, by the rules of today if both are sound by these, or else by those of the first edition.
fn pair(file_a: &Path, file_b: &Path) -> anyhow::Result<(Form, Form)> {
    let (old, new) = (FormFile::open(file_a)?, FormFile::open(file_b)?);
    if (old.form().is_err() || new.form().is_err())
        && let (Some(old), Some(new)) = (old.first_edition(), new.first_edition())
    {
        say(
            "note: one of them has faults by the rules of today, so both are read by those of the first edition",
        );
        return Ok((old, new));
    }
    Ok((old.sound_form()?, new.sound_form()?))
}

fn changes(file_a: &Path, file_b: &Path) -> anyhow::Result<()> {
    let (old, new) = pair(file_a, file_b)?;
    if old.key() != new.key() {
        say(&format!(
            "note: these are two forms, {} and {}; versions of one form have one key",
            old.key(),
            new.key()
        ));
    }
    let changes = Changes::between(&old, &new);
    let parts = [
        ("question", &changes.questions),
        ("score", &changes.scores),
        ("section", &changes.sections),
        ("notice", &changes.notices),
        ("advice", &changes.advice),
    ];
    for (what, elements) in parts {
        for element in elements.iter().filter(|it| it.change != Change::Identical) {
            let (change, details) = (in_words(element.change), element.details.join("; "));
            print(&format!(
                "{change:<14} {what:<9} {:<32} {details}",
                element.key
            ))?;
        }
    }
    for detail in &changes.form {
        print(&format!("{:<14} form      {detail}", "changed"))?;
    }
    let same = |question: &&ElementChange| question.change == Change::Identical;
    let same = changes.questions.iter().filter(same).count();
    print(&format!("{same} questions are identical"))?;
    if changes.is_empty() {
        print("nothing changed")?;
    }
    print(if changes.compatible {
        "compatible: the answers and scores of both can stand in the same columns"
    } else {
        "not compatible: what is recoded gets columns of its own, and publishing it needs consent"
    })?;
    Ok(())
}

fn in_words(change: Change) -> &'static str {
    match change {
        Change::Identical => "identical",
        Change::Reworded => "reworded",
        Change::OptionsAdded => "options added",
        Change::Recoded => "RECODED",
        Change::Removed => "removed",
        Change::Added => "added",
    }
}

impl Import {
    fn run(&self) -> anyhow::Result<()> {
        let file = self.file.display();
        let bytes = read_bytes(&self.file)?;
        let imported = match ForeignFormat::of(self.format, &self.file) {
            ForeignFormat::Xlsform => xlsform::read(&bytes)
                .map(of_table)
                .map_err(anyhow::Error::from),
            ForeignFormat::Redcap => redcap::read(&bytes, self.language.as_deref())
                .map(of_table)
                .map_err(anyhow::Error::from),
            ForeignFormat::Fhir => of_questionnaire(&bytes),
        };
        let imported = imported.with_context(|| format!("{file} is not read"))?;
        for note in &imported.notes {
            say(&format!("{file}: {note}"));
        }
        for remark in &imported.left_out {
            say(&format!("{file}: {remark} (left out)"));
        }
        let count = imported.left_out.len();
        if count > 0 && !self.leave_out {
            bail!(
                "{file}: {count} cannot be carried; nothing was written. To leave them out, add --leave-out"
            );
        }
        for fault in Form::check(imported.definition.clone())
            .err()
            .unwrap_or_default()
        {
            let place = match (imported.place)(&fault.pointer) {
                Some(place) => format!("{place}: {}", fault.pointer),
                None => fault.pointer.to_string(),
            };
            say(&format!(
                "{file}: {place}: {} (to mend before it is published)",
                fault.kind
            ));
        }
        let text = serde_json::to_string_pretty(&imported.definition)?;
        match &self.out {
            Some(out) => write_file(out, format!("{text}\n").as_bytes()),
            None => Ok(print(&text)?),
        }
    }
}

/// What was read of a workbook or a dictionary.
fn of_table(read: Imported) -> Brought {
    Brought {
        definition: read.definition.clone(),
        notes: read.notes.iter().map(ToString::to_string).collect(),
        left_out: read.left_out.iter().map(ToString::to_string).collect(),
        place: Box::new(move |pointer| {
            let (sheet, row) = read.place(pointer)?;
            Some(format!("{sheet}, row {row}"))
        }),
    }
}

fn of_questionnaire(bytes: &[u8]) -> anyhow::Result<Brought> {
    let read = fhir::read(bytes)?;
    Ok(Brought {
        definition: read.definition.clone(),
        notes: read.notes.iter().map(at_place).collect(),
        left_out: read.left_out.iter().map(at_place).collect(),
        place: Box::new(move |pointer| read.place(pointer).map(ToString::to_string)),
    })
}

fn at_place(fault: &Fault<String>) -> String {
    format!("{}: {}", fault.pointer, fault.kind)
}

impl Export {
    fn run(&self) -> anyhow::Result<()> {
        let form = read(&self.file)?;
        let (bytes, remarks): (Vec<u8>, Vec<String>) =
            match ForeignFormat::of(self.format, &self.out) {
                ForeignFormat::Xlsform => {
                    let written = xlsform::write(&form)?;
                    let remarks = written.remarks.iter().map(ToString::to_string);
                    (written.bytes, remarks.collect())
                }
                ForeignFormat::Redcap => {
                    let written = redcap::write(&form, self.language.as_deref())?;
                    let remarks = written.remarks.iter().map(ToString::to_string);
                    (written.bytes, remarks.collect())
                }
                ForeignFormat::Fhir => {
                    let written = fhir::write(&form, fhir::Published::default());
                    let text = serde_json::to_string_pretty(&written.resource)?;
                    let remarks = written.remarks.iter().map(at_place);
                    (format!("{text}\n").into_bytes(), remarks.collect())
                }
            };
        for remark in &remarks {
            say(&format!("{}: {remark}", self.out.display()));
        }
        write_file(&self.out, &bytes)
    }
}

/// Reads a file of another format, but no more of it than one may have.
fn read_bytes(file: &Path) -> anyhow::Result<Vec<u8>> {
    let context = || format!("the file {} cannot be read", file.display());
    let limit = u64::try_from(xlsform::MAX_FILE.max(fhir::MAX_FILE))? + 1;
    let mut bytes = Vec::new();
    let opened = File::open(file).with_context(context)?;
    opened
        .take(limit)
        .read_to_end(&mut bytes)
        .with_context(context)?;
    Ok(bytes)
}

fn write_file(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))
}

impl Publish {
    async fn run(self) -> anyhow::Result<()> {
        let form = read(&self.file)?;
        let database = Database::join(&self.database, &mut say).await?;
        let result = self.publish(&form, database.target()).await;
        database.stop().await;
        result
    }

    async fn publish(&self, form: &Form, target: &Target) -> anyhow::Result<()> {
        let app = application(&self.database, &self.key, target).await?;
        let consent = &self.consent_to_recoding;
        match publish_form(&app, Actor::Operator, form, consent).await {
            Ok(published) => print(&format!(
                "published {} version {}",
                form.key(),
                published.version
            ))?,
            Err(FormError::Unchanged(version)) => print(&format!(
                "{} version {version} has exactly this content",
                form.key()
            ))?,
            Err(FormError::Recoded(keys)) => bail!(
                "these change their meaning under their old names: {}.\n\
                 Give each a new key, or publish with --consent-to-recoding for each.",
                keys.join(", ")
            ),
            Err(error) => bail!("the form cannot be published: {error}"),
        }
        Ok(())
    }
}
