//! Small tables with a known best answer.

use super::support::{export, table, table_of};
use crate::domain::disclosure::k_anonymity::{FrequencyTable, MAX_COLUMNS, TableFault};

#[test]
fn nothing_is_suppressed_when_every_combination_has_k_records() {
    let plan = table(&[(&[1, 2], 5), (&[1, 3], 7), (&[2, 2], 5)]).suppress(5);
    assert_eq!(plan.cost().suppressed_cells, 0);
    assert_eq!(plan.cost().classes, 3);
    assert_eq!(plan.cost().smallest_class, 5);
}

#[test]
fn rare_combinations_that_differ_in_one_column_lose_only_that_column() {
    let plan = table(&[(&[1, 1, 1], 3), (&[1, 1, 2], 2), (&[2, 2, 2], 9)]).suppress(5);
    assert_eq!(plan.cost().suppressed_cells, 5);
    assert_eq!(plan.cost().suppressed_by_column, [0, 0, 5]);
    assert_eq!(plan.cost().records_affected, 5);
    assert_eq!(plan.cost().rare_records, 5);
}

#[test]
fn a_lone_record_is_filled_up_from_a_large_neighbour() {
    let rows: Vec<Vec<u32>> = std::iter::repeat_n(vec![1, 1, 1], 20)
        .chain([vec![1, 1, 2]])
        .collect();
    let plan = table_of(3, &rows).suppress(3);
    assert_eq!(plan.cost().suppressed_cells, 3);
    assert_eq!(plan.cost().classes, 2);
    let shown = export(&plan, &rows);
    let suppressed = shown.iter().filter(|row| row[2].is_none());
    assert_eq!(suppressed.count(), 3);
    assert_eq!(shown[20], [Some(1), Some(1), None]);
}

#[test]
fn a_class_that_can_spare_nothing_is_taken_in_whole() {
    let plan = table(&[(&[1, 1, 1], 5), (&[1, 1, 2], 1)]).suppress(5);
    assert_eq!(plan.cost().suppressed_cells, 6);
    assert_eq!(plan.cost().smallest_class, 6);
}

#[test]
fn a_column_that_is_equal_throughout_is_never_suppressed() {
    let rows: Vec<Vec<u32>> = (0..6).map(|n| vec![7, n, n]).collect();
    let plan = table_of(3, &rows).suppress(6);
    assert_eq!(plan.cost().suppressed_by_column, [0, 6, 6]);
}

#[test]
fn a_column_of_more_weight_is_kept() {
    let groups: [(&[u32], u64); 4] = [(&[1, 1], 2), (&[1, 2], 2), (&[2, 1], 2), (&[2, 2], 2)];
    let plan = table(&groups).suppress_weighted(4, &[1, 5]).unwrap();
    assert_eq!(plan.cost().suppressed_by_column, [8, 0]);
    let plan = table(&groups).suppress_weighted(4, &[5, 1]).unwrap();
    assert_eq!(plan.cost().suppressed_by_column, [0, 8]);
}

#[test]
fn too_few_records_are_suppressed_completely_and_flagged() {
    let plan = table(&[(&[1, 1], 2), (&[1, 2], 1)]).suppress(5);
    assert!(!plan.has_enough_records());
    assert_eq!(plan.cost().suppressed_cells, 6);
    assert_eq!(plan.cost().smallest_class, 3);
}

#[test]
fn an_empty_table_and_one_without_columns_are_fine() {
    let plan = FrequencyTable::new(3).unwrap().suppress(5);
    assert!(plan.has_enough_records());
    assert_eq!(plan.cost().classes, 0);
    let plan = table(&[(&[], 5)]).suppress(5);
    assert!(plan.has_enough_records());
    assert_eq!(plan.cost().classes, 1);
    assert!(!table(&[(&[], 4)]).suppress(5).has_enough_records());
}

#[test]
fn a_k_of_one_or_none_suppresses_nothing() {
    for k in [0, 1] {
        let plan = table(&[(&[1, 1], 1), (&[1, 2], 1)]).suppress(k);
        assert_eq!(plan.cost().suppressed_cells, 0);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let many = MAX_COLUMNS + 1;
    assert_eq!(
        FrequencyTable::new(many).err(),
        Some(TableFault::Columns(many))
    );
    let fault = TableFault::Length {
        expected: 2,
        found: 1,
    };
    let mut table = FrequencyTable::new(2).unwrap();
    assert_eq!(table.add(&[1]), Err(fault));
    assert_eq!(table.suppress_weighted(5, &[1]).err(), Some(fault));
}
