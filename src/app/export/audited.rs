//! What the audit says of an export of responses.

use super::job::ResponsesExport;
use super::report::Report;
use crate::domain::audit::{
    AuditEvent, AuditedDiversity, AuditedExport, AuditedExportFilter, AuditedFile,
};
use crate::domain::ids::FormKey;
use crate::domain::week::IsoWeek;
use crate::formats::table::shape::{LayoutKind, MissingShown, Values};

/// What was asked for.
pub struct Asked {
    form: String,
    filter: AuditedExportFilter,
    file: AuditedFile,
    k: u32,
    sensitive: Vec<String>,
}

impl Asked {
    /// What this export was asked for.
    pub fn of(form: &FormKey, export: &ResponsesExport) -> Self {
        let filter = &export.row_filter;
        let campaigns = export.in_file();
        let mut campaigns: Vec<String> = campaigns.map(|it| it.key.clone()).collect();
        campaigns.sort_unstable();
        let shape = export.file.shape;
        Self {
            form: form.to_string(),
            filter: AuditedExportFilter {
                campaigns,
                versions: filter.versions.iter().flatten().copied().collect(),
                languages: filter.languages.iter().flatten().cloned().collect(),
                from_week: filter.from_week.map(IsoWeek::of),
                to_week: filter.to_week.map(IsoWeek::of),
            },
            file: AuditedFile {
                format: export.file.format.name(),
                layout: said(shape.layout, LayoutKind::default()),
                values: said(shape.values, Values::default()),
                missing: said(shape.missing, MissingShown::default()),
                columns: export.file.columns.clone(),
            },
            k: export.least_k(),
            sensitive: export.sensitive.clone(),
        }
    }

    /// The event, with this outcome.
    pub fn event(&self, outcome: AuditedExport) -> AuditEvent {
        AuditEvent::ResponsesExported {
            form: self.form.clone(),
            filter: self.filter.clone(),
            file: self.file.clone(),
            k: self.k,
            sensitive: self.sensitive.clone(),
            outcome,
        }
    }
}

/// A choice by its name, unless it is what everybody gets.
fn said<T: PartialEq + Into<&'static str>>(chosen: T, usual: T) -> Option<&'static str> {
    (chosen != usual).then(|| chosen.into())
}

/// What was found and suppressed.
pub fn written(report: &Report) -> AuditedExport {
    let diversity = report.diversity.iter().map(|question| AuditedDiversity {
        question: question.question.clone(),
        least: question.least_distinct,
        uniform_classes: question.uniform_classes,
    });
    AuditedExport::Written {
        rows: report.records,
        masked_cells: report.masked_cells,
        left_out_cells: report.left_out_cells,
        masked_records: report.masked_records,
        dependent_cells: report.dependent_cells,
        smallest_class: report.smallest_class,
        withheld_records: report.withheld_records,
        coarser_cells: report.coarser_cells,
        diversity: diversity.collect(),
    }
}
