//! Suppression patterns: the sets of columns that the cover tries to suppress.

use std::collections::BTreeSet;

use super::qi_set::QiSet;

/// The most patterns that are tried: all of those of ten columns, and some more.
const MAX_PATTERNS: usize = 2048;
/// The least that are tried if there are as many, however many key combinations there are.
const MIN_PATTERNS: usize = 256;
/// Patterns times key combinations that are planned in some seconds.
const WORK: usize = 1 << 28;

/// The patterns to try for so many key combinations: at least one of the columns each, the fewer columns the earlier; the
/// last is all of them.
///
/// With up to ten columns and 250,000 combinations these are all subsets. Otherwise whole levels are taken as long as they
/// fit in: one column suppressed, two suppressed, one left, three suppressed, two left and so on; and for what lies between,
/// the chain that suppresses the columns in their order, of which the one with most values should be the first.
pub(super) fn patterns(columns: &[usize], combinations: usize) -> Vec<QiSet> {
    let budget = (WORK / combinations.max(1)).clamp(MIN_PATTERNS, MAX_PATTERNS);
    let chain = (1..=columns.len()).map(|count| QiSet::of(columns.iter().copied().take(count)));
    let mut found: BTreeSet<(u32, QiSet)> =
        chain.map(|pattern| (pattern.count(), pattern)).collect();
    for suppressed in 1..columns.len() {
        for size in [suppressed, columns.len() - suppressed + 1] {
            if let Some(level) = subsets(columns, size, budget.saturating_sub(found.len())) {
                found.extend(level.into_iter().map(|pattern| (pattern.count(), pattern)));
            }
        }
    }
    found.into_iter().map(|(_, pattern)| pattern).collect()
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
        let with: Vec<QiSet> = sets.iter().map(|set| set.with(*column)).collect();
        sets.extend(with);
        sets.retain(|set| {
            let chosen = usize::try_from(set.count()).unwrap_or(usize::MAX);
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
                assert!(found.len() <= MAX_PATTERNS);
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
