//! Local recoding from the top down: all records begin as one class that shows nothing, and classes are divided as long as
//! that tells more.
//!
//! A class is divided along the column by which most is told. Values with `k` records or more become classes of their own.
//! The records of the others stay in the class if what it shows of the column is worth something, together with records
//! that they borrow from the greatest of the new ones if they are too few. If it would show next to nothing, they are
//! *orphans*: they begin again from the top, among themselves. After some rounds the rest stays where it is. The idea is that of
//! top-down specialisation (Fung, Wang and Yu 2005) and of Mondrian (`LeFevre` and others 2006), over hierarchies.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::generalised::{Generalised, Nodes, Part, cost_of};

/// How often records begin again.
const ROUNDS: usize = 8;
/// A column of which a group costs one in so many of a masked cell, or more, shows next to nothing.
const ORPHANED: u64 = 10;
/// So few records do not begin again.
const FEW: u64 = 100;

/// Divides all records. There must be `k` of them.
pub(super) fn divide(combinations: &[u64], k: u64, columns: &[Nodes]) -> Vec<Generalised> {
    let mut division = Division {
        columns,
        k,
        classes: Vec::new(),
        orphans: Vec::new(),
        last: false,
        sizes: columns.iter().map(|it| vec![0; it.count()]).collect(),
    };
    let parts = (0..).zip(combinations);
    let mut rest: Vec<Part> = parts
        .map(|(combination, count)| Part {
            combination,
            count: *count,
        })
        .collect();
    let mut before = u64::MAX;
    for round in 1..=ROUNDS {
        let records = size(&rest);
        if records == 0 {
            break;
        }
        if records < k {
            division.join(rest);
            break;
        }
        division.last = round == ROUNDS || records < FEW.max(2 * k) || records == before;
        before = records;
        division.divide(rest);
        rest = merged(std::mem::take(&mut division.orphans));
    }
    division.classes
}

struct Division<'a> {
    columns: &'a [Nodes],
    k: u64,
    classes: Vec<Generalised>,
    orphans: Vec<Part>,
    /// Whether no record becomes an orphan any more.
    last: bool,
    /// Room to count in, by column and node; all zero between two uses.
    sizes: Vec<Vec<u64>>,
}

/// A way to divide a class.
struct Choice {
    gain: u128,
    column: usize,
    /// Whether the values with few records begin again.
    orphaned: bool,
}

