//! What a campaign leaves out of its rows.

use std::collections::BTreeSet;

use super::k_anonymity::QiSet;
use super::{QuasiIdentifiers, SecondarySuppression};
use crate::domain::codebook::Columns;

/// The quasi-identifiers that no row of a campaign shows that leaves out these questions: theirs, and all that hang on them in
/// any version, since these would tell them.
///
/// They are the same nothing in each row, so that they part no rows. A question that hangs on one of them would do so,
/// and what is masked of the others would then tell the answer that is left out.
pub fn left_out(
    columns: &Columns<'_>,
    quasi: &QuasiIdentifiers,
    secondary: &SecondarySuppression,
    questions: &BTreeSet<String>,
) -> QiSet {
    let named = columns.iter().filter(|(_, column)| {
        let question = column.question();
        question.is_some_and(|key| questions.contains(key))
    });
    let mut all = QiSet::of(named.filter_map(|(index, _)| quasi.of_column(index)));
    loop {
        let hanging = quasi
            .columns()
            .iter()
            .filter(|(column, _)| secondary.ever(*column).intersects(all));
        let more = all.union(QiSet::of(hanging.map(|(_, quasi)| *quasi)));
        if more == all {
            return all;
        }
        all = more;
    }
}
