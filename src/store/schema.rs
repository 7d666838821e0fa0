//! The tables as diesel sees them, made from the database's own catalogue.
//!
//! A test compares this file with the migrated database; `UPDATE_SCHEMA=1` makes it write the file.

diesel::table! {
    /// Keys with which scheduled jobs read in the name of an account. Ended ones stay, since the audit names them.
    api_keys (id) {
        id -> Uuid,
        hash -> Bytea,
        staff_id -> Uuid,
        role -> Text,
        form_id -> Nullable<Uuid>,
        label -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        last_used_on -> Nullable<Date>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Responses that are stored and acknowledged, and wait to be released.
    arrivals (id) {
        id -> Uuid,
        campaign_id -> Uuid,
        form_version_id -> Uuid,
        language -> Text,
        week -> Date,
        record -> Bytea,
        remarks -> Jsonb,
    }
}

diesel::table! {
    /// Who looked at what, in a chain: nothing of it can be changed, and what is changed all the same shows.
    audit_entries (number) {
        number -> Int8,
        at -> Timestamptz,
        staff_id -> Nullable<Uuid>,
        action -> Text,
        details -> Text,
        hash -> Bytea,
    }
}

diesel::table! {
    /// Collections of responses to one form in a window of time.
    campaigns (id) {
        id -> Uuid,
        key -> Text,
        form_id -> Uuid,
        title -> Jsonb,
        description -> Nullable<Jsonb>,
        opens_at -> Timestamptz,
        closes_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        release_size -> Int4,
        access -> Text,
        k -> Int4,
        freezes_at -> Nullable<Timestamptz>,
        retained_until -> Timestamptz,
        erased_at -> Nullable<Timestamptz>,
        proof_of_work -> Nullable<Int2>,
        grace_days -> Int4,
        form_version -> Nullable<Int4>,
        testing -> Bool,
        server_key -> Int2,
        insights_from -> Nullable<Int4>,
        revision -> Int4,
        left_out -> Jsonb,
        masking_weights -> Jsonb,
    }
}

diesel::table! {
    /// The version that is being written; at most one a form.
    form_drafts (form_id) {
        form_id -> Uuid,
        definition -> Jsonb,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Published versions. Their content never changes.
    form_versions (id) {
        id -> Uuid,
        form_id -> Uuid,
        version -> Int4,
        definition -> Jsonb,
        layout -> Jsonb,
        digest -> Bytea,
        published_at -> Timestamptz,
        retired_at -> Nullable<Timestamptz>,
        accepts_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Survey instruments. What they ask is in their versions.
    forms (id) {
        id -> Uuid,
        key -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Invitations that were made in one call.
    invitation_batches (id) {
        id -> Uuid,
        campaign_id -> Uuid,
        label -> Nullable<Text>,
        issued -> Int4,
        created_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Single-use codes, of which only keyed hashes are kept.
    invitations (hash) {
        hash -> Bytea,
        campaign_id -> Uuid,
        batch_id -> Uuid,
        redeemed -> Bool,
        request -> Nullable<Bytea>,
    }
}

diesel::table! {
    /// The key pairs that sign passes, one a campaign.
    pass_keys (id) {
        id -> Bytea,
        campaign_id -> Uuid,
        issuer_name -> Text,
        public_key -> Bytea,
        private_key -> Nullable<Bytea>,
    }
}

diesel::table! {
    /// Refresh tokens, spent ones included, so that reuse is noticed.
    refresh_tokens (hash) {
        hash -> Bytea,
        session_id -> Uuid,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Free-text answers, cleaned of direct identifiers. Nothing in the database joins them to responses.
    remarks (id) {
        id -> Uuid,
        campaign_id -> Uuid,
        question -> Text,
        language -> Text,
        text -> Text,
        state -> Text,
    }
}

diesel::table! {
    /// Anonymous responses.
    responses (id) {
        id -> Uuid,
        campaign_id -> Uuid,
        form_version_id -> Uuid,
        language -> Text,
        week -> Date,
        record -> Bytea,
    }
}

diesel::table! {
    /// Which secret keys this database belongs to. The keys themselves are not here.
    server_keys (number) {
        fingerprint -> Bytea,
        number -> Int2,
        state -> Text,
    }
}

diesel::table! {
    /// One login of one person: the family of all the refresh tokens that came from it.
    sessions (id) {
        id -> Uuid,
        staff_id -> Uuid,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        opened_at -> Timestamptz,
        last_used_on -> Date,
    }
}

diesel::table! {
    /// Keyed hashes of passes that were spent, so that none is spent twice.
    spent_passes (hash) {
        hash -> Bytea,
        campaign_id -> Uuid,
    }
}

diesel::table! {
    /// People who work with the surveys. Patients have no account.
    staff (id) {
        id -> Uuid,
        email -> Text,
        name -> Text,
        password_hash -> Nullable<Text>,
        roles -> Array<Text>,
        disabled -> Bool,
        created_at -> Timestamptz,
        scopes -> Jsonb,
        issuer -> Nullable<Text>,
        subject -> Nullable<Text>,
    }
}

diesel::table! {
    /// How many responses say what, so that statistics need not read each. Exact: never published as they are.
    tallies (campaign_id, form_version_id, grouping) {
        campaign_id -> Uuid,
        form_version_id -> Uuid,
        grouping -> Text,
        cells -> Bytea,
    }
}

diesel::table! {
    /// Campaigns with released responses: how often their figures changed, and which changes these do not show yet.
    tally_states (campaign_id) {
        campaign_id -> Uuid,
        revision -> Int8,
        built -> Bool,
        withdrawn -> Int4,
        released -> Int8,
        withdrawn_on -> Nullable<Date>,
    }
}

diesel::table! {
    /// Responses that were sent to try out a campaign before it opens. All are deleted when it opens.
    test_responses (id) {
        id -> Uuid,
        campaign_id -> Uuid,
        form_version_id -> Uuid,
        language -> Text,
        week -> Date,
        record -> Bytea,
        remarks -> Jsonb,
    }
}

diesel::table! {
    /// Ids of withdrawn responses, so that a late retry does not bring one back.
    tombstones (id) {
        id -> Uuid,
        campaign_id -> Uuid,
        replaced -> Bool,
    }
}

diesel::table! {
    /// Free-text answers whose responses are released, and that wait to be mixed with those of other batches.
    waiting_remarks (id) {
        id -> Uuid,
        campaign_id -> Uuid,
        question -> Text,
        language -> Text,
        text -> Text,
    }
}

diesel::joinable!(api_keys -> forms (form_id));
diesel::joinable!(api_keys -> staff (staff_id));
diesel::joinable!(arrivals -> campaigns (campaign_id));
diesel::joinable!(arrivals -> form_versions (form_version_id));
diesel::joinable!(audit_entries -> staff (staff_id));
diesel::joinable!(campaigns -> forms (form_id));
diesel::joinable!(form_drafts -> forms (form_id));
diesel::joinable!(form_versions -> forms (form_id));
diesel::joinable!(invitation_batches -> campaigns (campaign_id));
diesel::joinable!(invitations -> campaigns (campaign_id));
diesel::joinable!(invitations -> invitation_batches (batch_id));
diesel::joinable!(pass_keys -> campaigns (campaign_id));
diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(remarks -> campaigns (campaign_id));
diesel::joinable!(responses -> campaigns (campaign_id));
diesel::joinable!(responses -> form_versions (form_version_id));
diesel::joinable!(sessions -> staff (staff_id));
diesel::joinable!(spent_passes -> campaigns (campaign_id));
diesel::joinable!(tallies -> campaigns (campaign_id));
diesel::joinable!(tallies -> form_versions (form_version_id));
diesel::joinable!(tally_states -> campaigns (campaign_id));
diesel::joinable!(test_responses -> campaigns (campaign_id));
diesel::joinable!(test_responses -> form_versions (form_version_id));
diesel::joinable!(tombstones -> campaigns (campaign_id));
diesel::joinable!(waiting_remarks -> campaigns (campaign_id));

diesel::allow_tables_to_appear_in_same_query!(
    api_keys,
    arrivals,
    audit_entries,
    campaigns,
    form_drafts,
    form_versions,
    forms,
    invitation_batches,
    invitations,
    pass_keys,
    refresh_tokens,
    remarks,
    responses,
    server_keys,
    sessions,
    spent_passes,
    staff,
    tallies,
    tally_states,
    test_responses,
    tombstones,
    waiting_remarks,
);
