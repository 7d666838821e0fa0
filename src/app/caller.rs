//! Who calls a use case, and what their role reaches.

use crate::domain::audit::Actor;
use crate::domain::staff::scope::RoleScope;

/// The caller of a use case that is about forms or campaigns.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The actor, for the audit.
    pub actor: Actor,
    /// What the role reaches in which they call.
    pub scope: RoleScope,
}

impl Caller {
    /// The operator, who reaches everything.
    pub const OPERATOR: Self = Self {
        actor: Actor::Operator,
        scope: RoleScope::Everything,
    };
}
