//! What of an export follows from the versions of the form alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::codebook::Columns;
use crate::domain::disclosure::k_anonymity::QiSet;
use crate::domain::disclosure::{
    Levels, QuasiIdentifiers, SecondarySuppression, Weights, left_out,
};
use crate::domain::form::Form;
use crate::domain::ids::FormVersionId;

/// A version whose responses are exported.
#[derive(Debug, Clone)]
pub struct ExportVersion {
    /// Its id.
    pub id: FormVersionId,
    /// Its number.
    pub number: i32,
    /// Its form.
    pub form: Arc<Form>,
}

/// The columns of an export, and what is masked with what.
pub struct Tables<'a> {
    /// The columns.
    pub columns: Columns<'a>,
    /// Those by which somebody could be found.
    pub quasi: QuasiIdentifiers,
    /// What is masked with them.
    pub secondary: SecondarySuppression,
    /// What they can be told as.
    pub levels: Arc<Levels>,
}

impl<'a> Tables<'a> {
    /// Those of these versions.
    pub fn of(versions: &'a [ExportVersion]) -> Self {
        let forms: Vec<_> = versions.iter().map(|it| (it.number, &*it.form)).collect();
        let columns = Columns::of(&forms);
        let quasi = QuasiIdentifiers::of(&columns);
        let secondary = SecondarySuppression::of(&columns, &quasi);
        Self {
            levels: Arc::new(Levels::of(&columns, &quasi)),
            columns,
            quasi,
            secondary,
        }
    }

    /// What no row shows of a campaign that leaves out the questions with these keys.
    pub fn left_out(&self, questions: &BTreeSet<String>) -> QiSet {
        left_out(&self.columns, &self.quasi, &self.secondary, questions)
    }

    /// What it costs to mask them, where a campaign chooses these weights.
    pub fn weights(&self, chosen: &BTreeMap<String, u8>) -> Weights {
        Weights::of_columns(&self.columns, &self.quasi, &self.secondary, chosen)
    }
}
