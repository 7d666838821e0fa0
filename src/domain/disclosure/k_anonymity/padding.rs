//! Padding, the last step: key combinations that no pattern has settled get a class with records of other classes.

use std::cmp::Reverse;

use super::key::{Key, Packing};
use super::partition::{EquivalenceClass, Partition};
use super::qi_set::QiSet;

/// Pads each pending combination from the one class where that costs least: it lends the missing records, or is merged
/// with the combination if it has too few to lend. Without any class they stay pending.
///
/// Takes time in the pending combinations times the classes times the columns. After a cover the first are fewer than `k`
/// times the values of any one column, as it tries the pattern that leaves only the column with the fewest values.
pub(super) fn pad_each<const W: usize>(partition: &mut Partition<W>, packing: &Packing) {
    for combination in std::mem::take(&mut partition.pending) {
        let Some((key, count)) = partition.combination(combination) else {
            continue;
        };
        let missing = partition.k.saturating_sub(count);
        let padded_from = |(lender, class): (usize, &EquivalenceClass<W>)| {
            let suppressed = class.suppressed.union(packing.differing(&key, &class.key));
            let weight = partition.weight(suppressed);
            let lends = partition.surplus(class) >= missing;
            let helping = if lends { missing } else { class.size };
            let cost = u128::from(weight) * u128::from(count)
                + u128::from(weight - class.weight) * u128::from(helping);
            (cost, lender, suppressed, suppressed == class.suppressed)
        };
        let lenders = (0..).zip(&partition.classes);
        let Some((_, lender, suppressed, joins)) = lenders.map(padded_from).min() else {
            partition.pending.push(combination);
            continue;
        };
        let mut class = lender;
        if !joins {
            let key = key.intersection(&packing.visible(suppressed));
            if let Some(loans) = partition.borrow(missing, partition.lenders(lender)) {
                class = partition.open(suppressed, key, loans);
            } else {
                partition.widen(lender, suppressed, key);
            }
        }
        partition.place(combination, count, class);
    }
}

/// Makes one class of all pending combinations, with all columns suppressed in which any records differ. Missing records
/// are borrowed, or a class is merged with it if there are too few to lend. Without any class they stay pending.
///
/// Takes time in the pending combinations, and `O(n log n)` in the classes.
pub(super) fn pad_together<const W: usize>(partition: &mut Partition<W>, differing: QiSet) {
    if partition.pending.is_empty() {
        return;
    }
    let records: u64 = partition.pending().map(|(_, count)| count).sum();
    let missing = partition.k.saturating_sub(records);
    // The more columns of a record are suppressed already, the less it costs to borrow it.
    let mut lenders: Vec<usize> = (0..partition.classes.len()).collect();
    lenders.sort_by_key(|lender| Reverse(partition.classes.get(*lender).map(|class| class.weight)));
    let lenders = lenders
        .into_iter()
        .flat_map(|lender| partition.lenders(lender));
    let class = if let Some(loans) = partition.borrow(missing, lenders) {
        partition.open(differing, Key::EMPTY, loans)
    } else {
        let weight = partition.weight(differing);
        let added = |class: &EquivalenceClass<W>| {
            u128::from(weight - class.weight) * u128::from(class.size)
        };
        let lenders = (0..).zip(&partition.classes);
        let Some((_, lender)) = lenders.map(|(lender, class)| (added(class), lender)).min() else {
            return;
        };
        partition.widen(lender, differing, Key::EMPTY);
        lender
    };
    for combination in std::mem::take(&mut partition.pending) {
        if let Some((_, count)) = partition.combination(combination) {
            partition.place(combination, count, class);
        }
    }
}
