//! The tables as diesel sees them, made from the database's own catalogue.
//!
//! A test compares this file with the migrated database; `UPDATE_SCHEMA=1` makes it write the file.

diesel::table! {
    /// Refresh tokens, spent ones included, so that reuse is noticed.
    refresh_tokens (hash) {
        hash -> Bytea,
        session_id -> Uuid,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Which secret keys this database belongs to. The keys themselves are not here.
    server_keys (name) {
        name -> Text,
        fingerprint -> Bytea,
    }
}

diesel::table! {
    /// One login of one person: the family of all the refresh tokens that came from it.
    sessions (id) {
        id -> Uuid,
        staff_id -> Uuid,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// People who work with the surveys. Patients have no account.
    staff (id) {
        id -> Uuid,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        roles -> Array<Text>,
        disabled -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(sessions -> staff (staff_id));

diesel::allow_tables_to_appear_in_same_query!(refresh_tokens, server_keys, sessions, staff);
