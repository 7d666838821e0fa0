//! The schemas of changes between versions of a form.

use serde::Deserialize;
use utoipa::ToSchema;

use super::described_as;
use crate::domain::form;

described_as! {
    form::Changes => Changes;
    form::ElementChange => ElementChange;
    form::Change => Change;
}
/// All changes from one version to another.
#[derive(Deserialize, ToSchema)]
pub struct Changes {
    /// Whether answers and scores of both versions can stand in the same columns: none is recoded.
    pub compatible: bool,
    /// Every question of either version: those of the newer one in its order, then those removed.
    pub questions: Vec<QuestionChange>,
    /// Every score of either version, likewise.
    pub scores: Vec<ElementChange>,
    /// Every section of either version, likewise.
    pub sections: Vec<ElementChange>,
    /// Every notice of either version, likewise.
    pub notices: Vec<ElementChange>,
    /// Every piece of advice of either version, likewise.
    pub advice: Vec<ElementChange>,
    /// What changed of the form as a whole, in words.
    #[schema(example = json!(["the title reads differently"]))]
    pub form: Vec<String>,
}

/// The change of one question.
#[derive(Deserialize, ToSchema)]
pub struct QuestionChange {
    /// The question's key.
    #[schema(example = "eating_meals")]
    pub key: String,
    /// The most severe of its changes.
    pub change: Change,
    /// The changes in words.
    #[schema(example = json!(["option \"complete\" is new"]))]
    pub details: Vec<String>,
}

/// The change of a score, a section, a notice or a piece of advice.
#[derive(Deserialize, ToSchema)]
pub struct ElementChange {
    /// Its key.
    #[schema(example = "eating")]
    pub key: String,
    /// The most severe of its changes.
    pub change: Change,
    /// The changes in words.
    #[schema(example = json!(["its bands are others"]))]
    pub details: Vec<String>,
}

/// The kinds of changes, from harmless to severe.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is the same.
    Identical,
    /// Wording, order, routing or the duty to answer changed; the coding did not.
    Reworded,
    /// Options were added, or bounds widened; existing answers keep their meaning.
    OptionsAdded,
    /// It is new.
    Added,
    /// It was removed.
    Removed,
    /// Existing answers or scores change their meaning: another kind, an option removed, labels that changed places,
    /// another value, narrower bounds, another sum, other bands.
    Recoded,
}
