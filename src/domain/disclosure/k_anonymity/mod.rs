//! Masks the background answers of a record-level export so that it is k-anonymous, in as few cells as it can.
//!
//! In the masked export every record shares its background answers, all columns together, with at least `k - 1`
//! others (Sweeney 2002). A masked cell counts as a value of its own: two records are alike only when they are
//! masked in the same columns and equal in the rest. This is stricter than sdcMicro's count, where a missing
//! value is alike to every value, and it holds even for a reader who takes `MSK` at its face.
//!
//! # How it is used
//!
//! 1. A first pass streams the records into a [`FrequencyTable`]: the count of each combination of background answers.
//! 2. [`FrequencyTable::mask`] makes the plan, a [`SuppressionPlan`], with its [`Cost`]. It never sees a record.
//! 3. A second pass asks a [`Suppressor`] for each record which cells to mask, and [`Suppressor::finish`] checks that
//!    both passes saw the same records. Both must read one snapshot of the database.
//! 4. The masker names each record's class, by which [`Diversity`](super::Diversity) counts the answers to sensitive questions.
//!
//! Memory is that of the distinct combinations, not of the records.
//!
//! # The method
//!
//! To find the fewest cells is NP-hard (Meyerson and Williams 2004), so this is a heuristic: a greedy weighted
//! set cover, as in the approximations of Meyerson and Williams and of Park and Shim (2007, within `O(log k)` of the
//! best), over the lattice of column subsets that Samarati (2001) and Incognito (`LeFevre` and others 2005) search,
//! but for each record alone (local suppression, as in sdcMicro: Templ, Kowarik and Meindl 2015).
//!
//! - KeyEncoder with `k` records or more stay as they are. The records of the others are *pending*.
//! - A *candidate* masks a set of columns and takes all pending records that are equal in the rest. If they are
//!   fewer than `k`, it is filled up with records that other classes can spare, the cheapest first, or by taking in
//!   a whole small class. Its price is what it adds in masked cells for each pending record that it settles.
//! - The cheapest candidate is taken, then the next, until no record is pending; a sixteenth more is as good, as in
//!   Park and Shim's faster variant. Prices mostly rise, so they are kept in a queue and worked out
//!   anew only when their turn comes (lazy greedy: Minoux 1978).
//! - At last records move to classes that stand by now and mask less, as long as their own class can spare them.
//!
//! The result is compared with plainly masking the whole background of the pending records, and the cheaper plan is
//! used; so it never masks more than that. With up to ten columns and 250,000 combinations all subsets are searched,
//! otherwise a selection.
//!
//! The proven bounds are those of the plain cover; filling up from other classes and the selection are not covered by
//! them. Measured, on made-up skewed answers to eight questions and `k` 5, cells masked for each record that is rare:
//!
//! | records | combinations | rare records | here | all their cells | planned in |
//! | --- | --- | --- | --- | --- | --- |
//! | 20,000 | 13,261 | 16,845 | 1.55 | 8 | 0.1 s |
//! | 200,000 | 59,912 | 78,441 | 1.20 | 8 | 0.5 s |
//! | 1,000,000 | 130,789 | 158,460 | 1.12 | 8 | 2 s |
//!
//! No method can do with less than one. To leave the rare records out would cost 84 % of the first export and 16 % of the
//! last. On tables so small that all maskings can be tried it masks 3 % more than the best.
//!
//! With ten columns, weights and nearly every combination rare, as in an export of the shipped form with campaign, version,
//! language and week (`cargo bench -- masking`): 97,000 combinations of 100,000 records are planned in 0.9 s, 793,000 of 1,000,000 in 13 s
//! with 320 MB.
//!
//! Why a set cover: it weighs the cost of filling up, which a search for one mask for all records does not know and
//! sdcMicro's way of counting does not need; and it wants no hierarchy of values, which a form does not have.
//!
//! # Which records of a combination
//!
//! When a combination gives only some of its records to another class, the choice must not show. To take the first
//! ones in the order of rows would: a masked record late in the file could then be no donor, and stood out as
//! the rare one. So each record of a split combination brings a secret draw, and every subset is equally likely
//! (Fan, Muller and Rezucha 1962; Knuth, volume 2, algorithm S). See [`Suppressor::mask`].
//!
//! # What it does not do
//!
//! k-anonymity hides which record is whose, not what they have in common: see [`Diversity`](super::Diversity). It holds for one export;
//! two exports of a growing campaign, or with different filters, can be compared row by row, as the answers
//! to other questions tell which rows are the same. Whoever knows the method may sometimes tell donors
//! from pending records by reasoning backwards (minimality attack: Wong and others 2007).

mod cover;
mod dictionary;
mod frequency_table;
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

pub use dictionary::Dictionary;
pub use frequency_table::{FrequencyTable, MAX_COLUMNS, TableFault};
pub use qi_set::QiSet;
pub use suppression_plan::{ClassId, Cost, SuppressionPlan};
pub use suppressor::{Masked, SnapshotMismatch, Suppressor};
