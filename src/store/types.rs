//! Column types for the domain's identifiers and enumerations.

use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Jsonb, Nullable, Text, Uuid as SqlUuid};
use serde_json::Value;
use uuid::Uuid;

use crate::domain::campaign::access::Access;
use crate::domain::campaign::masking::{LeftOut, MaskingWeights};
use crate::domain::free_text::review::RemarkState;
use crate::domain::ids::{
    ApiKeyId, CampaignId, CampaignKey, FormId, FormKey, FormVersionId, InvitationBatchId, RemarkId,
    ResponseId, SessionId, StaffId,
};
use crate::domain::staff::role::Role;
use crate::domain::staff::scope::RoleScopes;

/// Implements what `#[derive(AsExpression, FromSqlRow)]` would derive, for types of the pure domain.
macro_rules! column {
    ($name:ident, $sql:ty) => {
        impl Queryable<$sql, Pg> for $name {
            type Row = Self;

            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }

        impl AsExpression<$sql> for $name {
            type Expression = Bound<$sql, Self>;

            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }

        impl AsExpression<Nullable<$sql>> for $name {
            type Expression = Bound<Nullable<$sql>, Self>;

            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }

        impl<'a> AsExpression<$sql> for &'a $name {
            type Expression = Bound<$sql, Self>;

            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }

        impl<'a> AsExpression<Nullable<$sql>> for &'a $name {
            type Expression = Bound<Nullable<$sql>, Self>;

            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }

        impl ToSql<Nullable<$sql>, Pg> for $name
        where
            Self: ToSql<$sql, Pg>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                ToSql::<$sql, Pg>::to_sql(self, out)
            }
        }
    };
}

macro_rules! id_columns {
    ($($name:ident)+) => {$(
        column!($name, SqlUuid);

        impl FromSql<SqlUuid, Pg> for $name {
            fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
                <Uuid as FromSql<SqlUuid, Pg>>::from_sql(bytes).map(Self)
            }
        }

        impl ToSql<SqlUuid, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                <Uuid as ToSql<SqlUuid, Pg>>::to_sql(&self.0, out)
            }
        }
    )+};
}

macro_rules! word_columns {
    ($($name:ident, $read:expr;)+) => {$(
        column!($name, Text);

        impl FromSql<Text, Pg> for $name {
            fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
                let word = <String as FromSql<Text, Pg>>::from_sql(bytes)?;
                let read: fn(&str) -> Option<Self> = $read;
                read(&word).ok_or_else(|| format!("{} does not know this word", stringify!($name)).into())
            }
        }

        impl ToSql<Text, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                <str as ToSql<Text, Pg>>::to_sql(self.as_str(), out)
            }
        }
    )+};
}

id_columns! {
    CampaignId FormId FormVersionId ResponseId RemarkId StaffId SessionId InvitationBatchId ApiKeyId
}

word_columns! {
    CampaignKey, |word| word.parse().ok();
    FormKey, |word| word.parse().ok();
    Access, Access::parse;
    RemarkState, RemarkState::parse;
    Role, Role::parse;
}

macro_rules! json_columns {
    ($($name:ident)+) => {$(
        column!($name, Jsonb);

        impl FromSql<Jsonb, Pg> for $name {
            /// What this program cannot read is an error, and not the default.
            fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
                let value = <Value as FromSql<Jsonb, Pg>>::from_sql(bytes)?;
                Ok(serde_json::from_value(value)?)
            }
        }

        impl ToSql<Jsonb, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                let value = serde_json::to_value(self)?;
                <Value as ToSql<Jsonb, Pg>>::to_sql(&value, &mut out.reborrow())
            }
        }
    )+};
}

json_columns! {
    RoleScopes LeftOut MaskingWeights
}
