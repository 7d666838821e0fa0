CREATE TABLE audit_entries (
    number bigint PRIMARY KEY CHECK (number > 0),
    at timestamptz NOT NULL,
    staff_id uuid REFERENCES staff,
    action text NOT NULL,
    details text NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32)
);
COMMENT ON TABLE audit_entries IS 'Who looked at what, in a chain: nothing of it can be changed, and what is changed all the same shows.';
COMMENT ON COLUMN audit_entries.number IS 'From 1 on, without a gap.';
COMMENT ON COLUMN audit_entries.staff_id IS 'Who did it; nobody, when it was the server itself.';
COMMENT ON COLUMN audit_entries.details IS 'JSON, as text, so that its hash stays what it is.';
COMMENT ON COLUMN audit_entries.hash IS 'HMAC-SHA-256 of the entry and the hash of the one before it, under a key outside the database.';

CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit can only be added to';
END;
$$;
-- Once a statement, so that one that finds no row is refused as well.
CREATE TRIGGER audit_entries_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
-- Also in a session that says it replays what happened elsewhere (session_replication_role).
ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_are_final;
-- An owner who is no superuser needs these rights like anybody else. They can be granted again, and the trigger can be
-- disabled, by the owner: the chain is for that.
REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM PUBLIC, CURRENT_USER;
