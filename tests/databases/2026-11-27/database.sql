SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.refuse_change_of_audit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the audit can only be added to';
END;
$$;
CREATE FUNCTION public.refuse_change_of_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE TABLE public.api_keys (
    id uuid NOT NULL,
    hash bytea NOT NULL,
    staff_id uuid NOT NULL,
    role text NOT NULL,
    form_id uuid,
    label text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_used_on date,
    revoked_at timestamp with time zone,
    CONSTRAINT api_keys_check CHECK ((expires_at > created_at)),
    CONSTRAINT api_keys_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT api_keys_label_check CHECK (((length(label) >= 1) AND (length(label) <= 100))),
    CONSTRAINT api_keys_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'author'::text, 'coordinator'::text, 'analyst'::text])))
);
COMMENT ON TABLE public.api_keys IS 'Keys with which scheduled jobs read in the name of an account. Ended ones stay, since the audit names them.';
COMMENT ON COLUMN public.api_keys.hash IS 'SHA-256 of the key. The key itself is not stored.';
COMMENT ON COLUMN public.api_keys.staff_id IS 'The account that the key belongs to. It works only while this account has the role.';
COMMENT ON COLUMN public.api_keys.role IS 'The one role that the key has.';
COMMENT ON COLUMN public.api_keys.form_id IS 'The only form that the key reads; none, when it reads all.';
COMMENT ON COLUMN public.api_keys.label IS 'What its owner called it.';
COMMENT ON COLUMN public.api_keys.last_used_on IS 'The last day (UTC) on which it let a request in.';
COMMENT ON COLUMN public.api_keys.revoked_at IS 'Set by hand, or when the account was disabled, lost the role, or got a new password.';
CREATE TABLE public.arrivals (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    form_version_id uuid NOT NULL,
    language text NOT NULL,
    week date NOT NULL,
    record bytea NOT NULL,
    remarks jsonb NOT NULL,
    CONSTRAINT arrivals_remarks_check CHECK ((jsonb_typeof(remarks) = 'array'::text)),
    CONSTRAINT arrivals_week_check CHECK ((EXTRACT(isodow FROM week) = (1)::numeric))
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='100');
COMMENT ON TABLE public.arrivals IS 'Responses that are stored and acknowledged, and wait to be released.';
COMMENT ON COLUMN public.arrivals.id IS 'Derived from the receipt, which is not stored, under a key outside the database.';
COMMENT ON COLUMN public.arrivals.week IS 'The Monday of the ISO week in which it came.';
COMMENT ON COLUMN public.arrivals.record IS 'The answers, in the layout of the form version.';
COMMENT ON COLUMN public.arrivals.remarks IS 'The free text that came with it: id, question and text of each.';
CREATE TABLE public.audit_entries (
    number bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    staff_id uuid,
    action text NOT NULL,
    details text NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_entries_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT audit_entries_number_check CHECK ((number > 0))
);
COMMENT ON TABLE public.audit_entries IS 'Who looked at what, in a chain: nothing of it can be changed, and what is changed all the same shows.';
COMMENT ON COLUMN public.audit_entries.number IS 'From 1 on, without a gap.';
COMMENT ON COLUMN public.audit_entries.staff_id IS 'Who did it; nobody, when it was the server itself.';
COMMENT ON COLUMN public.audit_entries.details IS 'JSON, as text, so that its hash stays what it is.';
COMMENT ON COLUMN public.audit_entries.hash IS 'HMAC-SHA-256 of the entry and the hash of the one before it, under a key outside the database.';
CREATE TABLE public.campaigns (
    id uuid NOT NULL,
    key text NOT NULL,
    form_id uuid NOT NULL,
    title jsonb NOT NULL,
    description jsonb,
    opens_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    release_size integer DEFAULT 10 NOT NULL,
    access text DEFAULT 'open'::text NOT NULL,
    k integer DEFAULT 5 NOT NULL,
    freezes_at timestamp with time zone,
    retained_until timestamp with time zone NOT NULL,
    erased_at timestamp with time zone,
    proof_of_work smallint,
    grace_days integer DEFAULT 0 NOT NULL,
    form_version integer,
    testing boolean DEFAULT false NOT NULL,
    server_key smallint DEFAULT 1 NOT NULL,
    insights_from integer,
    CONSTRAINT campaigns_access_check CHECK ((access = ANY (ARRAY['open'::text, 'code'::text, 'pass'::text]))),
    CONSTRAINT campaigns_check CHECK ((opens_at < closes_at)),
    CONSTRAINT campaigns_form_version_check CHECK ((form_version > 0)),
    CONSTRAINT campaigns_grace_days_check CHECK (((grace_days >= 0) AND (grace_days <= 90))),
    CONSTRAINT campaigns_insights_from_check CHECK (((insights_from >= 10) AND (insights_from <= 1000000))),
    CONSTRAINT campaigns_k_check CHECK (((k >= 5) AND (k <= 1000))),
    CONSTRAINT campaigns_key_check CHECK (((length(key) >= 1) AND (length(key) <= 60))),
    CONSTRAINT campaigns_proof_of_work_check CHECK (((proof_of_work >= 8) AND (proof_of_work <= 24))),
    CONSTRAINT campaigns_release_size_check CHECK (((release_size >= 1) AND (release_size <= 1000))),
    CONSTRAINT campaigns_retained_until_check CHECK ((closes_at <= retained_until))
);
COMMENT ON TABLE public.campaigns IS 'Collections of responses to one form in a window of time.';
COMMENT ON COLUMN public.campaigns.title IS 'Language tag to text.';
COMMENT ON COLUMN public.campaigns.closed_at IS 'When a coordinator closed it for good, before or after its window ended.';
COMMENT ON COLUMN public.campaigns.release_size IS 'How many arrivals are released at once at least, until the campaign closes.';
COMMENT ON COLUMN public.campaigns.access IS 'Who may answer: anybody, who sends an invitation along, or who has a pass for one.';
COMMENT ON COLUMN public.campaigns.k IS 'How many records of an export share their background answers at least.';
COMMENT ON COLUMN public.campaigns.freezes_at IS 'From when responses can no longer be withdrawn; as long as they are kept, when there is no such time.';
COMMENT ON COLUMN public.campaigns.retained_until IS 'When its responses and all that came with them are deleted.';
COMMENT ON COLUMN public.campaigns.erased_at IS 'When that was done.';
COMMENT ON COLUMN public.campaigns.proof_of_work IS 'How many leading zero bits the proof of work of a response has, where anybody may answer; null for no proof.';
COMMENT ON COLUMN public.campaigns.grace_days IS 'For how many days after its end it takes responses that were filled in before; what waits is released after them.';
COMMENT ON COLUMN public.campaigns.form_version IS 'The number of the only version of the form that it takes; none, when it follows the newest.';
COMMENT ON COLUMN public.campaigns.testing IS 'Whether it takes responses as tests until it opens.';
COMMENT ON COLUMN public.campaigns.server_key IS 'The number of the server key that the campaign is under: all that is derived from receipts, invitations and passes. It never changes.';
COMMENT ON COLUMN public.campaigns.insights_from IS 'From how many responses on its figures are for everybody while it is open; null for after its end only.';
CREATE TABLE public.form_drafts (
    form_id uuid NOT NULL,
    definition jsonb NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE public.form_drafts IS 'The version that is being written; at most one a form.';
CREATE TABLE public.responses (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    form_version_id uuid NOT NULL,
    language text NOT NULL,
    week date NOT NULL,
    record bytea NOT NULL,
    CONSTRAINT responses_week_check CHECK ((EXTRACT(isodow FROM week) = (1)::numeric))
);
COMMENT ON TABLE public.responses IS 'Anonymous responses.';
COMMENT ON COLUMN public.responses.id IS 'Derived from the receipt, which is not stored, under a key outside the database.';
COMMENT ON COLUMN public.responses.week IS 'The Monday of the ISO week in which it came.';
COMMENT ON COLUMN public.responses.record IS 'The answers, in the layout of the form version.';
CREATE VIEW public.form_every_kind_v1 AS
 SELECT c.key AS campaign,
    r.language,
    to_char((r.week)::timestamp with time zone, 'IYYY-"W"IW'::text) AS week,
    ('{a,b,c}'::text[])[(get_byte(r.record, 1) + 1)] AS "group",
        CASE get_byte(r.record, 2)
            WHEN 0 THEN false
            WHEN 1 THEN true
            ELSE NULL::boolean
        END AS alone,
    ('{none,some,much}'::text[])[(get_byte(r.record, 3) + 1)] AS meals,
        CASE get_byte(r.record, 4)
            WHEN 0 THEN array_remove(ARRAY[
            CASE get_bit(r.record, (40)::bigint)
                WHEN 1 THEN 'family'::text
                ELSE NULL::text
            END,
            CASE get_bit(r.record, (41)::bigint)
                WHEN 1 THEN 'friends'::text
                ELSE NULL::text
            END,
            CASE get_bit(r.record, (42)::bigint)
                WHEN 1 THEN 'nobody'::text
                ELSE NULL::text
            END], NULL::text)
            ELSE NULL::text[]
        END AS help_from,
        CASE
            WHEN (((get_byte(r.record, 6))::bigint << 0) <= 10) THEN (((get_byte(r.record, 6))::bigint << 0) + 0)
            ELSE NULL::bigint
        END AS distress,
        CASE
            WHEN (((((get_byte(r.record, 7))::bigint << 16) + ((get_byte(r.record, 8))::bigint << 8)) + ((get_byte(r.record, 9))::bigint << 0)) <= 100005) THEN (((((get_byte(r.record, 7))::bigint << 16) + ((get_byte(r.record, 8))::bigint << 8)) + ((get_byte(r.record, 9))::bigint << 0)) + '-5'::integer)
            ELSE NULL::bigint
        END AS sleep_hours,
        CASE
            WHEN ((((get_byte(r.record, 10))::bigint << 8) + ((get_byte(r.record, 11))::bigint << 0)) <= 25100) THEN round(((((((get_byte(r.record, 10))::bigint << 8) + ((get_byte(r.record, 11))::bigint << 0)) + '-50'::integer))::numeric / (100)::numeric), 2)
            ELSE NULL::numeric
        END AS weight,
        CASE get_byte(r.record, 12)
            WHEN 0 THEN false
            WHEN 1 THEN true
            ELSE NULL::boolean
        END AS family_role,
        CASE
            WHEN (((get_byte(r.record, 13))::bigint << 0) <= 5) THEN (((get_byte(r.record, 13))::bigint << 0) + 0)
            ELSE NULL::bigint
        END AS exact,
    ('{none,some,much}'::text[])[(get_byte(r.record, 14) + 1)] AS after
   FROM (public.responses r
     JOIN public.campaigns c ON ((c.id = r.campaign_id)))
  WHERE (r.form_version_id = '60e8fad7-f487-4972-9df1-7d9019088ea1'::uuid);
CREATE TABLE public.form_versions (
    id uuid NOT NULL,
    form_id uuid NOT NULL,
    version integer NOT NULL,
    definition jsonb NOT NULL,
    layout jsonb NOT NULL,
    digest bytea NOT NULL,
    published_at timestamp with time zone NOT NULL,
    retired_at timestamp with time zone,
    accepts_until timestamp with time zone,
    CONSTRAINT form_versions_check CHECK ((((retired_at IS NULL) = (accepts_until IS NULL)) AND (accepts_until >= retired_at))),
    CONSTRAINT form_versions_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT form_versions_version_check CHECK ((version > 0))
);
COMMENT ON TABLE public.form_versions IS 'Published versions. Their content never changes.';
COMMENT ON COLUMN public.form_versions.layout IS 'Where each answer stands in a response''s record.';
COMMENT ON COLUMN public.form_versions.digest IS 'SHA-256 over definition and layout.';
COMMENT ON COLUMN public.form_versions.accepts_until IS 'End of the grace period in which a retired version still takes responses of offline clients.';
CREATE TABLE public.forms (
    id uuid NOT NULL,
    key text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT forms_key_check CHECK (((length(key) >= 1) AND (length(key) <= 40)))
);
COMMENT ON TABLE public.forms IS 'Survey instruments. What they ask is in their versions.';
COMMENT ON COLUMN public.forms.key IS 'Stable name, e.g. daily-life-after-treatment.';
CREATE TABLE public.invitation_batches (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    label text,
    issued integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT invitation_batches_issued_check CHECK (((issued >= 1) AND (issued <= 10000)))
);
COMMENT ON TABLE public.invitation_batches IS 'Invitations that were made in one call.';
COMMENT ON COLUMN public.invitation_batches.label IS 'What the coordinator called it.';
CREATE TABLE public.invitations (
    hash bytea NOT NULL,
    campaign_id uuid NOT NULL,
    batch_id uuid NOT NULL,
    redeemed boolean DEFAULT false NOT NULL,
    request bytea,
    CONSTRAINT invitations_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT invitations_request_check CHECK ((length(request) = 32))
);
COMMENT ON TABLE public.invitations IS 'Single-use codes, of which only keyed hashes are kept.';
COMMENT ON COLUMN public.invitations.hash IS 'HMAC-SHA-256 of campaign and code under the server key.';
COMMENT ON COLUMN public.invitations.redeemed IS 'Whether it was used for a response or for a pass.';
COMMENT ON COLUMN public.invitations.request IS 'Keyed hash of the blinded request for a pass, so that a retry of the same gets the same signature.';
CREATE TABLE public.pass_keys (
    id bytea NOT NULL,
    campaign_id uuid NOT NULL,
    issuer_name text NOT NULL,
    public_key bytea NOT NULL,
    private_key bytea,
    CONSTRAINT pass_keys_id_check CHECK ((length(id) = 32))
);
COMMENT ON TABLE public.pass_keys IS 'The key pairs that sign passes, one a campaign.';
COMMENT ON COLUMN public.pass_keys.id IS 'SHA-256 of the public key: the token key id of RFC 9578.';
COMMENT ON COLUMN public.pass_keys.issuer_name IS 'The host name that its challenges give.';
COMMENT ON COLUMN public.pass_keys.public_key IS 'DER of the SubjectPublicKeyInfo, as RFC 9578 has it.';
COMMENT ON COLUMN public.pass_keys.private_key IS 'Encrypted under a key outside the database; gone once the campaign has closed.';
CREATE TABLE public.refresh_tokens (
    hash bytea NOT NULL,
    session_id uuid NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT refresh_tokens_hash_check CHECK ((length(hash) = 32))
);
COMMENT ON TABLE public.refresh_tokens IS 'Refresh tokens, spent ones included, so that reuse is noticed.';
COMMENT ON COLUMN public.refresh_tokens.hash IS 'SHA-256 of the token. The token itself is not stored.';
COMMENT ON COLUMN public.refresh_tokens.used_at IS 'When it was exchanged for the next one. A second use revokes the session.';
CREATE TABLE public.remarks (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    question text NOT NULL,
    language text NOT NULL,
    text text NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    CONSTRAINT remarks_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'cleared'::text, 'withheld'::text])))
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='100');
COMMENT ON TABLE public.remarks IS 'Free-text answers, cleaned of direct identifiers. Nothing in the database joins them to responses.';
COMMENT ON COLUMN public.remarks.id IS 'Derived from the receipt and the question; unrelated to the id of the response.';
COMMENT ON COLUMN public.remarks.state IS 'pending until a person read it; only what was cleared is ever exported.';
CREATE TABLE public.server_keys (
    fingerprint bytea NOT NULL,
    number smallint NOT NULL,
    state text NOT NULL,
    CONSTRAINT server_keys_fingerprint_check CHECK ((length(fingerprint) = 32)),
    CONSTRAINT server_keys_number_check CHECK ((number > 0)),
    CONSTRAINT server_keys_state_check CHECK ((state = ANY (ARRAY['next'::text, 'current'::text, 'former'::text, 'removed'::text])))
);
COMMENT ON TABLE public.server_keys IS 'Which secret keys this database belongs to. The keys themselves are not here.';
COMMENT ON COLUMN public.server_keys.fingerprint IS 'HMAC-SHA-256 of a fixed label under the key: a server with another key refuses to start.';
COMMENT ON COLUMN public.server_keys.number IS 'The place of the key among those that this database has had, from 1 on.';
COMMENT ON COLUMN public.server_keys.state IS 'What the key is for: next (nothing yet), current (new campaigns and the audit), former (earlier campaigns), removed (nothing any more).';
CREATE TABLE public.sessions (
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    opened_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_on date DEFAULT ((now() AT TIME ZONE 'UTC'::text))::date NOT NULL
);
COMMENT ON TABLE public.sessions IS 'One login of one person: the family of all the refresh tokens that came from it.';
COMMENT ON COLUMN public.sessions.expires_at IS 'When the newest refresh token of the family ends.';
COMMENT ON COLUMN public.sessions.revoked_at IS 'Set by a logout, by the reuse of a refresh token, or by disabling the account.';
COMMENT ON COLUMN public.sessions.opened_at IS 'When the person logged in. Of a session that is older than this column, when it was added.';
COMMENT ON COLUMN public.sessions.last_used_on IS 'The last day (UTC) on which its tokens were exchanged.';
CREATE TABLE public.spent_passes (
    hash bytea NOT NULL,
    campaign_id uuid NOT NULL,
    CONSTRAINT spent_passes_hash_check CHECK ((length(hash) = 32))
);
COMMENT ON TABLE public.spent_passes IS 'Keyed hashes of passes that were spent, so that none is spent twice.';
CREATE TABLE public.staff (
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    roles text[] NOT NULL,
    disabled boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    scopes jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT staff_email_check CHECK (((email = lower(email)) AND ((length(email) >= 3) AND (length(email) <= 254)))),
    CONSTRAINT staff_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT staff_roles_check CHECK (((cardinality(roles) > 0) AND (roles <@ ARRAY['admin'::text, 'author'::text, 'coordinator'::text, 'analyst'::text]))),
    CONSTRAINT staff_scopes_check CHECK ((jsonb_typeof(scopes) = 'object'::text))
);
COMMENT ON TABLE public.staff IS 'People who work with the surveys. Patients have no account.';
COMMENT ON COLUMN public.staff.email IS 'The name for logging in, in lower case.';
COMMENT ON COLUMN public.staff.password_hash IS 'argon2id, as a PHC string.';
COMMENT ON COLUMN public.staff.roles IS 'What the person may do: admin, author, coordinator, analyst.';
COMMENT ON COLUMN public.staff.disabled IS 'A disabled account cannot log in, and its sessions are over.';
COMMENT ON COLUMN public.staff.scopes IS 'What roles are limited to, by role: {"coordinator": {"forms": ["key", …], "campaigns": ["key", …]}}. A role that is missing here reaches everything.';
CREATE TABLE public.tallies (
    campaign_id uuid NOT NULL,
    form_version_id uuid NOT NULL,
    "grouping" text NOT NULL,
    cells bytea NOT NULL
);
ALTER TABLE ONLY public.tallies ALTER COLUMN cells SET STORAGE EXTERNAL;
COMMENT ON TABLE public.tallies IS 'How many responses say what, so that statistics need not read each. Exact: never published as they are.';
COMMENT ON COLUMN public.tallies."grouping" IS 'The key of the background question by which responses are told apart; empty for all together.';
COMMENT ON COLUMN public.tallies.cells IS 'Counts with the sums of the keys of the responses counted, in an order that follows from the form version.';
CREATE TABLE public.tally_states (
    campaign_id uuid NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    built boolean DEFAULT true NOT NULL,
    withdrawn integer DEFAULT 0 NOT NULL,
    released bigint DEFAULT 0 NOT NULL,
    withdrawn_on date,
    CONSTRAINT tally_states_released_check CHECK ((released >= 0)),
    CONSTRAINT tally_states_withdrawn_check CHECK ((withdrawn >= 0)),
    CONSTRAINT tally_states_withdrawn_on CHECK (((withdrawn > 0) = (withdrawn_on IS NOT NULL)))
);
COMMENT ON TABLE public.tally_states IS 'Campaigns with released responses: how often their figures changed, and which changes these do not show yet.';
COMMENT ON COLUMN public.tally_states.revision IS 'How many times the figures changed. They stay the same as long as it does.';
COMMENT ON COLUMN public.tally_states.built IS 'Whether the tallies hold what the figures are of. If not, the server counts the released responses once.';
COMMENT ON COLUMN public.tally_states.withdrawn IS 'How many withdrawn responses the tallies still hold. They leave together with other changes, so that no two figures differ by one person.';
COMMENT ON COLUMN public.tally_states.released IS 'How many responses were released since the first of those was withdrawn. The tallies do not hold them yet.';
COMMENT ON COLUMN public.tally_states.withdrawn_on IS 'The day on which the first of those was withdrawn.';
CREATE TABLE public.test_responses (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    form_version_id uuid NOT NULL,
    language text NOT NULL,
    week date NOT NULL,
    record bytea NOT NULL,
    remarks jsonb NOT NULL,
    CONSTRAINT test_responses_remarks_check CHECK ((jsonb_typeof(remarks) = 'array'::text)),
    CONSTRAINT test_responses_week_check CHECK ((EXTRACT(isodow FROM week) = (1)::numeric))
);
COMMENT ON TABLE public.test_responses IS 'Responses that were sent to try out a campaign before it opens. All are deleted when it opens.';
COMMENT ON COLUMN public.test_responses.id IS 'Derived from the receipt, which is not stored, under a key outside the database.';
COMMENT ON COLUMN public.test_responses.week IS 'The Monday of the ISO week in which it came.';
COMMENT ON COLUMN public.test_responses.record IS 'The answers, in the layout of the form version.';
COMMENT ON COLUMN public.test_responses.remarks IS 'The free text that came with it: id, question and text of each.';
CREATE TABLE public.tombstones (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    replaced boolean DEFAULT false NOT NULL
);
COMMENT ON TABLE public.tombstones IS 'Ids of withdrawn responses, so that a late retry does not bring one back.';
COMMENT ON COLUMN public.tombstones.replaced IS 'Whether a response was sent in the place of the withdrawn one, without another invitation or pass. Which one is not stored.';
CREATE TABLE public.waiting_remarks (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    question text NOT NULL,
    language text NOT NULL,
    text text NOT NULL
);
COMMENT ON TABLE public.waiting_remarks IS 'Free-text answers whose responses are released, and that wait to be mixed with those of other batches.';
COMMENT ON COLUMN public.waiting_remarks.id IS 'Derived from the receipt and the question; unrelated to the id of the response.';
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000100', '2026-11-27 14:31:42.275734');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000200', '2026-11-27 14:31:42.279346');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000300', '2026-11-27 14:31:42.280402');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000400', '2026-11-27 14:31:42.283869');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000500', '2026-11-27 14:31:42.28532');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000600', '2026-11-27 14:31:42.287706');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000700', '2026-11-27 14:31:42.289297');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000800', '2026-11-27 14:31:42.290503');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000900', '2026-11-27 14:31:42.292612');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123001000', '2026-11-27 14:31:42.295144');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261127000100', '2026-11-27 14:31:42.296535');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261127000900', '2026-11-27 14:31:42.301013');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261127001300', '2026-11-27 14:31:42.301616');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261127001400', '2026-11-27 14:31:42.302103');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261127001500', '2026-11-27 14:31:42.302578');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261127001600', '2026-11-27 14:31:42.303265');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261127001700', '2026-11-27 14:31:42.303671');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261127001800', '2026-11-27 14:31:42.305226');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261127002000', '2026-11-27 14:31:42.306981');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261127002300', '2026-11-27 14:31:42.308586');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261127002310', '2026-11-27 14:31:42.309309');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261127002320', '2026-11-27 14:31:42.310299');
INSERT INTO public.arrivals VALUES ('f335df3f-e66a-4652-a288-3af213d3309a', 'b4cafd6f-895e-4cfc-a57e-9d48eeb4a835', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff', '[{"id": "f05ce672-74a3-4d80-b833-0ef26e376b0b", "text": "It waits.", "question": "story"}]');
INSERT INTO public.arrivals VALUES ('f5eeaa68-a0f1-45cf-a7ce-95b5e8da34f6', 'b4cafd6f-895e-4cfc-a57e-9d48eeb4a835', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff01ff', '[{"id": "7b4dfcda-20d9-487d-9859-85f46f95eaf1", "text": "It waits.", "question": "story"}]');
INSERT INTO public.arrivals VALUES ('5d01dc9b-ad72-4b3e-9efb-fa79a9436254', 'b4cafd6f-895e-4cfc-a57e-9d48eeb4a835', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff', '[{"id": "15d573d5-ec8f-410e-800f-12debf4053bb", "text": "It waits.", "question": "story"}]');
INSERT INTO public.audit_entries VALUES (1, '2026-11-27 14:31:42.764136+00', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', 'form_version_published', '{"form":"every-kind","version":1}', '\x894901c2cf2ed1f62a041488fd5537179242133f5d93c85f21bff6a1f99b1364');
INSERT INTO public.audit_entries VALUES (2, '2026-11-27 14:31:42.781688+00', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', 'campaign_created', '{"campaign":"test-campaign","form":"every-kind","settings":{"access":"open","closed_at":null,"closes_at":"2026-12-27T14:31:42.779527Z","freezes_at":null,"grace_days":0,"k":5,"release_size":1,"retained_until":"2031-12-26T14:31:42.779527Z"}}', '\xc076244befe204ffb751e2b4738ef74b737b6d5d471341daee519032785e8679');
INSERT INTO public.audit_entries VALUES (3, '2026-11-27 14:31:42.788526+00', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', 'campaign_created', '{"campaign":"waiting","form":"every-kind","settings":{"access":"open","closed_at":null,"closes_at":"2026-12-27T14:31:42.786975Z","freezes_at":null,"grace_days":14,"k":5,"release_size":50,"retained_until":"2031-12-26T14:31:42.786975Z"}}', '\x7ef24051f9af0fd4867d19172296e496e13653286e422eeac9b4e6bb2750c10b');
INSERT INTO public.audit_entries VALUES (4, '2026-11-27 14:31:42.794252+00', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', 'campaign_created', '{"campaign":"by-code","form":"every-kind","settings":{"access":"code","closed_at":null,"closes_at":"2026-12-27T14:31:42.792783Z","freezes_at":null,"grace_days":14,"k":5,"release_size":1,"retained_until":"2031-12-26T14:31:42.792783Z"}}', '\x68f9316d4653af7da2b1089bb17ba36286493ca2b161b5c0676808bff593cbab');
INSERT INTO public.audit_entries VALUES (5, '2026-11-27 14:31:42.799708+00', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', 'campaign_created', '{"campaign":"by-pass","form":"every-kind","settings":{"access":"pass","closed_at":null,"closes_at":"2026-12-27T14:31:42.798289Z","freezes_at":null,"grace_days":14,"k":5,"release_size":1,"retained_until":"2031-12-26T14:31:42.798289Z"}}', '\xf30941e5515d5d7f08a1db947593d26b26e8a42513ec44e48ddd31c1bb814eb8');
INSERT INTO public.audit_entries VALUES (6, '2026-11-27 14:31:42.996705+00', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', 'invitations_issued', '{"batch":"c4311c44-0932-4955-a812-39ce0fb7b10d","campaign":"by-code","count":2,"format":"json"}', '\x9e5754302e0ba6c2f26f7a2ec81b50156cce15363c281cfef8ac7c6b8b3adab3');
INSERT INTO public.audit_entries VALUES (7, '2026-11-27 14:31:43.006906+00', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', 'invitations_issued', '{"batch":"dbbbeeee-3951-4b43-aec9-8317a3464e1c","campaign":"by-pass","count":1,"format":"json"}', '\x2e73a4a40ca1da983a1d8ee82648118f97665fddaa516304aed7482630c675c5');
INSERT INTO public.audit_entries VALUES (8, '2026-11-27 14:31:43.059491+00', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', 'remarks_listed', '{"remarks":3,"state":"all"}', '\x8a467719197508cd881fec6637e7d373e7dab2231eaa9d4cd13f004c272276d6');
INSERT INTO public.audit_entries VALUES (9, '2026-11-27 14:31:43.067385+00', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', 'remark_reviewed', '{"campaign":"test-campaign","edited":false,"remark":"b958a5f1-bb5c-4fb6-b5d0-4c2a0461b23c","state":"cleared"}', '\x11a348e944f6d36f4af82f9b7fe3571276aa2ea33c1d5e611c6ec8e8caa26f34');
INSERT INTO public.audit_entries VALUES (10, '2026-11-27 14:31:43.07254+00', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', 'remarks_listed', '{"remarks":3,"state":"all"}', '\xea98467ceecfaa6887a18573426b93bed2720db97333f6ea236971d418708e1c');
INSERT INTO public.audit_entries VALUES (11, '2026-11-27 14:31:43.076642+00', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', 'remark_reviewed', '{"campaign":"test-campaign","edited":false,"remark":"0bb48f44-5346-4ba3-9a69-5480ee439654","state":"withheld"}', '\x059415e24a468f0bf91934e453f16b01ef073d64c5d522ae5e2f53cdce64d38f');
INSERT INTO public.audit_entries VALUES (12, '2026-11-27 14:31:43.125194+00', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', 'invitations_issued', '{"batch":"f3670349-b32e-4d9c-897c-f2d89e57630a","campaign":"by-pass","count":1,"format":"json"}', '\xb4e955d88c9e3c4e23bc3195b1590dd50335843cd2b0004c5b7d04fe348aacb0');
INSERT INTO public.campaigns VALUES ('2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', 'test-campaign', 'abb02410-e214-4da9-a656-e5f674683282', '{"en": "Test"}', NULL, '2026-11-26 14:31:42.779518+00', '2026-12-27 14:31:42.779527+00', NULL, '2026-11-27 14:31:42.781688+00', 1, 'open', 5, NULL, '2031-12-26 14:31:42.779527+00', NULL, NULL, 0, NULL, false, 1, NULL);
INSERT INTO public.campaigns VALUES ('b4cafd6f-895e-4cfc-a57e-9d48eeb4a835', 'waiting', 'abb02410-e214-4da9-a656-e5f674683282', '{"en": "Test"}', NULL, '2026-11-26 14:31:42.786975+00', '2026-12-27 14:31:42.786975+00', NULL, '2026-11-27 14:31:42.788526+00', 50, 'open', 5, NULL, '2031-12-26 14:31:42.786975+00', NULL, NULL, 14, NULL, false, 1, NULL);
INSERT INTO public.campaigns VALUES ('c2becb93-c04f-418f-bab3-0cb5746e751f', 'by-code', 'abb02410-e214-4da9-a656-e5f674683282', '{"en": "Test"}', NULL, '2026-11-26 14:31:42.792783+00', '2026-12-27 14:31:42.792783+00', NULL, '2026-11-27 14:31:42.794252+00', 1, 'code', 5, NULL, '2031-12-26 14:31:42.792783+00', NULL, NULL, 14, NULL, false, 1, NULL);
INSERT INTO public.campaigns VALUES ('af3abc59-1d25-4e41-b2a9-9d84628e2302', 'by-pass', 'abb02410-e214-4da9-a656-e5f674683282', '{"en": "Test"}', NULL, '2026-11-26 14:31:42.798289+00', '2026-12-27 14:31:42.798289+00', NULL, '2026-11-27 14:31:42.799708+00', 1, 'pass', 5, NULL, '2031-12-26 14:31:42.798289+00', NULL, NULL, 14, NULL, false, 1, NULL);
INSERT INTO public.form_versions VALUES ('60e8fad7-f487-4972-9df1-7d9019088ea1', 'abb02410-e214-4da9-a656-e5f674683282', 1, '{"key": "every-kind", "title": {"en": "Every kind", "ko": "모든 종류"}, "scales": {"difficulty": [{"code": "none", "label": {"en": "None", "ko": "없음"}, "value": 0}, {"code": "some", "label": {"en": "Some", "ko": "조금"}, "value": 1}, {"code": "much", "label": {"en": "Much", "ko": "많이"}, "value": 2}]}, "scores": [{"of": ["meals", "distress", "after"], "to": [0.0, 100.0], "key": "difficulty", "bands": [{"code": "little", "from": 0.0, "label": {"en": "Little", "ko": "조금"}}, {"code": "great", "from": 50.0, "label": {"en": "Great", "ko": "많이"}}], "title": {"en": "Difficulty (higher = more)", "ko": "어려움"}, "method": "mean", "at_least_answered": 0.5}, {"of": ["meals", "after"], "to": [0.0, 10.0], "key": "load", "title": {"en": "Load", "ko": "부담"}, "method": "sum", "at_least_answered": 1.0}], "edition": 2, "notices": [{"key": "help", "text": {"en": "Help is here.", "ko": "도움이 있습니다."}, "show_when": {"at_least": 7.0, "question": "distress"}}], "sections": [{"key": "person", "title": {"en": "You", "ko": "나"}, "questions": [{"key": "group", "kind": "single_choice", "text": {"en": "Group?", "ko": "그룹?"}, "options": [{"code": "a", "label": {"en": "A", "ko": "가"}}, {"code": "b", "label": {"en": "B", "ko": "나"}}, {"code": "c", "label": {"en": "C", "ko": "다"}}], "required": true, "background": true}, {"key": "alone", "kind": "yes_no", "text": {"en": "Alone?", "ko": "혼자?"}, "background": true}]}, {"key": "days", "title": {"en": "Days", "ko": "나날"}, "questions": [{"key": "meals", "kind": "single_choice", "text": {"en": "Meals?", "ko": "식사?"}, "scale": "difficulty", "required": true}, {"key": "help_from", "kind": "multiple_choice", "text": {"en": "Help?", "ko": "도움?"}, "options": [{"code": "family", "label": {"en": "Family", "ko": "가족"}}, {"code": "friends", "label": {"en": "Friends", "ko": "친구"}}, {"code": "nobody", "label": {"en": "Nobody", "ko": "없음"}, "exclusive": true}], "show_when": {"any": [{"at_least": 1.0, "question": "meals"}, {"is": true, "question": "alone"}]}}, {"key": "distress", "max": 10, "min": 0, "kind": "rating", "text": {"en": "Distress?", "ko": "고통?"}, "required": true, "max_label": {"en": "most", "ko": "심함"}, "min_label": {"en": "none", "ko": "없음"}}, {"key": "sleep_hours", "max": 100000, "min": -5, "kind": "integer", "text": {"en": "Sleep?", "ko": "잠?"}}, {"key": "weight", "max": 250.5, "min": -0.5, "kind": "decimal", "text": {"en": "Weight?", "ko": "몸무게?"}, "decimals": 2}]}, {"key": "deeper", "title": {"en": "Deeper", "ko": "더"}, "questions": [{"key": "family_role", "kind": "yes_no", "text": {"en": "Role?", "ko": "역할?"}, "show_when": {"includes": "family", "question": "help_from"}}, {"key": "exact", "max": 5, "min": 0, "kind": "integer", "text": {"en": "Exact?", "ko": "정확?"}, "required": true, "show_when": {"question": "group", "is_one_of": ["a", "b"]}}, {"key": "after", "kind": "single_choice", "text": {"en": "After?", "ko": "후?"}, "scale": "difficulty", "show_when": {"answered": true, "question": "weight"}}, {"key": "story", "kind": "text", "text": {"en": "Story?", "ko": "이야기?"}, "max_length": 200}, {"key": "urgent", "kind": "text", "text": {"en": "Urgent?", "ko": "급함?"}, "required": true, "show_when": {"is": 5.0, "question": "exact"}, "max_length": 50}], "show_when": {"all": [{"not": {"is": "c", "question": "group"}}, {"at_most": 8.0, "question": "distress"}]}}], "languages": ["en", "ko"]}', '{"slots": [{"key": "group", "width": 1, "offset": 1}, {"key": "alone", "width": 1, "offset": 2}, {"key": "meals", "width": 1, "offset": 3}, {"key": "help_from", "width": 2, "offset": 4}, {"key": "distress", "width": 1, "offset": 6}, {"key": "sleep_hours", "width": 3, "offset": 7}, {"key": "weight", "width": 2, "offset": 10}, {"key": "family_role", "width": 1, "offset": 12}, {"key": "exact", "width": 1, "offset": 13}, {"key": "after", "width": 1, "offset": 14}], "format": 1, "length": 15}', '\xbbb5c6e975d63511812ca5f47ec30352c2f44ce4ca5d7f18172aff861bad0561', '2026-11-27 14:31:42.764136+00', NULL, NULL);
INSERT INTO public.forms VALUES ('abb02410-e214-4da9-a656-e5f674683282', 'every-kind', '2026-11-27 14:31:42.623085+00');
INSERT INTO public.invitation_batches VALUES ('c4311c44-0932-4955-a812-39ce0fb7b10d', 'c2becb93-c04f-418f-bab3-0cb5746e751f', NULL, 2, '2026-11-27 14:31:42.996705+00', NULL);
INSERT INTO public.invitation_batches VALUES ('dbbbeeee-3951-4b43-aec9-8317a3464e1c', 'af3abc59-1d25-4e41-b2a9-9d84628e2302', NULL, 1, '2026-11-27 14:31:43.006906+00', NULL);
INSERT INTO public.invitation_batches VALUES ('f3670349-b32e-4d9c-897c-f2d89e57630a', 'af3abc59-1d25-4e41-b2a9-9d84628e2302', NULL, 1, '2026-11-27 14:31:43.125194+00', NULL);
INSERT INTO public.invitations VALUES ('\xf20a88e4038bd511075b0289867898622676e46e88b98fb77a7005eb1d77fa28', 'c2becb93-c04f-418f-bab3-0cb5746e751f', 'c4311c44-0932-4955-a812-39ce0fb7b10d', false, NULL);
INSERT INTO public.invitations VALUES ('\x47b4c53bc0c4544cc7c3639f56e4fce007eccee59543aafed48a0f80b824ab9c', 'c2becb93-c04f-418f-bab3-0cb5746e751f', 'c4311c44-0932-4955-a812-39ce0fb7b10d', true, NULL);
INSERT INTO public.invitations VALUES ('\x90fa12a3e64e6766fb2d125472cd0285779fa2009e1d57502c0b40b89e14b217', 'af3abc59-1d25-4e41-b2a9-9d84628e2302', 'dbbbeeee-3951-4b43-aec9-8317a3464e1c', true, '\x05398954f16a7d5eefcebdd93104c0a4142ebea77ead5593d8c74213b29c450c');
INSERT INTO public.invitations VALUES ('\xd6a1a3caddddf192645e12cf79559917e0f9f206b56715f4e7627a3d88b81afa', 'af3abc59-1d25-4e41-b2a9-9d84628e2302', 'f3670349-b32e-4d9c-897c-f2d89e57630a', true, '\x4af228586cac9330b9ec19c5112edfc7c34c24e4115ee75f52d8860b482220d8');
INSERT INTO public.pass_keys VALUES ('\xa7c7d3ab99b769c7a9f2aff9e264a89101f48458e062afa4ead0060631cd8795', 'af3abc59-1d25-4e41-b2a9-9d84628e2302', 'localhost', '\x30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b0609608648016503040202a2030201300382010f003082010a0282010100bf8be1693df113ad35a60f64fce8fb08742e0411cd8e0168c095915e14dd16a137a16c2aff073f74f323ac5a1e98dda40dd97651acc90c7905360e42346912c2491e11ddc7a0adef2f6cf54415480de5b0f37db2a4035d2763ae5aa0a26589ad9cf1080dc5e6d7debba49de6916eb6c7e516d9eec4e57c5e23718d871259f9a1ac48bea6742873b7e4c53773a90077dfc6228312e934c97178c74fbb1ce9b3c7671581a06c962337ade8c19f9452286e0a22728da22970c41cf41622376d9e181f2c4aaa01849667bd36d3d9c3bcac758ff87d714e18d5c767ebb25819ed459ae324fc9645f3eb3f9f04086e81411d674eb2fdd4a0022e336f6345bf1d1677690203010001', '\xa2dbd26de1d0959214f6f7b85f400f583e2c8df62e3d845aefb72a6cb14257e42e257164c18abfae3a551b1e143b59af7a426280a609fe92f210c3118d7839127b514dfdada044c16682870e5217db4ce9dd4d278a0bee17f95515fb09eaef3a86bea207783411e8d4cff6debcc068c195df0a638a4d568054b3b40e21b849ae4b5b512e875c2000b4ad9ef10bb202fd3b2179a6137f6344bf0b625218584f1280f77840084ce464f27f9020d60a0b91635e0f1dd7171d682c94618e361cc5430467191e2a8cd4893be57941aa54bfb00b398028eec62a77d2f8549ca359648737fc64ccef166ae4169b9063e1bf6cf6b4032561b5c587f50c1d64ae5f2cf5b99905056ae283728886cbebc2a17f5ad07bbe7f84ad832c084a59d57e7ac764ec908686fdc17f5a15');
INSERT INTO public.refresh_tokens VALUES ('\x04ca41c3cf16fc15c9892a965766983aff1149dc226efa438de0cfbce4c81c28', 'd3b7beb1-412a-49cb-81c1-10dddb78fc22', NULL);
INSERT INTO public.remarks VALUES ('a02dc56d-894a-432f-9c30-35e234fbc83f', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', 'story', 'en', 'Story 2.', 'pending');
INSERT INTO public.remarks VALUES ('b958a5f1-bb5c-4fb6-b5d0-4c2a0461b23c', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', 'story', 'en', 'Story 0.', 'cleared');
INSERT INTO public.remarks VALUES ('0bb48f44-5346-4ba3-9a69-5480ee439654', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', 'story', 'en', 'Story 1.', 'withheld');
INSERT INTO public.responses VALUES ('a9bbf177-8ec0-4160-9fb9-24c021a1c4c6', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('0424df1c-4ef1-42af-b7bb-6cc3344d4b43', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('047aef1f-047d-4fa7-b421-7b634703b5dd', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('0d52803b-6c62-40b6-8716-d431d7bba6c8', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('0f513ec3-5bb7-4909-9627-57b3f0ee406c', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('12fe2fb3-495d-4902-a1ad-df7fad1a8b29', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('13db3239-2ab6-4eee-a46b-05de05fec82c', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('17630e28-ed95-485c-9fc1-6fde55132816', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('1bc8636b-d7a7-4e94-8e22-3a520d96173c', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('23f4d162-b6c6-4efe-bc0d-2eab2d848561', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('319c213b-46a1-4016-be86-87d554290b75', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('3ed4a821-3936-4d89-ac29-e5b51a4eb108', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('4673979c-8072-47f2-a176-7fdac24e92ee', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('471a9578-15cc-461e-97a9-532d669ddcec', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('4b69486e-1a41-47c9-8639-3eb8dbd29c84', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('5edc2822-1731-4ecf-9375-5fc20e41afb8', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('64c2c9f6-b2e5-4119-ad09-6115aab7f921', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff01ff');
INSERT INTO public.responses VALUES ('72f19d44-5607-49d5-808b-21323711c347', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('74ca0f53-8db5-4a1c-bc5d-866392289842', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('7ac142e3-5845-41f1-9c02-4f712b568e08', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('83e1607f-b041-45b7-ae66-fda9070c9e85', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('8880dd61-d059-4705-8e24-b9b68208ece5', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('8ef09ea3-b64d-4033-9ffb-4fe9a09134e5', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('975a1fe9-749f-4120-8e88-c6058d9c25d4', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('a886136c-b3a4-40eb-93bd-a86dfcd3fa2d', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('ab552435-e30f-4471-9faa-d84002f06262', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('b4a10caa-5017-4a90-9020-d25b518907a3', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('be2786e2-f8df-4abf-ae45-295ee7342b72', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('c4630cfd-ae13-40f3-8bbc-ff9c6455589f', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('c9edabb4-1df5-451f-b595-d1d9317f6ebf', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('cc43e2d9-ee9b-428b-ad43-dedfba037c45', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('e1c1405d-c8bf-41fd-b312-6d3515232f0a', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('e3ea3bb4-6b40-43b8-acba-25c6ca99439a', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('e99e1e0c-2420-4922-a5d9-1f196e4c6be3', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('eb622a52-9548-4d07-baa5-81516ea87a16', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('f36487d2-293d-4a56-986a-a03c40761ef7', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('f37de98e-2b9a-4c19-bf4f-c4e0c4dadb6f', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('f6e23688-c25a-4ffe-a814-de75d27be5fc', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('f8178e10-f6fb-461a-a524-35c61d884e4c', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('69a70a23-3fa2-47fd-b8fd-68e86f6782da', 'c2becb93-c04f-418f-bab3-0cb5746e751f', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('6a7aaea7-7371-4bfc-8244-d0ca88375c5f', 'af3abc59-1d25-4e41-b2a9-9d84628e2302', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.sessions VALUES ('d3b7beb1-412a-49cb-81c1-10dddb78fc22', '0eabd88b-0f14-46cb-9763-5db1b5dd986d', '2026-12-27 14:31:42.607874+00', NULL, '2026-11-27 14:31:42.607874+00', '2026-11-27');
INSERT INTO public.spent_passes VALUES ('\x432c66e191c61c40f4cbb856c4a3922ed955f55c65fc7760a9f1c17fecf7c107', 'af3abc59-1d25-4e41-b2a9-9d84628e2302');
INSERT INTO public.staff VALUES ('87240090-1c6f-42c0-b53c-ce5734d90148', 'author@clinic.example', 'Test', '$argon2id$v=19$m=19456,t=2,p=1$puY9n5ek3jEmo2ps1dU9Ow$9Ma3/YKrFuJ8k/JwE+sPKksJXewClRqihdIuLcSZ/Wg', '{author}', false, '2026-11-27 14:31:42.596389+00', '{}');
INSERT INTO public.staff VALUES ('0eabd88b-0f14-46cb-9763-5db1b5dd986d', '0eabd88b0f1446cb97635db1b5dd986d@clinic.example', 'Test author', 'no password fits this', '{author,coordinator,analyst}', false, '2026-11-27 14:31:42.606836+00', '{}');
INSERT INTO public.tallies VALUES ('2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', '', '\x0128b5246b0084d282dc00000028b5246b0084d282dc15af2b099971c50b43001305f96167130d77990028b5246b0084d282dc0000000000000028b5246b0084d282dc1305f96167130d779915af2b099971c50b43001305f96167130d779915af2b099971c50b43000000000000000028b5246b0084d282dc1305f96167130d7799000015af2b099971c50b43000000000000000028b5246b0084d282dc00000028b5246b0084d282dc000028b5246b0084d282dc00000000001305f96167130d7799000015af2b099971c50b430a355c228c665438ea0183d45dd8059724590af5fa893505d9ae0000000028b5246b0084d282dc00000000000000000028b5246b0084d282dc28b5246b0084d282dc0000000028b5246b0084d282dc28b5246b0084d282dc8092e58e2780c9b2c71328b5246b0084d282dc80be89bc1780b99c8507000015af2b099971c50b4380d4dbd20f80d4818e060028b5246b0084d282dc80a8b7a51f809096c20c28b5246b0084d282dc80c9b2c713a0d2ecf104');
INSERT INTO public.tallies VALUES ('2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'group', '\x0100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000015af2b099971c50b4300000015af2b099971c50b4315af2b099971c50b4300000015af2b099971c50b430000000000000015af2b099971c50b430015af2b099971c50b43000015af2b099971c50b43000000000000000015af2b099971c50b4300000015af2b099971c50b43000000000000000015af2b099971c50b4300000015af2b099971c50b43000015af2b099971c50b43000000000000000015af2b099971c50b430a355c228c665438ea0183d45dd8059724590af5fa893505d9ae0000000015af2b099971c50b4300000000000000000015af2b099971c50b4315af2b099971c50b430000000015af2b099971c50b430000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001305f96167130d77990000001305f96167130d779900001305f96167130d7799001305f96167130d7799000000000000001305f96167130d77991305f96167130d779900001305f96167130d77990000000000000000001305f96167130d77991305f96167130d779900000000000000000000001305f96167130d77990000001305f96167130d779900001305f96167130d779900000000001305f96167130d77990000000000000000001305f96167130d77990000000000000000001305f96167130d77991305f96167130d7799000000001305f96167130d779900000000000000000000000000000000000000000000000015af2b099971c50b438092e58e2780c9b2c71315af2b099971c50b4380be89bc1780b99c8507000015af2b099971c50b4380d4dbd20f80d4818e060015af2b099971c50b4380a8b7a51f809096c20c15af2b099971c50b4380c9b2c713a0d2ecf10400000000000000001305f96167130d779900001305f96167130d77990000000000001305f96167130d779900001305f96167130d77990000');
INSERT INTO public.tallies VALUES ('2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'alone', '\x0100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000028b5246b0084d282dc00000028b5246b0084d282dc15af2b099971c50b43001305f96167130d77990028b5246b0084d282dc0000000000000028b5246b0084d282dc1305f96167130d779915af2b099971c50b43001305f96167130d779915af2b099971c50b43000000000000000028b5246b0084d282dc1305f96167130d7799000015af2b099971c50b43000000000000000028b5246b0084d282dc00000028b5246b0084d282dc000028b5246b0084d282dc00000000001305f96167130d7799000015af2b099971c50b430a355c228c665438ea0183d45dd8059724590af5fa893505d9ae0000000028b5246b0084d282dc00000000000000000028b5246b0084d282dc28b5246b0084d282dc0000000028b5246b0084d282dc000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000028b5246b0084d282dc8092e58e2780c9b2c71328b5246b0084d282dc80be89bc1780b99c8507000015af2b099971c50b4380d4dbd20f80d4818e060028b5246b0084d282dc80a8b7a51f809096c20c28b5246b0084d282dc80c9b2c713a0d2ecf104000000000000000000000000000000000000000000000000');
INSERT INTO public.tallies VALUES ('c2becb93-c04f-418f-bab3-0cb5746e751f', '60e8fad7-f487-4972-9df1-7d9019088ea1', '', '\x010196e6d79f305c7e500000000196e6d79f305c7e500196e6d79f305c7e500000000196e6d79f305c7e50000000000000000196e6d79f305c7e50000196e6d79f305c7e5000000196e6d79f305c7e5000000000000000000196e6d79f305c7e500000000196e6d79f305c7e5000000000000000000196e6d79f305c7e500000000196e6d79f305c7e5000000196e6d79f305c7e5000000000000000000196e6d79f305c7e500196e6d79f305c7e5000000000000196e6d79f305c7e500000000000000000000196e6d79f305c7e500196e6d79f305c7e50000000000196e6d79f305c7e500196e6d79f305c7e5080cab5ee0180e59a770196e6d79f305c7e5080c6868f018095f52a00000196e6d79f305c7e500000000196e6d79f305c7e508088debe0180d0a54c0196e6d79f305c7e5080e59a77a0d9e61d');
INSERT INTO public.tallies VALUES ('c2becb93-c04f-418f-bab3-0cb5746e751f', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'group', '\x010000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000196e6d79f305c7e500000000196e6d79f305c7e500196e6d79f305c7e500000000196e6d79f305c7e50000000000000000196e6d79f305c7e50000196e6d79f305c7e5000000196e6d79f305c7e5000000000000000000196e6d79f305c7e500000000196e6d79f305c7e5000000000000000000196e6d79f305c7e500000000196e6d79f305c7e5000000196e6d79f305c7e5000000000000000000196e6d79f305c7e500196e6d79f305c7e5000000000000196e6d79f305c7e500000000000000000000196e6d79f305c7e500196e6d79f305c7e50000000000196e6d79f305c7e500000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000196e6d79f305c7e5080cab5ee0180e59a770196e6d79f305c7e5080c6868f018095f52a00000196e6d79f305c7e500000000196e6d79f305c7e508088debe0180d0a54c0196e6d79f305c7e5080e59a77a0d9e61d00000000000000000000000000000000');
INSERT INTO public.tallies VALUES ('c2becb93-c04f-418f-bab3-0cb5746e751f', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'alone', '\x010000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000196e6d79f305c7e500000000196e6d79f305c7e500196e6d79f305c7e500000000196e6d79f305c7e50000000000000000196e6d79f305c7e50000196e6d79f305c7e5000000196e6d79f305c7e5000000000000000000196e6d79f305c7e500000000196e6d79f305c7e5000000000000000000196e6d79f305c7e500000000196e6d79f305c7e5000000196e6d79f305c7e5000000000000000000196e6d79f305c7e500196e6d79f305c7e5000000000000196e6d79f305c7e500000000000000000000196e6d79f305c7e500196e6d79f305c7e50000000000196e6d79f305c7e5000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000196e6d79f305c7e5080cab5ee0180e59a770196e6d79f305c7e5080c6868f018095f52a00000196e6d79f305c7e500000000196e6d79f305c7e508088debe0180d0a54c0196e6d79f305c7e5080e59a77a0d9e61d000000000000000000000000000000000000000000000000');
INSERT INTO public.tallies VALUES ('af3abc59-1d25-4e41-b2a9-9d84628e2302', '60e8fad7-f487-4972-9df1-7d9019088ea1', '', '\x01018b3898722ac5176a000000018b3898722ac5176a0000018b3898722ac5176a00018b3898722ac5176a00000000000000018b3898722ac5176a018b3898722ac5176a0000018b3898722ac5176a000000000000000000018b3898722ac5176a018b3898722ac5176a0000000000000000000000018b3898722ac5176a000000018b3898722ac5176a0000018b3898722ac5176a0000000000018b3898722ac5176a000000000000000000018b3898722ac5176a000000000000000000018b3898722ac5176a018b3898722ac5176a00000000018b3898722ac5176a018b3898722ac5176a0000018b3898722ac5176a000000000000018b3898722ac5176a0000018b3898722ac5176a0000');
INSERT INTO public.tallies VALUES ('af3abc59-1d25-4e41-b2a9-9d84628e2302', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'group', '\x01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000018b3898722ac5176a000000018b3898722ac5176a0000018b3898722ac5176a00018b3898722ac5176a00000000000000018b3898722ac5176a018b3898722ac5176a0000018b3898722ac5176a000000000000000000018b3898722ac5176a018b3898722ac5176a0000000000000000000000018b3898722ac5176a000000018b3898722ac5176a0000018b3898722ac5176a0000000000018b3898722ac5176a000000000000000000018b3898722ac5176a000000000000000000018b3898722ac5176a018b3898722ac5176a00000000018b3898722ac5176a00000000000000000000000000000000000000000000000000000000000000000000000000000000018b3898722ac5176a0000018b3898722ac5176a000000000000018b3898722ac5176a0000018b3898722ac5176a0000');
INSERT INTO public.tallies VALUES ('af3abc59-1d25-4e41-b2a9-9d84628e2302', '60e8fad7-f487-4972-9df1-7d9019088ea1', 'alone', '\x01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000018b3898722ac5176a000000018b3898722ac5176a0000018b3898722ac5176a00018b3898722ac5176a00000000000000018b3898722ac5176a018b3898722ac5176a0000018b3898722ac5176a000000000000000000018b3898722ac5176a018b3898722ac5176a0000000000000000000000018b3898722ac5176a000000018b3898722ac5176a0000018b3898722ac5176a0000000000018b3898722ac5176a000000000000000000018b3898722ac5176a000000000000000000018b3898722ac5176a018b3898722ac5176a00000000018b3898722ac5176a0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000018b3898722ac5176a0000018b3898722ac5176a000000000000018b3898722ac5176a0000018b3898722ac5176a0000000000000000000000000000000000000000000000000000');
INSERT INTO public.tally_states VALUES ('c2becb93-c04f-418f-bab3-0cb5746e751f', 1, true, 0, 0, NULL);
INSERT INTO public.tally_states VALUES ('af3abc59-1d25-4e41-b2a9-9d84628e2302', 1, true, 0, 0, NULL);
INSERT INTO public.tally_states VALUES ('2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', 2, true, 1, 0, '2026-11-27');
INSERT INTO public.tombstones VALUES ('408da41b-7b64-4359-abe4-199eb9eb7463', '2f4f91f7-bb69-48d6-b4f8-5d1517a01ddb', false);
ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.arrivals
    ADD CONSTRAINT arrivals_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT audit_entries_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.campaigns
    ADD CONSTRAINT campaigns_key_key UNIQUE (key);
ALTER TABLE ONLY public.campaigns
    ADD CONSTRAINT campaigns_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.form_drafts
    ADD CONSTRAINT form_drafts_pkey PRIMARY KEY (form_id);
ALTER TABLE ONLY public.form_versions
    ADD CONSTRAINT form_versions_form_id_version_key UNIQUE (form_id, version);
ALTER TABLE ONLY public.form_versions
    ADD CONSTRAINT form_versions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.forms
    ADD CONSTRAINT forms_key_key UNIQUE (key);
ALTER TABLE ONLY public.forms
    ADD CONSTRAINT forms_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.invitation_batches
    ADD CONSTRAINT invitation_batches_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.pass_keys
    ADD CONSTRAINT pass_keys_campaign_id_key UNIQUE (campaign_id);
ALTER TABLE ONLY public.pass_keys
    ADD CONSTRAINT pass_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.responses
    ADD CONSTRAINT responses_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.server_keys
    ADD CONSTRAINT server_keys_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.spent_passes
    ADD CONSTRAINT spent_passes_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_email_key UNIQUE (email);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tallies
    ADD CONSTRAINT tallies_pkey PRIMARY KEY (campaign_id, form_version_id, "grouping");
ALTER TABLE ONLY public.tally_states
    ADD CONSTRAINT tally_states_pkey PRIMARY KEY (campaign_id);
ALTER TABLE ONLY public.test_responses
    ADD CONSTRAINT test_responses_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tombstones
    ADD CONSTRAINT tombstones_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.waiting_remarks
    ADD CONSTRAINT waiting_remarks_pkey PRIMARY KEY (id);
CREATE INDEX api_keys_created_at ON public.api_keys USING btree (created_at, id);
CREATE INDEX api_keys_staff_id ON public.api_keys USING btree (staff_id);
CREATE INDEX campaigns_form_id ON public.campaigns USING btree (form_id);
CREATE INDEX invitation_batches_campaign_id ON public.invitation_batches USING btree (campaign_id);
CREATE INDEX invitations_batch_id ON public.invitations USING btree (batch_id);
CREATE INDEX refresh_tokens_session_id ON public.refresh_tokens USING btree (session_id);
CREATE UNIQUE INDEX server_keys_fingerprint ON public.server_keys USING btree (fingerprint);
CREATE UNIQUE INDEX server_keys_state ON public.server_keys USING btree (state) WHERE (state = ANY (ARRAY['next'::text, 'current'::text]));
CREATE INDEX sessions_expires_at ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_staff_id ON public.sessions USING btree (staff_id);
CREATE INDEX staff_created_at ON public.staff USING btree (created_at, id);
CREATE INDEX test_responses_campaign_id ON public.test_responses USING btree (campaign_id);
CREATE TRIGGER audit_entries_are_final BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change_of_audit();
ALTER TABLE public.audit_entries ENABLE ALWAYS TRIGGER audit_entries_are_final;
CREATE TRIGGER form_versions_never_change BEFORE UPDATE OF id, form_id, version, definition, layout, digest, published_at ON public.form_versions FOR EACH ROW EXECUTE FUNCTION public.refuse_change_of_version();
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_form_id_fkey FOREIGN KEY (form_id) REFERENCES public.forms(id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.arrivals
    ADD CONSTRAINT arrivals_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
ALTER TABLE ONLY public.arrivals
    ADD CONSTRAINT arrivals_form_version_id_fkey FOREIGN KEY (form_version_id) REFERENCES public.form_versions(id);
ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT audit_entries_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id);
ALTER TABLE ONLY public.campaigns
    ADD CONSTRAINT campaigns_form_id_fkey FOREIGN KEY (form_id) REFERENCES public.forms(id);
ALTER TABLE ONLY public.form_drafts
    ADD CONSTRAINT form_drafts_form_id_fkey FOREIGN KEY (form_id) REFERENCES public.forms(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.form_versions
    ADD CONSTRAINT form_versions_form_id_fkey FOREIGN KEY (form_id) REFERENCES public.forms(id);
ALTER TABLE ONLY public.invitation_batches
    ADD CONSTRAINT invitation_batches_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES public.invitation_batches(id);
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
ALTER TABLE ONLY public.pass_keys
    ADD CONSTRAINT pass_keys_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
ALTER TABLE ONLY public.responses
    ADD CONSTRAINT responses_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
ALTER TABLE ONLY public.responses
    ADD CONSTRAINT responses_form_version_id_fkey FOREIGN KEY (form_version_id) REFERENCES public.form_versions(id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES public.staff(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.spent_passes
    ADD CONSTRAINT spent_passes_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
ALTER TABLE ONLY public.tallies
    ADD CONSTRAINT tallies_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
ALTER TABLE ONLY public.tallies
    ADD CONSTRAINT tallies_form_version_id_fkey FOREIGN KEY (form_version_id) REFERENCES public.form_versions(id);
ALTER TABLE ONLY public.tally_states
    ADD CONSTRAINT tally_states_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
ALTER TABLE ONLY public.test_responses
    ADD CONSTRAINT test_responses_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
ALTER TABLE ONLY public.test_responses
    ADD CONSTRAINT test_responses_form_version_id_fkey FOREIGN KEY (form_version_id) REFERENCES public.form_versions(id);
ALTER TABLE ONLY public.tombstones
    ADD CONSTRAINT tombstones_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
ALTER TABLE ONLY public.waiting_remarks
    ADD CONSTRAINT waiting_remarks_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
