//! Equivalence classes with what they show, and what that costs.

use std::collections::HashMap;

use super::hierarchy::{Hierarchy, MASKED};
use super::key_combination::{KeyCombination, Share};
use super::qi_set::QiSet;

/// The nodes of one column's hierarchy that a table uses, numbered from the top, which is 0.
#[derive(Debug)]
pub(super) struct Nodes {
    /// The code of each node.
    codes: Vec<u32>,
    /// The nodes from the top down to each node.
    paths: Vec<Vec<u32>>,
    costs: Vec<u64>,
    /// The node of each combination's cell.
    cells: Vec<u32>,
}

impl Nodes {
    /// Those of this column.
    pub fn of(combinations: &[KeyCombination], column: usize, hierarchy: &Hierarchy) -> Self {
        let cell = |it: &KeyCombination| it.codes.get(column).copied().unwrap_or(MASKED);
        let mut codes: Vec<u32> = combinations.iter().map(cell).collect();
        codes.sort_unstable();
        codes.dedup();
        let mut nodes = Self {
            codes: vec![MASKED],
            paths: vec![vec![0]],
            costs: vec![hierarchy.cost(MASKED).into()],
            cells: Vec::with_capacity(combinations.len()),
        };
        let mut numbers: HashMap<u32, u32> = HashMap::from([(MASKED, 0)]);
        for code in codes {
            let mut path = Vec::new();
            for step in hierarchy.path(code) {
                let next = u32::try_from(nodes.codes.len()).unwrap_or_default();
                let number = *numbers.entry(step).or_insert(next);
                path.push(number);
                if number == next {
                    nodes.codes.push(step);
                    nodes.paths.push(path.clone());
                    nodes.costs.push(hierarchy.cost(step).into());
                }
            }
        }
        let number = |it: &KeyCombination| numbers.get(&cell(it)).copied().unwrap_or_default();
        nodes.cells.extend(combinations.iter().map(number));
        nodes
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.codes.len()
    }

    /// The node of a combination's cell.
    pub fn cell(&self, combination: u32) -> u32 {
        let cell = usize::try_from(combination)
            .ok()
            .and_then(|it| self.cells.get(it));
        cell.copied().unwrap_or_default()
    }

    /// What it costs to show a node.
    pub fn cost(&self, node: u32) -> u64 {
        place(&self.costs, node).copied().unwrap_or_default()
    }

    /// The code of a node.
    pub fn code(&self, node: u32) -> u32 {
        place(&self.codes, node).copied().unwrap_or(MASKED)
    }

    /// The next node on the way from `node` down to `cell`, which lies below it; the node itself at the end.
    pub fn towards(&self, cell: u32, node: u32) -> u32 {
        let depth = place(&self.paths, node).map_or(0, Vec::len);
        let path = place(&self.paths, cell).map_or(&[][..], Vec::as_slice);
        path.get(depth).copied().unwrap_or(node)
    }

    /// The lowest node above both, or one of them.
    pub fn common(&self, one: u32, other: u32) -> u32 {
        if one == other {
            return one;
        }
        let paths = [one, other].map(|it| place(&self.paths, it).map_or(&[][..], Vec::as_slice));
        let [one, other] = paths;
        let together = one.iter().zip(other).take_while(|(a, b)| a == b);
        together.last().map_or(0, |(node, _)| *node)
    }
}

fn place<T>(list: &[T], number: u32) -> Option<&T> {
    usize::try_from(number).ok().and_then(|it| list.get(it))
}

/// Records of one combination in a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub combination: u32,
    pub count: u64,
}

/// Records that show the same.
#[derive(Debug, Clone)]
pub(super) struct Generalised {
    /// The node that each column shows.
    pub shown: Vec<u32>,
    pub parts: Vec<Part>,
}

impl Generalised {
    /// Its records.
    pub fn size(&self) -> u64 {
        self.parts.iter().map(|part| part.count).sum()
    }
}

/// What one record costs that shows these nodes.
pub(super) fn cost_of(shown: &[u32], columns: &[Nodes]) -> u64 {
    let cells = columns.iter().zip(shown);
    cells.map(|(nodes, node)| nodes.cost(*node)).sum()
}

/// What all records of these classes cost.
pub(super) fn total_cost(classes: &[Generalised], columns: &[Nodes]) -> u128 {
    let costs = classes
        .iter()
        .map(|class| u128::from(cost_of(&class.shown, columns)) * u128::from(class.size()));
    costs.sum()
}

/// The classes of a plan that only suppresses. Where all records of a class have a group in common, they show it.
pub(super) fn of_suppressed(
    combinations: &[KeyCombination],
    shares: &[Share],
    columns: &[Nodes],
) -> Vec<Generalised> {
    let mut numbers: HashMap<(QiSet, Vec<u32>), usize> = HashMap::new();
    let mut classes: Vec<Generalised> = Vec::new();
    for share in shares {
        let combination = u32::try_from(share.combination).unwrap_or(u32::MAX);
        if combinations.get(share.combination).is_none() {
            continue;
        }
        let cells: Vec<u32> = columns.iter().map(|it| it.cell(combination)).collect();
        let visible = cells.iter().enumerate().map(|(column, cell)| {
            if share.suppressed.contains(column) {
                u32::MAX
            } else {
                *cell
            }
        });
        let number = *numbers
            .entry((share.suppressed, visible.collect()))
            .or_insert(classes.len());
        if number == classes.len() {
            let (shown, parts) = (cells.clone(), Vec::new());
            classes.push(Generalised { shown, parts });
        }
        if let Some(class) = classes.get_mut(number) {
            for ((shown, cell), nodes) in class.shown.iter_mut().zip(&cells).zip(columns) {
                *shown = nodes.common(*shown, *cell);
            }
            let count = share.count;
            class.parts.push(Part { combination, count });
        }
    }
    classes
}
