//! The look-up table of a score.

use super::{Check, FormFault};
use crate::domain::form::score::{
    Counted, Decimal, Exact, MAX_DECIMALS, Method, Pattern, ScoreDefinition, Table, TableFault,
    float,
};
use crate::domain::pointer::Pointer;

impl Check<'_> {
    /// The most decimals of the cells of a table and of its values.
    pub(super) fn table_decimals(
        &mut self,
        score: &ScoreDefinition,
        pointer: &Pointer,
    ) -> Option<(u32, u32)> {
        let (mut cells, mut values, mut sound) = (0, 0, true);
        for (place, row) in score.table.iter().enumerate() {
            let pointer = pointer.child("table").child(place);
            match self.number(row.value, &pointer.child("value")) {
                Some(value) => values = values.max(value.decimals),
                None => sound = false,
            }
            for (column, cell) in row.at.iter().enumerate() {
                let pointer = pointer.child("at").child(column);
                for number in cell.numbers() {
                    match self.number(number, &pointer) {
                        Some(number) => cells = cells.max(number.decimals),
                        None => sound = false,
                    }
                }
            }
        }
        sound.then_some((cells, values))
    }

    pub(super) fn table(
        &mut self,
        score: &ScoreDefinition,
        pointer: &Pointer,
        (of_items, unit): (u32, u32),
        columns: usize,
    ) -> Option<Table> {
        let mut rows = Vec::new();
        for (place, row) in score.table.iter().enumerate() {
            let pointer = pointer.child("table").child(place);
            if row.at.len() != columns {
                let found = row.at.len();
                self.fault(&pointer.child("at"), FormFault::TableRow { columns, found });
                continue;
            }
            let patterns: Option<Vec<Pattern>> = row
                .at
                .iter()
                .map(|cell| Pattern::of(cell, of_items))
                .collect();
            match patterns
                .zip(Decimal::read(row.value, MAX_DECIMALS).and_then(|value| value.units(unit)))
            {
                Some(row) => rows.push(row),
                None => self.fault(&pointer.child("at"), FormFault::TableRange),
            }
        }
        (rows.len() == score.table.len()).then_some(Table {
            rows,
            decimals: of_items,
        })
    }

    pub(super) fn table_fault(&mut self, exact: &Exact, fault: &TableFault, pointer: &Pointer) {
        let pointer = pointer.child("table");
        let decimals = match &exact.method {
            Method::Table(table) => table.decimals,
            _ => 0,
        };
        let words = |at: &[Counted]| {
            let word = |counted: &Counted| match counted {
                Counted::Number(number) => float(*number, decimals).to_string(),
                Counted::Hidden => "hidden".to_owned(),
                Counted::Missing => "missing".to_owned(),
            };
            at.iter().map(word).collect::<Vec<_>>().join(", ")
        };
        match fault {
            TableFault::TooLarge => self.fault(&pointer, FormFault::TableTooLarge),
            TableFault::Missing(at) => {
                self.fault(&pointer, FormFault::TableRowMissing { at: words(at) });
            }
            TableFault::Overlap(first, second, at) => {
                let first = pointer.child(first);
                self.fault(
                    &pointer.child(second),
                    FormFault::TableRowsOverlap {
                        first,
                        at: words(at),
                    },
                );
            }
        }
    }
}
