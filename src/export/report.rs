//! What the masking of an export took away, in numbers that say nothing about anybody.

use std::collections::HashMap;

use crate::domain::codebook::{Columns, Combinations, Giveaways, Leading, QuasiIdentifiers};
use crate::domain::privacy::k_anonymity::{MaskedCells, Masking, QuestionDiversity};

/// The figures of an export.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Each record shares its quasi-identifiers, as far as they are shown, with so many others, itself included.
    pub k: u32,
    /// Rows.
    pub records: u64,
    /// Cells of the columns that are quasi-identifiers.
    pub cells: u64,
    /// Those of them that are masked.
    pub masked_cells: u64,
    /// Rows with a masked cell.
    pub masked_records: u64,
    /// Cells of other columns that are masked, since they would give a masked one away.
    pub dependent_cells: u64,
    /// The least number of rows that are alike; 0 without rows.
    pub smallest_class: u64,
    /// How different the answers to the questions asked for are among rows that are alike.
    pub diversity: Vec<QuestionDiversity>,
}

impl Report {
    /// Counts what a plan masks, in cells of the file, with what is left out in every row.
    pub fn of(
        (k, left_out): (u32, MaskedCells),
        masking: &Masking,
        columns: &Columns<'_>,
        quasi: &QuasiIdentifiers,
        giveaways: &Giveaways,
        combinations: &Combinations,
    ) -> Self {
        let cost = masking.cost();
        let identifying = u64::try_from(quasi.columns().count()).unwrap_or(u64::MAX);
        let mut report = Self {
            k,
            records: cost.records,
            cells: cost.records.saturating_mul(identifying),
            smallest_class: cost.smallest_class,
            ..Self::default()
        };
        for ((version, masked), records) in by_mask(masking, left_out, columns, combinations) {
            report.masked_records += records;
            for (column, gives_away) in giveaways.of_version(version).iter().enumerate() {
                if !gives_away.meets(masked) {
                    continue;
                }
                match quasi.of_column(column) {
                    Some(_) => report.masked_cells += records,
                    None => report.dependent_cells += records,
                }
            }
        }
        report
    }
}

/// How many responses to each version get each mask.
fn by_mask(
    masking: &Masking,
    left_out: MaskedCells,
    columns: &Columns<'_>,
    combinations: &Combinations,
) -> HashMap<(i32, MaskedCells), u64> {
    let versions: HashMap<u32, i32> = columns
        .versions()
        .iter()
        .map(|(number, _)| {
            let code = combinations.leading(Leading::FormVersion, &number.to_be_bytes());
            (code, *number)
        })
        .collect();
    let place = Leading::ALL
        .iter()
        .position(|column| *column == Leading::FormVersion);
    let mut counts = HashMap::new();
    let shares = masking
        .shares()
        .map(|(combination, cells, records)| (combination, cells.and(left_out), records));
    for (combination, cells, records) in shares.filter(|(_, cells, _)| !cells.is_empty()) {
        let code = place.and_then(|place| combination.get(place));
        if let Some(version) = code.and_then(|code| versions.get(code)) {
            *counts.entry((*version, cells)).or_default() += records;
        }
    }
    counts
}
