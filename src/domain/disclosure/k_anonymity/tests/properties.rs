//! What holds for every table.

use proptest::prelude::*;

use super::support::{counted, export, plain_cost, table_of};

/// Records of so many columns; low codes are commoner.
fn rows() -> impl Strategy<Value = (usize, Vec<Vec<u32>>)> {
    (1_usize..7, 1_u32..6).prop_flat_map(|(columns, codes)| {
        let cell = (0..codes, 0..codes).prop_map(|(one, other)| one.min(other));
        let row = prop::collection::vec(cell, columns);
        (Just(columns), prop::collection::vec(row, 0..120))
    })
}

proptest! {
    #[test]
    fn no_class_of_the_export_is_smaller_than_k((columns, rows) in rows(), k in 1_u32..9) {
        let plan = table_of(columns, &rows).suppress(k);
        let shown = export(&plan, &rows);
        let classes = counted(&shown);
        if rows.len() < k as usize {
            prop_assert!(shown.iter().flatten().all(Option::is_none));
            prop_assert_eq!(plan.has_enough_records(), rows.is_empty());
        } else {
            prop_assert!(classes.values().all(|size| *size >= u64::from(k)));
        }
        let cost = plan.cost();
        prop_assert_eq!(cost.classes, classes.len());
        prop_assert_eq!(cost.smallest_class, classes.values().copied().min().unwrap_or(0));
        prop_assert_eq!(cost.records, rows.len() as u64);
        prop_assert_eq!(cost.suppressed_cells, shown.iter().flatten().filter(|cell| cell.is_none()).count() as u64);
        prop_assert_eq!(cost.suppressed_by_column.iter().sum::<u64>(), cost.suppressed_cells);
    }

    #[test]
    fn it_never_suppresses_more_than_all_cells_of_the_rare((columns, rows) in rows(), k in 1_u32..9) {
        prop_assume!(rows.len() >= k as usize);
        let plan = table_of(columns, &rows).suppress(k);
        prop_assert!(plan.cost().suppressed_cells <= plain_cost(columns, &rows, u64::from(k)));
        if counted(&rows).values().all(|size| *size >= u64::from(k)) {
            prop_assert_eq!(plan.cost().suppressed_cells, 0);
        }
    }

    #[test]
    fn the_plan_does_not_depend_on_the_order_of_rows((columns, mut rows) in rows(), k in 2_u32..9) {
        let one = table_of(columns, &rows).suppress(k);
        let mut shown = counted(&export(&one, &rows));
        rows.reverse();
        let other = table_of(columns, &rows).suppress(k);
        prop_assert_eq!(one.cost(), other.cost());
        for (row, count) in counted(&export(&other, &rows)) {
            prop_assert_eq!(shown.remove(&row), Some(count));
        }
        prop_assert!(shown.is_empty());
    }
}

/// The fewest suppressed cells of all k-anonymous suppressions, by trying all.
fn best(rows: &[Vec<u32>], k: u64) -> u64 {
    let masks = 1_u64 << rows[0].len();
    (0..masks.pow(rows.len() as u32))
        .filter_map(|mut number| {
            let (mut shown, mut cells) = (Vec::new(), 0);
            for row in rows {
                let mask = number % masks;
                number /= masks;
                cells += u64::from(mask.count_ones());
                let show =
                    |(column, code): (usize, &u32)| (mask >> column & 1 == 0).then_some(*code);
                shown.push(row.iter().enumerate().map(show).collect::<Vec<_>>());
            }
            counted(&shown)
                .values()
                .all(|size| *size >= k)
                .then_some(cells)
        })
        .min()
        .unwrap()
}

#[test]
fn it_comes_close_to_the_best_suppression_of_tiny_tables() {
    let (mut suppressed, mut fewest) = (0, 0);
    for seed in 0..60 {
        let row = |n: u64| (0..2).map(move |c| super::support::mixed(seed * 100 + n * 2 + c) % 3);
        let rows: Vec<Vec<u32>> = (0..7)
            .map(|n| row(n).map(|code| code as u32).collect())
            .collect();
        let plan = table_of(2, &rows).suppress(2);
        suppressed += plan.cost().suppressed_cells;
        fewest += best(&rows, 2);
    }
    assert!(suppressed >= fewest);
    assert!(
        suppressed * 100 <= fewest * 105,
        "{suppressed} cells suppressed, {fewest} would do"
    );
}
