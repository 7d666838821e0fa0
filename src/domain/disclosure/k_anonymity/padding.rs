//! The last step: key combinations that the cover has left over get a class with the help of another one.

use std::cmp::Reverse;

use super::key::{Key, Packing};
use super::partition::{EquivalenceClass, Partition};
use super::qi_set::QiSet;

/// Gives each pending combination a class, with the help of the class that makes it cheapest: it lends the missing
/// records, or joins as a whole if it cannot. There must be a class.
///
/// Takes time in the pending combinations times the classes times the columns.
pub(super) fn pad_each<const W: usize>(partition: &mut Partition<W>, packing: &Packing) {
    for combination in std::mem::take(&mut partition.pending) {
        let Some((key, count)) = partition.combination(combination) else {
            continue;
        };
        let missing = partition.k.saturating_sub(count);
        let helped_by = |(helper, class): (usize, &EquivalenceClass<W>)| {
            let suppressed = class.suppressed.union(packing.differing(&key, &class.key));
            let weight = partition.weight(suppressed);
            let lends = partition.surplus(class) >= missing;
            let helping = if lends { missing } else { class.size };
            let cost = u128::from(weight) * u128::from(count)
                + u128::from(weight - class.weight) * u128::from(helping);
            (cost, helper, suppressed, suppressed == class.suppressed)
        };
        let helpers = (0..).zip(&partition.classes);
        let Some((_, helper, suppressed, joins)) = helpers.map(helped_by).min() else {
            partition.pending.push(combination);
            continue;
        };
        let mut class = helper;
        if !joins {
            let key = key.intersection(&packing.visible(suppressed));
            if let Some(loans) = partition.borrow(missing, partition.lenders(helper)) {
                class = partition.open(suppressed, key, loans);
            } else {
                partition.widen(helper, suppressed, key);
            }
        }
        partition.place(combination, count, class);
    }
}

/// Makes one class of all pending combinations, with all columns suppressed in which any records differ. If they are too
/// few, classes lend the missing records, or one joins as a whole if they cannot. If they are too few, there must be a class.
///
/// Takes time in the pending combinations and the classes.
pub(super) fn pad_together<const W: usize>(partition: &mut Partition<W>, differing: QiSet) {
    if partition.pending.is_empty() {
        return;
    }
    let records: u64 = partition.pending().map(|(_, count)| count).sum();
    let missing = partition.k.saturating_sub(records);
    // The more columns of a record are suppressed already, the less it costs to borrow it.
    let mut helpers: Vec<usize> = (0..partition.classes.len()).collect();
    helpers.sort_by_key(|helper| Reverse(partition.classes.get(*helper).map(|class| class.weight)));
    let lenders = helpers
        .into_iter()
        .flat_map(|helper| partition.lenders(helper));
    let class = if let Some(loans) = partition.borrow(missing, lenders) {
        partition.open(differing, Key::EMPTY, loans)
    } else {
        let weight = partition.weight(differing);
        let added = |class: &EquivalenceClass<W>| {
            u128::from(weight - class.weight) * u128::from(class.size)
        };
        let helpers = (0..).zip(&partition.classes);
        let Some((_, helper)) = helpers.map(|(helper, class)| (added(class), helper)).min() else {
            return;
        };
        partition.widen(helper, differing, Key::EMPTY);
        helper
    };
    for combination in std::mem::take(&mut partition.pending) {
        if let Some((_, count)) = partition.combination(combination) {
            partition.place(combination, count, class);
        }
    }
}
