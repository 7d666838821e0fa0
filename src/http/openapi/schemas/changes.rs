//! The schemas of changes between versions of a form.

use serde::Deserialize;
use utoipa::ToSchema;

use super::described_as;
use crate::domain::form;

described_as! {
    form::Changes => Changes;
    form::QuestionChange => QuestionChange;
    form::Change => Change;
}
/// All changes from one version to another.
#[derive(Deserialize, ToSchema)]
pub struct Changes {
    /// Whether the answers of both versions can stand in the same columns: no question is recoded.
    pub compatible: bool,
    /// Every question of either version: those of the newer one in its order, then those removed.
    pub questions: Vec<QuestionChange>,
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

/// The kinds of changes, from harmless to severe.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The question and its answers are the same.
    Identical,
    /// Wording, order, routing or the duty to answer changed; the coding did not.
    Reworded,
    /// Options were added, or bounds widened; existing answers keep their meaning.
    OptionsAdded,
    /// The question is new.
    Added,
    /// The question was removed.
    Removed,
    /// Existing answers change their meaning: another kind, an option removed, another value, narrower bounds.
    Recoded,
}
