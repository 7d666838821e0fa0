//! Which sets of columns are tried as masks.

use std::collections::BTreeSet;

use super::QiSet;

/// The most sets that are tried: all of those of ten columns, and some more.
const MOST: usize = 2048;
/// The least that are tried if there are as many, however many combinations there are.
const LEAST: usize = 256;
/// Sets times combinations that are planned in some seconds.
const WORK: usize = 1 << 28;

/// The sets of these columns to try as masks of so many combinations: at least one column each, the fewer columns
/// the earlier; the last is all of them.
///
/// With up to ten columns and 250,000 combinations these are all. Otherwise whole levels are taken as long as they
/// fit in: one column masked, two masked, one left, three masked, two left and so on; and for what lies between, the
/// chain that masks the columns in their order, the most telling first.
pub(super) fn patterns(columns: &[usize], combinations: usize) -> Vec<QiSet> {
    let budget = (WORK / combinations.max(1)).clamp(LEAST, MOST);
    let chain = (1..=columns.len()).map(|count| QiSet::of(columns.iter().copied().take(count)));
    let mut found: BTreeSet<(u32, QiSet)> = chain.map(|cells| (cells.count(), cells)).collect();
    for masked in 1..columns.len() {
        for size in [masked, columns.len() - masked + 1] {
            if let Some(level) = subsets(columns, size, budget.saturating_sub(found.len())) {
                found.extend(level.into_iter().map(|cells| (cells.count(), cells)));
            }
        }
    }
    found.into_iter().map(|(_, cells)| cells).collect()
}

/// All sets of so many of the columns, unless there are more than `most`.
fn subsets(columns: &[usize], size: usize, most: usize) -> Option<Vec<QiSet>> {
    let left = columns.len().saturating_sub(size);
    let number = (1..=size.min(left)).try_fold(1_usize, |number, chosen| {
        Some(number.checked_mul(columns.len() - chosen + 1)? / chosen)
    })?;
    if number > most {
        return None;
    }
    let mut sets = vec![QiSet::NONE];
    for (place, column) in columns.iter().enumerate() {
        let later = columns.len() - place - 1;
        let with: Vec<QiSet> = sets.iter().map(|cells| cells.with(*column)).collect();
        sets.extend(with);
        sets.retain(|cells| {
            let chosen = usize::try_from(cells.count()).unwrap_or(usize::MAX);
            chosen <= size && chosen + later >= size
        });
    }
    Some(sets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_sets_of_ten_columns_are_tried() {
        let columns: Vec<usize> = (0..10).collect();
        assert_eq!(patterns(&columns, 1_000).len(), 1_023);
        assert_eq!(patterns(&columns, 250_000).len(), 1_023);
    }

    #[test]
    fn of_more_columns_the_budget_is_kept_and_both_ends_are_tried() {
        for count in [11, 16, 24, 64] {
            let columns: Vec<usize> = (0..count).collect();
            for combinations in [1, 100_000, 100_000_000] {
                let found = patterns(&columns, combinations);
                assert!(found.len() <= MOST);
                assert_eq!(found.first().map(|cells| cells.count()), Some(1));
                assert_eq!(found.last(), Some(&QiSet::all(count)));
                assert!(
                    columns
                        .iter()
                        .all(|c| found.contains(&QiSet::NONE.with(*c)))
                );
            }
        }
        assert_eq!(patterns(&[], 1), []);
        assert_eq!(patterns(&[3], 1), [QiSet::of([3])]);
    }
}