impl Division<'_> {
    fn divide(&mut self, all: Vec<Part>) {
        let top = vec![0; self.columns.len()];
        let mut waiting = vec![(all, top)];
        while let Some((parts, mut shown)) = waiting.pop() {
            self.tighten(&parts, &mut shown);
            let records = size(&parts);
            let choices = (0..self.columns.len())
                .filter_map(|column| self.choice(&parts, records, &shown, column));
            // The first of the best, so that the plan does not depend on anything else.
            let best = choices.reduce(|best, next| if next.gain > best.gain { next } else { best });
            let Some(choice) = best else {
                self.classes.push(Generalised { shown, parts });
                continue;
            };
            let (divided, rest) = self.divided(parts, &shown, &choice);
            for (node, parts) in divided {
                let mut shown = shown.clone();
                if let Some(shown) = shown.get_mut(choice.column) {
                    *shown = node;
                }
                waiting.push((parts, shown));
            }
            match choice.orphaned {
                _ if rest.is_empty() => {}
                true => self.orphans.extend(rest),
                false => waiting.push((rest, shown)),
            }
        }
    }

    /// Shows of each column as much as all records have in common.
    fn tighten(&self, parts: &[Part], shown: &mut [u32]) {
        for (shown, nodes) in shown.iter_mut().zip(self.columns) {
            let mut cells = parts.iter().map(|part| nodes.cell(part.combination));
            let Some(mut common) = cells.next() else {
                return;
            };
            while let Some(cell) = cells.next().filter(|_| common != *shown) {
                common = nodes.common(common, cell);
            }
            *shown = common;
        }
    }

    /// What it brings to divide along this column; nothing if that tells no more.
    fn choice(
        &mut self,
        parts: &[Part],
        records: u64,
        shown: &[u32],
        column: usize,
    ) -> Option<Choice> {
        let (nodes, node) = (self.columns.get(column)?, *shown.get(column)?);
        let now = nodes.cost(node);
        if now == 0 || records <= self.k {
            return None;
        }
        let mut divided = count(self.sizes.get_mut(column)?, parts, nodes, node);
        let few: u64 = divided
            .iter()
            .filter(|(_, size)| *size < self.k)
            .map(|it| it.1)
            .sum();
        divided.retain(|(_, size)| *size >= self.k);
        let orphaned = !self.last && now * ORPHANED >= nodes.cost(0);
        if !orphaned && few > 0 && few < self.k {
            lend(&mut divided, self.k - few, self.k)?;
        }
        let gain = |(child, size): &(u32, u64)| {
            u128::from(now.saturating_sub(nodes.cost(*child))) * u128::from(*size)
        };
        let gain = divided.iter().map(gain).sum();
        (gain > 0).then_some(Choice {
            gain,
            column,
            orphaned,
        })
    }

    /// The new classes, each with what it shows of the column, and the records that are too few for one.
    fn divided(
        &self,
        parts: Vec<Part>,
        shown: &[u32],
        choice: &Choice,
    ) -> (Vec<(u32, Vec<Part>)>, Vec<Part>) {
        let Some(nodes) = self.columns.get(choice.column) else {
            return (Vec::new(), parts);
        };
        let node = shown.get(choice.column).copied().unwrap_or_default();
        let mut by_child: BTreeMap<u32, Vec<Part>> = BTreeMap::new();
        for part in parts {
            let child = nodes.towards(nodes.cell(part.combination), node);
            by_child.entry(child).or_default().push(part);
        }
        let (mut divided, few): (Vec<_>, Vec<_>) = by_child
            .into_iter()
            .partition(|(_, parts)| size(parts) >= self.k);
        let mut rest: Vec<Part> = few.into_iter().flat_map(|(_, parts)| parts).collect();
        let missing = self.k.saturating_sub(size(&rest));
        if !choice.orphaned && !rest.is_empty() && missing > 0 {
            divided.sort_by_key(|(child, parts)| (Reverse(size(parts)), *child));
            let mut missing = missing;
            for (_, parts) in &mut divided {
                let spare = (size(parts) - self.k).min(missing);
                missing -= spare;
                rest.extend(taken(parts, spare));
            }
            if missing > 0 {
                rest.extend(divided.pop().into_iter().flat_map(|(_, parts)| parts));
            }
        }
        (divided, merged(rest))
    }

    /// Puts records, too few for a class, where they cost least.
    fn join(&mut self, parts: Vec<Part>) {
        for part in parts {
            let cells: Vec<u32> = self
                .columns
                .iter()
                .map(|it| it.cell(part.combination))
                .collect();
            let joined = |class: &Generalised| -> Vec<u32> {
                let nodes = class.shown.iter().zip(&cells).zip(self.columns);
                nodes
                    .map(|((shown, cell), nodes)| nodes.common(*shown, *cell))
                    .collect()
            };
            let cost = |class: &Generalised| {
                let (size, joined) = (class.size(), cost_of(&joined(class), self.columns));
                let more = joined.saturating_sub(cost_of(&class.shown, self.columns));
                u128::from(joined) * u128::from(part.count) + u128::from(more) * u128::from(size)
            };
            let costs = self.classes.iter().map(cost);
            let Some((_, best)) = costs.zip(0_usize..).min() else {
                return;
            };
            let shown = self.classes.get(best).map(joined);
            if let (Some(class), Some(shown)) = (self.classes.get_mut(best), shown) {
                class.shown = shown;
                class.parts.push(part);
            }
        }
    }
}

/// The records by the next node below `node`, ascending. `room` is all zero before and after.
fn count(room: &mut [u64], parts: &[Part], nodes: &Nodes, node: u32) -> Vec<(u32, u64)> {
    let mut seen: Vec<u32> = Vec::new();
    for part in parts {
        let child = nodes.towards(nodes.cell(part.combination), node);
        if let Some(size) = usize::try_from(child).ok().and_then(|it| room.get_mut(it)) {
            if *size == 0 {
                seen.push(child);
            }
            *size += part.count;
        }
    }
    seen.sort_unstable();
    let take = |child: u32| {
        let size = usize::try_from(child).ok().and_then(|it| room.get_mut(it));
        (child, size.map(std::mem::take).unwrap_or_default())
    };
    seen.into_iter().map(take).collect()
}

/// Takes records from new classes, the greatest first, each of which keeps `k`; if they have too few to spare, the smallest
/// is given up. Nothing if it is the only one.
fn lend(divided: &mut Vec<(u32, u64)>, missing: u64, k: u64) -> Option<()> {
    divided.sort_by_key(|(child, size)| (Reverse(*size), *child));
    let mut missing = missing;
    for (_, size) in divided.iter_mut() {
        let spare = (*size - k).min(missing);
        missing -= spare;
        *size -= spare;
    }
    if missing > 0 {
        if divided.len() < 2 {
            return None;
        }
        divided.pop();
    }
    Some(())
}

/// Takes so many records from the last parts.
fn taken(parts: &mut Vec<Part>, records: u64) -> Vec<Part> {
    let (mut missing, mut taken) = (records, Vec::new());
    while missing > 0 {
        let Some(last) = parts.last_mut() else {
            break;
        };
        let count = last.count.min(missing);
        missing -= count;
        taken.push(Part { count, ..*last });
        last.count -= count;
        if last.count == 0 {
            parts.pop();
        }
    }
    taken
}

/// The same records, each combination once, in their order.
fn merged(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_unstable();
    parts.dedup_by(|next, kept| {
        let same = next.combination == kept.combination;
        if same {
            kept.count += next.count;
        }
        same
    });
    parts
}

fn size(parts: &[Part]) -> u64 {
    parts.iter().map(|part| part.count).sum()
}
