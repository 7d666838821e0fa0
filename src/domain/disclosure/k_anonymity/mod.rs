//! Local recoding and local suppression: a record-level export becomes k-anonymous, with as little taken away as the heuristic finds.
//!
//! In the suppressed export every record shares its quasi-identifiers, all columns together, with at least `k - 1`
//! others (Sweeney 2002). These records are its *equivalence class*. A suppressed cell, `MSK` in a file, counts as a value
//! of its own, and so does a cell that is shown as a group of its column's [`Hierarchy`]: two records are alike only when every
//! column shows the very same, be it a value, a group or nothing. This is stricter than
//! sdcMicro's count, where a missing value is alike to every value, and it holds even for a reader who takes `MSK` at its face.
//!
//! # How it is used
//!
//! 1. A first pass streams the records into a [`FrequencyTable`]: the count of each *key combination*, which is the values
//!    of all quasi-identifiers of a record.
//! 2. [`FrequencyTable::generalise`] makes the plan, a [`SuppressionPlan`], with its [`Cost`]. It never sees a record.
//! 3. A second pass asks a [`Suppressor`] for each record which cells to suppress, and [`Suppressor::finish`] checks that
//!    both passes saw the same records. Both must read one snapshot of the database.
//! 4. The suppressor names each record's class, by which [`Diversity`](super::Diversity) counts the answers to sensitive questions.
//!
//! Memory is that of the key combinations, not of the records.
//!
//! # The method
//!
//! To find the fewest cells is NP-hard (Meyerson and Williams 2004), so this is a heuristic: a greedy weighted
//! set cover, as in the approximations of Meyerson and Williams and of Park and Shim (2007), over the lattice of column
//! subsets that Samarati (2001) and Incognito (`LeFevre` and others 2005) search, but for each record alone (local
//! suppression, as in sdcMicro: Templ, Kowarik and Meindl 2015).
//!
//! - Key combinations of `k` records or more stay as they are. The others are *pending*.
//! - A *pattern* is a set of columns to suppress. Under a pattern, all pending records that are equal in the rest are a group,
//!   and a group of `k` records becomes a class. The cost of a record is the weight of the pattern. So patterns have their turn by
//!   weight, and among those of one weight the pattern that settles most records is the first. What a pattern settles only
//!   becomes less, so it is counted anew only when its turn comes (lazy greedy: Minoux 1978).
//! - A smaller group *borrows* the records that it lacks from classes of the same weight that have more than `k`. A
//!   borrowed record is suppressed in the columns of the group from then on. That costs it nothing.
//! - The rest is *padded*: each key combination borrows records from one class, or a whole class joins it, whatever costs
//!   least; or all of them together become one class with everything suppressed. The cheaper of the two is taken.
//!
//! The result is compared with suppressing everything in the pending records, and with a division of all records from the top
//! down along the hierarchies (`top_down.rs`). In each class, a column shows what its records have in common: the value, or the
//! lowest group. The cheapest plan is used; so it never costs more than suppressing everything in the pending records. Where
//! columns have no groups that is nearly always the cover. With up to ten columns and 250,000 key combinations all subsets are patterns,
//! otherwise a selection.
//!
//! The proven bounds are those of the plain cover; borrowing, padding and the selection are not covered by them.
//! Measured on made-up skewed answers to eight questions, `k` 5, cells suppressed for each record that is rare (pending at the start):
//!
//! | records | key combinations | rare records | here | all their cells | planned in |
//! | --- | --- | --- | --- | --- | --- |
//! | 20,000 | 13,261 | 16,845 | 1.55 | 8 | 0.02 s |
//! | 200,000 | 59,912 | 78,441 | 1.21 | 8 | 0.07 s |
//! | 1,000,000 | 130,789 | 158,460 | 1.12 | 8 | 0.15 s |
//!
//! No method can do with less than one. To leave the rare records out would cost 84 % of the first export and 16 % of the
//! last. On tables so small that every suppression can be tried it suppresses 1 % more cells than the best.
//!
//! With ten columns, weights and nearly every key combination rare, as in an export of the shipped form with campaign, version,
//! language and week (`cargo bench -- masking`): 97,000 combinations of 100,000 records are planned in 0.2 s, 793,000 of 1,000,000 in 1.8 s
//! with 250 MB.
//!
//! Unlike a search for one pattern or one level for all records, both ways take little from records that are nearly common. What each part of the method gains, and which parts were given up
//! because they gained little, is in `docs/decisions/0003-k-anonymity-ablation.md`.
//!
//! # Which records of a key combination
//!
//! When some records of a combination are borrowed and others are not, the choice must not show. To take the first
//! ones in the order of rows would: a suppressed record late in the file could then not be a borrowed one, and stood out as
//! the rare one. So each record of a split combination brings a secret draw, and every subset is equally likely
//! (Fan, Muller and Rezucha 1962; Knuth, volume 2, algorithm S). See [`Suppressor::suppress`].
//!
//! # What it does not do
//!
//! k-anonymity hides which record is whose, not what they have in common: see [`Diversity`](super::Diversity). It holds for one export;
//! two exports of a growing campaign, or with different filters, can be compared row by row, as the answers
//! to other questions tell which rows are the same. Whoever knows the method may sometimes tell borrowed
//! from pending records by reasoning backwards (minimality attack: Wong and others 2007).

mod cover;
mod dictionary;
mod frequency_table;
mod generalised;
mod hierarchy;
mod key;
mod key_combination;
mod padding;
mod partition;
mod plan;
mod qi_set;
mod suppression_patterns;
mod suppression_plan;
mod suppressor;
#[cfg(test)]
mod tests;
mod top_down;

pub use dictionary::Dictionary;
pub use frequency_table::{FrequencyTable, MAX_COLUMNS, TableFault};
pub use hierarchy::{Hierarchy, MASKED};
pub use qi_set::QiSet;
pub use suppression_plan::{ClassId, Cost, SuppressionPlan};
pub use suppressor::{SnapshotMismatch, Suppressed, Suppressor};
