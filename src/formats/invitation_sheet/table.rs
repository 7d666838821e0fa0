//! Invitations as a table: `number,invitation,link`.

use super::sheet::{InvitationSheet, InvitationSheetFault};
use crate::formats::csv::{CsvOptions, CsvWriter, RowFault};

/// The table, piece by piece.
pub struct InvitationTable {
    sheet: InvitationSheet,
    csv: CsvWriter,
    /// How many rows are written; none when even the header is not.
    written: Option<usize>,
}

impl InvitationTable {
    /// The table of these.
    pub fn new(sheet: InvitationSheet) -> Self {
        Self {
            sheet,
            csv: CsvWriter::new(CsvOptions::default()),
            written: None,
        }
    }

    fn header(&mut self) -> Result<(), RowFault> {
        for name in ["number", "invitation", "link"] {
            self.csv.code(name);
        }
        self.csv.end_row()
    }

    fn row(&mut self, place: usize) -> Result<(), RowFault> {
        let Some(invitation) = self.sheet.invitations.get(place) else {
            return Ok(());
        };
        self.csv.number(place + 1);
        self.csv.text(&invitation.to_string());
        match &self.sheet.link {
            Some(link) => self.csv.text(&link.with(invitation)),
            None => self.csv.blank(),
        }
        self.csv.end_row()
    }

    fn piece(&mut self) -> Result<Vec<u8>, RowFault> {
        if self.written.is_none() {
            self.header()?;
        }
        let mut written = self.written.unwrap_or_default();
        while written < self.sheet.invitations.len() && !self.csv.is_full() {
            self.row(written)?;
            written += 1;
        }
        self.written = Some(written);
        Ok(self.csv.take())
    }
}

impl Iterator for InvitationTable {
    type Item = Result<Vec<u8>, InvitationSheetFault>;

    fn next(&mut self) -> Option<Self::Item> {
        let over = self.written == Some(self.sheet.invitations.len());
        (!over).then(|| self.piece().map_err(|_| InvitationSheetFault))
    }
}
