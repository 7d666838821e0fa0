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
    CONSTRAINT campaigns_access_check CHECK ((access = ANY (ARRAY['open'::text, 'code'::text, 'pass'::text]))),
    CONSTRAINT campaigns_check CHECK ((opens_at < closes_at)),
    CONSTRAINT campaigns_k_check CHECK (((k >= 5) AND (k <= 1000))),
    CONSTRAINT campaigns_key_check CHECK (((length(key) >= 1) AND (length(key) <= 60))),
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
        CASE get_byte(r.record, 1)
            WHEN 0 THEN 'a'::text
            WHEN 1 THEN 'b'::text
            WHEN 2 THEN 'c'::text
            ELSE NULL::text
        END AS "group",
        CASE get_byte(r.record, 2)
            WHEN 0 THEN false
            WHEN 1 THEN true
            ELSE NULL::boolean
        END AS alone,
        CASE get_byte(r.record, 3)
            WHEN 0 THEN 'none'::text
            WHEN 1 THEN 'some'::text
            WHEN 2 THEN 'much'::text
            ELSE NULL::text
        END AS meals,
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
        CASE get_byte(r.record, 14)
            WHEN 0 THEN 'none'::text
            WHEN 1 THEN 'some'::text
            WHEN 2 THEN 'much'::text
            ELSE NULL::text
        END AS after
   FROM (public.responses r
     JOIN public.campaigns c ON ((c.id = r.campaign_id)))
  WHERE (r.form_version_id = '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f'::uuid);
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
    name text NOT NULL,
    fingerprint bytea NOT NULL,
    CONSTRAINT server_keys_fingerprint_check CHECK ((length(fingerprint) = 32))
);
COMMENT ON TABLE public.server_keys IS 'Which secret keys this database belongs to. The keys themselves are not here.';
COMMENT ON COLUMN public.server_keys.fingerprint IS 'HMAC-SHA-256 of a fixed label under the key: a server with another key refuses to start.';
CREATE TABLE public.sessions (
    id uuid NOT NULL,
    staff_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone
);
COMMENT ON TABLE public.sessions IS 'One login of one person: the family of all the refresh tokens that came from it.';
COMMENT ON COLUMN public.sessions.expires_at IS 'When the newest refresh token of the family ends.';
COMMENT ON COLUMN public.sessions.revoked_at IS 'Set by a logout, by the reuse of a refresh token, or by disabling the account.';
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
    CONSTRAINT staff_email_check CHECK (((email = lower(email)) AND ((length(email) >= 3) AND (length(email) <= 254)))),
    CONSTRAINT staff_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT staff_roles_check CHECK (((cardinality(roles) > 0) AND (roles <@ ARRAY['admin'::text, 'author'::text, 'coordinator'::text, 'analyst'::text])))
);
COMMENT ON TABLE public.staff IS 'People who work with the surveys. Patients have no account.';
COMMENT ON COLUMN public.staff.email IS 'The name for logging in, in lower case.';
COMMENT ON COLUMN public.staff.password_hash IS 'argon2id, as a PHC string.';
COMMENT ON COLUMN public.staff.roles IS 'What the person may do: admin, author, coordinator, analyst.';
COMMENT ON COLUMN public.staff.disabled IS 'A disabled account cannot log in, and its sessions are over.';
CREATE TABLE public.tombstones (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL
);
COMMENT ON TABLE public.tombstones IS 'Ids of withdrawn responses, so that a late retry does not bring one back.';
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000100', '2026-11-27 14:31:29.803163');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000200', '2026-11-27 14:31:29.806993');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000300', '2026-11-27 14:31:29.80824');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000400', '2026-11-27 14:31:29.811891');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000500', '2026-11-27 14:31:29.813512');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000600', '2026-11-27 14:31:29.815949');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000700', '2026-11-27 14:31:29.81762');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000800', '2026-11-27 14:31:29.818844');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000900', '2026-11-27 14:31:29.82112');
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123001000', '2026-11-27 14:31:29.823196');
INSERT INTO public.arrivals VALUES ('12487f5a-6e31-4653-b0f3-36b05a388d8d', '811e08e4-afa4-42a0-9737-98ec004114f2', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff', '[{"id": "49f27f87-3b46-4b34-a95f-3feaa85ed9d2", "text": "It waits.", "question": "story"}]');
INSERT INTO public.arrivals VALUES ('0c8b80cb-a416-41e2-8e3d-080b6e45a994', '811e08e4-afa4-42a0-9737-98ec004114f2', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff01ff', '[{"id": "94df099f-f125-4697-81b0-3f376c70e712", "text": "It waits.", "question": "story"}]');
INSERT INTO public.arrivals VALUES ('48c88cda-6086-4134-bb8b-0852311121a0', '811e08e4-afa4-42a0-9737-98ec004114f2', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff', '[{"id": "3db04c6d-c0c7-49a7-8526-1e121a157bec", "text": "It waits.", "question": "story"}]');
INSERT INTO public.audit_entries VALUES (1, '2026-11-27 14:31:29.960241+00', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', 'form_version_published', '{"form":"every-kind","version":1}', '\x8878eb84e3febd40ccc93e698cf4a412a2be33c147c895bd5d749b0478a7c345');
INSERT INTO public.audit_entries VALUES (2, '2026-11-27 14:31:29.970984+00', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', 'campaign_created', '{"campaign":"test-campaign","form":"every-kind","settings":{"access":"open","closed_at":null,"closes_at":"2026-12-27T14:31:29.969579Z","freezes_at":null,"k":5,"release_size":1,"retained_until":"2031-12-26T14:31:29.969579Z"}}', '\x3217aa254dd38dda3c6c4f6daf9c5604b3a594eaee2b412af35f5ed9a2af4a27');
INSERT INTO public.audit_entries VALUES (3, '2026-11-27 14:31:29.975581+00', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', 'campaign_created', '{"campaign":"waiting","form":"every-kind","settings":{"access":"open","closed_at":null,"closes_at":"2026-12-27T14:31:29.974442Z","freezes_at":null,"k":5,"release_size":50,"retained_until":"2031-12-26T14:31:29.974442Z"}}', '\x8f4a00a7dfc18ef01b2803a1553a20c37535445efe868650e7888f453428ae04');
INSERT INTO public.audit_entries VALUES (4, '2026-11-27 14:31:29.979663+00', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', 'campaign_created', '{"campaign":"by-code","form":"every-kind","settings":{"access":"code","closed_at":null,"closes_at":"2026-12-27T14:31:29.978570Z","freezes_at":null,"k":5,"release_size":1,"retained_until":"2031-12-26T14:31:29.978570Z"}}', '\x28ac024e6cb499e425518315cede5149412596afe63e6b6a999710080ae03250');
INSERT INTO public.audit_entries VALUES (5, '2026-11-27 14:31:29.983719+00', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', 'campaign_created', '{"campaign":"by-pass","form":"every-kind","settings":{"access":"pass","closed_at":null,"closes_at":"2026-12-27T14:31:29.982597Z","freezes_at":null,"k":5,"release_size":1,"retained_until":"2031-12-26T14:31:29.982597Z"}}', '\x17673a09ae3465652464f3e989c2849099ae8100f6671a36d483e2411e2c3b94');
INSERT INTO public.audit_entries VALUES (6, '2026-11-27 14:31:30.222452+00', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', 'invitations_issued', '{"batch":"9d11acfe-e113-45f8-bbb4-fa1a8a6a6f5e","campaign":"by-code","count":2,"format":"json"}', '\x5a1fc309e31e4621219955a6eba3285ae70265b899a5dcffac80730543a45cbe');
INSERT INTO public.audit_entries VALUES (7, '2026-11-27 14:31:30.231632+00', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', 'invitations_issued', '{"batch":"2778aba1-a0d2-4db2-9d0b-dfb15afea9bf","campaign":"by-pass","count":1,"format":"json"}', '\x8afb044dc1bcf02d977cde1735f0378709fb1fd632ca08860380d4b5c59e1cee');
INSERT INTO public.audit_entries VALUES (8, '2026-11-27 14:31:30.273132+00', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', 'remarks_listed', '{"remarks":3,"state":"all"}', '\x4834aa13c33974fec72266b0755f5eadfaa7057eb7f5ee71a318981dd18d2284');
INSERT INTO public.audit_entries VALUES (9, '2026-11-27 14:31:30.279428+00', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', 'remark_reviewed', '{"campaign":"test-campaign","edited":false,"remark":"ca931afe-7dfb-48c9-b5ab-48bd12a4d93b","state":"cleared"}', '\x457d761ac19c6c03c10607a8cc1ab52031406ebfff3ce0fae22620a70fe654f7');
INSERT INTO public.audit_entries VALUES (10, '2026-11-27 14:31:30.285436+00', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', 'remarks_listed', '{"remarks":3,"state":"all"}', '\x6afb0b385a5484f0656c9fa60a78e8c220cca9af296dbe60604da3493d6d5042');
INSERT INTO public.audit_entries VALUES (11, '2026-11-27 14:31:30.288776+00', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', 'remark_reviewed', '{"campaign":"test-campaign","edited":false,"remark":"94eeaa63-8a43-4593-b9ee-b9d02fad2280","state":"withheld"}', '\xf3bfc162ad0a85f56b6d3e1061718ca46ba48efc090fc9007fbb4b36df8a6f82');
INSERT INTO public.audit_entries VALUES (12, '2026-11-27 14:31:30.345644+00', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', 'invitations_issued', '{"batch":"6ed79783-9cd8-443f-be5e-06500cc97099","campaign":"by-pass","count":1,"format":"json"}', '\x5cf5a7a466a96a24425bc312953b470d7615c1b3aaaa49f1d3df6f72bab98340');
INSERT INTO public.campaigns VALUES ('f9dd9103-6adc-481f-b9c5-d4a1e5c10241', 'test-campaign', '2e97cdfe-ca9f-45b0-9ee9-e5665be79330', '{"en": "Test"}', NULL, '2026-11-26 14:31:29.969572+00', '2026-12-27 14:31:29.969579+00', NULL, '2026-11-27 14:31:29.970984+00', 1, 'open', 5, NULL, '2031-12-26 14:31:29.969579+00', NULL);
INSERT INTO public.campaigns VALUES ('811e08e4-afa4-42a0-9737-98ec004114f2', 'waiting', '2e97cdfe-ca9f-45b0-9ee9-e5665be79330', '{"en": "Test"}', NULL, '2026-11-26 14:31:29.974442+00', '2026-12-27 14:31:29.974442+00', NULL, '2026-11-27 14:31:29.975581+00', 50, 'open', 5, NULL, '2031-12-26 14:31:29.974442+00', NULL);
INSERT INTO public.campaigns VALUES ('ee3d503f-c55a-4329-b45e-b4f2e1851916', 'by-code', '2e97cdfe-ca9f-45b0-9ee9-e5665be79330', '{"en": "Test"}', NULL, '2026-11-26 14:31:29.97857+00', '2026-12-27 14:31:29.97857+00', NULL, '2026-11-27 14:31:29.979663+00', 1, 'code', 5, NULL, '2031-12-26 14:31:29.97857+00', NULL);
INSERT INTO public.campaigns VALUES ('b0fc6867-5a4b-402d-b9ef-755db71b0843', 'by-pass', '2e97cdfe-ca9f-45b0-9ee9-e5665be79330', '{"en": "Test"}', NULL, '2026-11-26 14:31:29.982597+00', '2026-12-27 14:31:29.982597+00', NULL, '2026-11-27 14:31:29.983719+00', 1, 'pass', 5, NULL, '2031-12-26 14:31:29.982597+00', NULL);
INSERT INTO public.form_versions VALUES ('2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', '2e97cdfe-ca9f-45b0-9ee9-e5665be79330', 1, '{"key": "every-kind", "title": {"en": "Every kind", "ko": "모든 종류"}, "scales": {"difficulty": [{"code": "none", "label": {"en": "None", "ko": "없음"}, "value": 0}, {"code": "some", "label": {"en": "Some", "ko": "조금"}, "value": 1}, {"code": "much", "label": {"en": "Much", "ko": "많이"}, "value": 2}]}, "scores": [{"of": ["meals", "distress", "after"], "to": [0.0, 100.0], "key": "difficulty", "bands": [{"code": "little", "from": 0.0, "label": {"en": "Little", "ko": "조금"}}, {"code": "great", "from": 50.0, "label": {"en": "Great", "ko": "많이"}}], "title": {"en": "Difficulty (higher = more)", "ko": "어려움"}, "method": "mean", "at_least_answered": 0.5}, {"of": ["meals", "after"], "to": [0.0, 10.0], "key": "load", "title": {"en": "Load", "ko": "부담"}, "method": "sum", "at_least_answered": 1.0}], "notices": [{"key": "help", "text": {"en": "Help is here.", "ko": "도움이 있습니다."}, "show_when": {"at_least": 7.0, "question": "distress"}}], "sections": [{"key": "person", "title": {"en": "You", "ko": "나"}, "questions": [{"key": "group", "kind": "single_choice", "text": {"en": "Group?", "ko": "그룹?"}, "options": [{"code": "a", "label": {"en": "A", "ko": "가"}}, {"code": "b", "label": {"en": "B", "ko": "나"}}, {"code": "c", "label": {"en": "C", "ko": "다"}}], "required": true, "background": true}, {"key": "alone", "kind": "yes_no", "text": {"en": "Alone?", "ko": "혼자?"}, "background": true}]}, {"key": "days", "title": {"en": "Days", "ko": "나날"}, "questions": [{"key": "meals", "kind": "single_choice", "text": {"en": "Meals?", "ko": "식사?"}, "scale": "difficulty", "required": true}, {"key": "help_from", "kind": "multiple_choice", "text": {"en": "Help?", "ko": "도움?"}, "options": [{"code": "family", "label": {"en": "Family", "ko": "가족"}}, {"code": "friends", "label": {"en": "Friends", "ko": "친구"}}, {"code": "nobody", "label": {"en": "Nobody", "ko": "없음"}, "exclusive": true}], "show_when": {"any": [{"at_least": 1.0, "question": "meals"}, {"is": true, "question": "alone"}]}}, {"key": "distress", "max": 10, "min": 0, "kind": "rating", "text": {"en": "Distress?", "ko": "고통?"}, "required": true, "max_label": {"en": "most", "ko": "심함"}, "min_label": {"en": "none", "ko": "없음"}}, {"key": "sleep_hours", "max": 100000, "min": -5, "kind": "integer", "text": {"en": "Sleep?", "ko": "잠?"}}, {"key": "weight", "max": 250.5, "min": -0.5, "kind": "decimal", "text": {"en": "Weight?", "ko": "몸무게?"}, "decimals": 2}]}, {"key": "deeper", "title": {"en": "Deeper", "ko": "더"}, "questions": [{"key": "family_role", "kind": "yes_no", "text": {"en": "Role?", "ko": "역할?"}, "show_when": {"includes": "family", "question": "help_from"}}, {"key": "exact", "max": 5, "min": 0, "kind": "integer", "text": {"en": "Exact?", "ko": "정확?"}, "required": true, "show_when": {"question": "group", "is_one_of": ["a", "b"]}}, {"key": "after", "kind": "single_choice", "text": {"en": "After?", "ko": "후?"}, "scale": "difficulty", "show_when": {"answered": true, "question": "weight"}}, {"key": "story", "kind": "text", "text": {"en": "Story?", "ko": "이야기?"}, "max_length": 200}, {"key": "urgent", "kind": "text", "text": {"en": "Urgent?", "ko": "급함?"}, "required": true, "show_when": {"is": 5.0, "question": "exact"}, "max_length": 50}], "show_when": {"all": [{"not": {"is": "c", "question": "group"}}, {"at_most": 8.0, "question": "distress"}]}}], "languages": ["en", "ko"]}', '{"slots": [{"key": "group", "width": 1, "offset": 1}, {"key": "alone", "width": 1, "offset": 2}, {"key": "meals", "width": 1, "offset": 3}, {"key": "help_from", "width": 2, "offset": 4}, {"key": "distress", "width": 1, "offset": 6}, {"key": "sleep_hours", "width": 3, "offset": 7}, {"key": "weight", "width": 2, "offset": 10}, {"key": "family_role", "width": 1, "offset": 12}, {"key": "exact", "width": 1, "offset": 13}, {"key": "after", "width": 1, "offset": 14}], "format": 1, "length": 15}', '\xb2a5bddc42b93b86332d626a995147216b8d9382a19b40f75e7f7268252cf484', '2026-11-27 14:31:29.960241+00', NULL, NULL);
INSERT INTO public.forms VALUES ('2e97cdfe-ca9f-45b0-9ee9-e5665be79330', 'every-kind', '2026-11-27 14:31:29.945375+00');
INSERT INTO public.invitation_batches VALUES ('9d11acfe-e113-45f8-bbb4-fa1a8a6a6f5e', 'ee3d503f-c55a-4329-b45e-b4f2e1851916', NULL, 2, '2026-11-27 14:31:30.222452+00', NULL);
INSERT INTO public.invitation_batches VALUES ('2778aba1-a0d2-4db2-9d0b-dfb15afea9bf', 'b0fc6867-5a4b-402d-b9ef-755db71b0843', NULL, 1, '2026-11-27 14:31:30.231632+00', NULL);
INSERT INTO public.invitation_batches VALUES ('6ed79783-9cd8-443f-be5e-06500cc97099', 'b0fc6867-5a4b-402d-b9ef-755db71b0843', NULL, 1, '2026-11-27 14:31:30.345644+00', NULL);
INSERT INTO public.invitations VALUES ('\x0d4a4c082837e3e89d721aa37036ea7c606423ecfb9c8fd517f6a60cec0f46d2', 'ee3d503f-c55a-4329-b45e-b4f2e1851916', '9d11acfe-e113-45f8-bbb4-fa1a8a6a6f5e', false, NULL);
INSERT INTO public.invitations VALUES ('\x20283e19559d5cfc7beb848e5954bf96b058cf291db40070d4dad68e34ae63bd', 'ee3d503f-c55a-4329-b45e-b4f2e1851916', '9d11acfe-e113-45f8-bbb4-fa1a8a6a6f5e', true, NULL);
INSERT INTO public.invitations VALUES ('\x6a8a1adedee69ea8eed277173893db898411e854131e4b2c6e2344be554526a6', 'b0fc6867-5a4b-402d-b9ef-755db71b0843', '2778aba1-a0d2-4db2-9d0b-dfb15afea9bf', true, '\xf62ed48efa7152343873e321803be07082d313aea7d382ab2ed87ba98d6cab78');
INSERT INTO public.invitations VALUES ('\xb3e39831a9798dc4755c38f158dca4ffa4d96399f7f17341b5c1786c4dd96f8d', 'b0fc6867-5a4b-402d-b9ef-755db71b0843', '6ed79783-9cd8-443f-be5e-06500cc97099', true, '\x01b1c040f79c9b3657621c783a8a463db2a5d588042c05dc02ee1894f23b583d');
INSERT INTO public.pass_keys VALUES ('\x9872e46139d441c80666d3edcf9b2568449c59bb95a305f433264eec2211fd89', 'b0fc6867-5a4b-402d-b9ef-755db71b0843', 'localhost', '\x30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b0609608648016503040202a2030201300382010f003082010a0282010100d93e323aa62115496408dd52d436e0cec3de3825066e2738798bcd046e243efad941ca770dd026ce97d0f9b1d0b40469be950cefc10aea07c00a17bad0fa1cc0b2b871de9d5015e5edef5c06822eb0fab95ac0d95fae396a1d107a376d91d99e1eb44f76db1d4011ad6063c9ad4e482c9c309bfe1b98f139b57df9711e61b632023eb6fe967751758e7f97acb173f5b246f286608e3f62478788a83823b2854cd3cedd151cb533e7fcd58945b33775ee4ed8faca17babe9b6e20f03aba3345489970458dce6dde196b6cc669a17d4c0d3b18bfdb4fbea3edd14bf72b4e2ce063aa2f15a42652eb70ed2f146cb8695513da8d48e87d655473aedcc8a29b07111f0203010001', '\xe1f77adf7ecc47bb03518f7c2613642e3b4d397fc550b9323933b4ae750d5ffead73ac601f72b4bf4ab899dc59c9608d39edce2787d6df5b5327e2d043e1f29923531930650279ee1f1f82047217a66c8a1f151c8953d7b4308ee7f4ad62109b3b2580778fcf884ea416819eaf5cf87bbea9b8c2b2a378363857d9d120554626321b1527de3fa85d0eee72ee9c3df2f8956ee692be9522473a288524e8d54a0f64ef34dc888e52415fc03cbcfe9c606d6ed25419846e7aca2968c747a9e53d1074cffb9873ff4c5059db40640e03bdf2cac0434f80b8657a20d4c993ec3719a002a2e41a2d1f2d98c868d566802ff8bf03bd7f4f5d0892785d4f379ed9ffcacba6507c64c4557e0c5bcc60ecda72649e761eaa69fc3c0235ecaaa22833a1c9df24fdc3c019269cbe');
INSERT INTO public.refresh_tokens VALUES ('\x8bbaeb7017f364524cc645e2f12779177717f5ffccfdcb8f7fd64028a7c092bb', '1c2737ea-1183-424f-b5ca-c7176211182b', NULL);
INSERT INTO public.remarks VALUES ('91e29c7a-9f93-410e-8931-a2c5a649fe48', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', 'story', 'en', 'Story 2.', 'pending');
INSERT INTO public.remarks VALUES ('ca931afe-7dfb-48c9-b5ab-48bd12a4d93b', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', 'story', 'en', 'Story 0.', 'cleared');
INSERT INTO public.remarks VALUES ('94eeaa63-8a43-4593-b9ee-b9d02fad2280', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', 'story', 'en', 'Story 1.', 'withheld');
INSERT INTO public.responses VALUES ('ea641154-1caf-4d38-aee7-f59970c9f469', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('06312a20-4202-4101-b6ac-825fc26b40d3', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('07048ec4-a152-431a-aa6f-4d51099a02cf', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('0a552c17-a2b5-44bc-8ce5-e44103737dd8', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('0a87b7e7-7e00-495c-9550-8cc5a84987c6', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('0b1b4963-d66b-421e-89ec-a793ef938d2a', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('0bfbf678-31d6-449d-818d-ca82349587c8', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('0c099b2c-a60d-486a-9f20-67e1f5b95763', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('2065d797-977e-422b-a70d-576b3ecc451e', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('2dc8eb3f-ac95-45ca-92ec-e26992c551fb', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('2e1285fb-820b-414b-8c74-867ac5ed1e0f', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('2f25ffa1-f84b-4d0a-a2e9-415a82b9218f', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('3df4821a-bada-4201-81c6-3490734141bc', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('48a792d7-7528-46a1-bf25-15a58279d3f1', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('62346744-0837-4954-b42e-86d7488dde2d', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('66a11abd-205d-4ad8-9e19-32c5bbfa00b4', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('6973f507-1086-45b9-8462-b25166c845ea', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('79622ef4-6e1b-4ccc-a4e9-a46ff4fa6900', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('7b775198-a079-497f-87bd-2f1f469304f6', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('7e6c32eb-6e4e-4f1c-8c6b-0eb1e7304b96', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('7eab0ae0-d73b-495d-b2df-a31f501ceb5c', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('8158d895-a6cc-4d6a-bfa1-146c4a1fc80c', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('8a37d1fd-46ff-41a5-95fb-d3a81c334192', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('98c25bf4-e84a-44ae-8356-639b2f1790ba', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('99fd20ef-9c01-43e2-8abf-6fd1e9e6aad3', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('a2dcc357-e423-4dee-91d7-2258f3470b0b', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('a52c75cf-b619-4a1f-b083-4d3bc4197646', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('ac99596c-e6c5-4688-8709-1fb3f1b175bf', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('b75deab8-97ee-4a3b-a7ae-e411bdb72a9b', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('ba8ad1c7-5cb5-44ba-84b5-3e4b9960506d', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('bd07175b-36c3-48dc-99e6-3de8533b6c13', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('c60870a3-30ce-47d5-bb97-d4e5b20a83ef', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('d1710efb-a1bd-447c-84eb-36ce9e1f8069', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('d40982fc-5f65-4f85-86f3-8f4ad9128e92', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff01ff');
INSERT INTO public.responses VALUES ('d7855956-38eb-4338-a83f-3fdff81a769b', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.responses VALUES ('dd8e33fe-5122-4e3a-93e2-fa863bd96f12', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('f7b4495e-9d63-41c8-931c-fc7bf2d90d52', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('f9a867cc-dc60-43fc-846c-e5c540e35841', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('ffa3f8a5-85b6-418b-8375-629969486cbc', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff02ff');
INSERT INTO public.responses VALUES ('383dcccd-8542-4e02-a5f5-508a5b40e43e', 'ee3d503f-c55a-4329-b45e-b4f2e1851916', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0100fd01fd0003fffffdfffdff00ff');
INSERT INTO public.responses VALUES ('918ca697-3a10-4a0a-bab9-925a5110fa61', 'b0fc6867-5a4b-402d-b9ef-755db71b0843', '2eb6adfa-6231-4c51-8cf0-e4c0f3f8f70f', 'en', '2026-11-23', '\x0102fd00ff0000fffffdfffdffffff');
INSERT INTO public.sessions VALUES ('1c2737ea-1183-424f-b5ca-c7176211182b', 'dffdc7ab-1473-4377-90fb-ba388828f5d9', '2026-12-27 14:31:29.9315+00', NULL);
INSERT INTO public.spent_passes VALUES ('\x547b0b34884a62022c1e7f5d814ad2a489c0d43596d0bbd26e4db47790d49197', 'b0fc6867-5a4b-402d-b9ef-755db71b0843');
INSERT INTO public.staff VALUES ('565cb129-49b6-4bb5-978e-cc86d16c85b9', 'author@clinic.example', 'Test', '$argon2id$v=19$m=19456,t=2,p=1$pgv5nUJldcNMg9VF+HZB/g$ec0K2tJKj/sVydzIHO410lbe6NVds7pA4PyZpl7fo04', '{author}', false, '2026-11-27 14:31:29.923513+00');
INSERT INTO public.staff VALUES ('dffdc7ab-1473-4377-90fb-ba388828f5d9', 'dffdc7ab1473437790fbba388828f5d9@clinic.example', 'Test author', 'no password fits this', '{author,coordinator,analyst}', false, '2026-11-27 14:31:29.930564+00');
INSERT INTO public.tombstones VALUES ('6e01b98c-0a54-47b4-b73c-b0a348cebd3f', 'f9dd9103-6adc-481f-b9c5-d4a1e5c10241');
ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);
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
    ADD CONSTRAINT server_keys_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.spent_passes
    ADD CONSTRAINT spent_passes_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_email_key UNIQUE (email);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tombstones
    ADD CONSTRAINT tombstones_pkey PRIMARY KEY (id);
CREATE INDEX campaigns_form_id ON public.campaigns USING btree (form_id);
CREATE INDEX invitation_batches_campaign_id ON public.invitation_batches USING btree (campaign_id);
CREATE INDEX invitations_batch_id ON public.invitations USING btree (batch_id);
CREATE INDEX refresh_tokens_session_id ON public.refresh_tokens USING btree (session_id);
CREATE INDEX sessions_expires_at ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_staff_id ON public.sessions USING btree (staff_id);
CREATE INDEX staff_created_at ON public.staff USING btree (created_at, id);
CREATE TRIGGER audit_entries_are_final BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change_of_audit();
ALTER TABLE public.audit_entries ENABLE ALWAYS TRIGGER audit_entries_are_final;
CREATE TRIGGER form_versions_never_change BEFORE UPDATE OF id, form_id, version, definition, layout, digest, published_at ON public.form_versions FOR EACH ROW EXECUTE FUNCTION public.refuse_change_of_version();
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
ALTER TABLE ONLY public.tombstones
    ADD CONSTRAINT tombstones_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaigns(id);
