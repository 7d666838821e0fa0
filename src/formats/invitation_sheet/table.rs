//! Invitations as a table: `number,invitation,link`.

use super::{Handout, HandoutFault};
use crate::formats::csv::{CsvOptions, CsvWriter, RowFault};

/// The table, piece by piece.
pub struct Table {
    handout: Handout,
    sheet: CsvWriter,
    /// How many rows are written; none when even the header is not.
    written: Option<usize>,
}

impl Table {
    /// The table of these.
    pub fn new(handout: Handout) -> Self {
        let sheet = CsvWriter::new(CsvOptions::default());
        Self {
            handout,
            sheet,
            written: None,
        }
    }

    fn header(&mut self) -> Result<(), RowFault> {
        for name in ["number", "invitation", "link"] {
            self.sheet.code(name);
        }
        self.sheet.end_row()
    }

    fn row(&mut self, place: usize) -> Result<(), RowFault> {
        let Some(invitation) = self.handout.invitations.get(place) else {
            return Ok(());
        };
        self.sheet.number(place + 1);
        self.sheet.text(&invitation.to_string());
        match &self.handout.link {
            Some(link) => self.sheet.text(&link.with(invitation)),
            None => self.sheet.blank(),
        }
        self.sheet.end_row()
    }

    fn piece(&mut self) -> Result<Vec<u8>, RowFault> {
        if self.written.is_none() {
            self.header()?;
        }
        let mut written = self.written.unwrap_or_default();
        while written < self.handout.invitations.len() && !self.sheet.is_full() {
            self.row(written)?;
            written += 1;
        }
        self.written = Some(written);
        Ok(self.sheet.take())
    }
}

impl Iterator for Table {
    type Item = Result<Vec<u8>, HandoutFault>;

    fn next(&mut self) -> Option<Self::Item> {
        let over = self.written == Some(self.handout.invitations.len());
        (!over).then(|| self.piece().map_err(|_| HandoutFault))
    }
}
