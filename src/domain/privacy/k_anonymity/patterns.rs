//! Which sets of columns are tried as masks.

use super::MaskedCells;

/// About the most sets that are tried.
const BUDGET: usize = 2048;

/// The sets of these columns to try as masks, at least one column each, without repetition; the last is all of them.
///
/// `columns` come with the most telling first. With more than ten, whole levels are taken in turn from both
/// ends, one column masked, one column left, two masked, two left …, as far as about 2,000 sets go, and for what lies between
/// the chain that masks the most telling columns first.
pub(super) fn patterns(columns: &[usize]) -> Vec<MaskedCells> {
    let all = MaskedCells::of(columns.iter().copied());
    let chain =
        (1..=columns.len()).map(|count| MaskedCells::of(columns.iter().copied().take(count)));
    let mut found: Vec<MaskedCells> = chain.collect();
    for few in 1..columns.len().div_ceil(2).max(1) + 1 {
        let level = subsets(columns, few);
        let Some(level) = level.filter(|level| found.len() + 2 * level.len() <= BUDGET) else {
            break;
        };
        for cells in level {
            found.push(cells);
            found.push(MaskedCells::of(
                all.iter().filter(|column| !cells.contains(*column)),
            ));
        }
    }
    found.retain(|cells| !cells.is_empty());
    found.sort_unstable_by_key(|cells| (cells.count(), *cells));
    found.dedup();
    found
}

/// All sets of so many of the columns, unless they are more than the budget.
fn subsets(columns: &[usize], size: usize) -> Option<Vec<MaskedCells>> {
    let mut sets = vec![(MaskedCells::NONE, columns)];
    for _ in 0..size {
        let mut larger = Vec::new();
        for (cells, rest) in sets {
            let mut rest = rest;
            while let Some((column, later)) = rest.split_first() {
                larger.push((cells.with(*column), later));
                rest = later;
            }
            if larger.len() > BUDGET {
                return None;
            }
        }
        sets = larger;
    }
    Some(sets.into_iter().map(|(cells, _)| cells).collect())
}
