//! The last step: records move to classes that mask less.

use super::QiSet;
use super::key::{Key, Packing};
use super::plan::Plan;

/// Rounds over all classes; after the second hardly anything moves.
const ROUNDS: usize = 3;

/// A move of a part to a class that masks less.
struct Move<const W: usize> {
    part: usize,
    count: u64,
    weight: i64,
    cells: QiSet,
    key: Key<W>,
}

/// Moves records to classes that stand and mask less: all records of a class if each has such a class, and otherwise
/// as many as it can spare. The cost only falls.
///
/// Takes time in the masked combinations times the masks in use.
pub(super) fn refine<const W: usize>(plan: &mut Plan<W>, packing: &Packing) {
    for _ in 0..ROUNDS {
        if !relax_once(plan, packing) {
            return;
        }
    }
}

fn relax_once<const W: usize>(plan: &mut Plan<W>, packing: &Packing) -> bool {
    let mut used: Vec<(i64, QiSet)> = plan
        .classes
        .iter()
        .filter(|class| class.size > 0)
        .map(|class| (class.weight, class.cells))
        .collect();
    used.sort_unstable();
    used.dedup();
    let masks: Vec<(i64, QiSet, Key<W>)> = used
        .into_iter()
        .map(|(weight, cells)| (weight, cells, packing.visible(cells)))
        .collect();
    let mut dearest_first: Vec<(i64, usize)> = (0..)
        .zip(&plan.classes)
        .filter(|(_, class)| class.size > 0 && class.weight > 0)
        .map(|(place, class)| (-class.weight, place))
        .collect();
    dearest_first.sort_unstable();
    let mut moved = false;
    for (_, class) in dearest_first {
        moved |= relax_class(plan, &masks, class);
    }
    moved
}

fn relax_class<const W: usize>(
    plan: &mut Plan<W>,
    masks: &[(i64, QiSet, Key<W>)],
    place: usize,
) -> bool {
    let Some(class) = plan.classes.get(place) else {
        return false;
    };
    let mut moves: Vec<Move<W>> = class
        .parts
        .iter()
        .filter_map(|part| lighter(plan, masks, *part, class.weight))
        .collect();
    let movable: u64 = moves.iter().map(|step| step.count).sum();
    let mut spare = if movable == class.size {
        movable
    } else {
        plan.surplus(place)
    };
    moves.sort_by_key(|step| step.weight);
    let moved = spare > 0 && !moves.is_empty();
    for step in moves {
        let count = step.count.min(spare);
        spare -= count;
        plan.move_part(step.part, count, step.cells, step.key);
    }
    moved
}

/// The lightest class that stands and would take the records of this part.
fn lighter<const W: usize>(
    plan: &Plan<W>,
    masks: &[(i64, QiSet, Key<W>)],
    part: usize,
    weight: i64,
) -> Option<Move<W>> {
    let from = plan.parts.get(part).filter(|part| part.count > 0)?;
    let (key, _) = plan.groups.get(from.group)?;
    masks
        .iter()
        .take_while(|(lighter, _, _)| *lighter < weight)
        .map(|(weight, cells, visible)| (*weight, *cells, key.intersection(visible)))
        .find(|(_, cells, key)| plan.class(*cells, *key).is_some())
        .map(|(weight, cells, key)| Move {
            part,
            count: from.count,
            weight,
            cells,
            key,
        })
}
