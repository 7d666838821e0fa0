-- The foreign keys lock staff and forms against writes for a moment.
SET LOCAL lock_timeout = '5s';

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    staff_id uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('admin', 'author', 'coordinator', 'analyst')),
    form_id uuid REFERENCES forms,
    label text NOT NULL CHECK (length(label) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    last_used_on date,
    revoked_at timestamptz
);
CREATE INDEX api_keys_created_at ON api_keys (created_at, id);
CREATE INDEX api_keys_staff_id ON api_keys (staff_id);
COMMENT ON TABLE api_keys IS 'Keys with which scheduled jobs read in the name of an account. Ended ones stay, since the audit names them.';
COMMENT ON COLUMN api_keys.hash IS 'SHA-256 of the key. The key itself is not stored.';
COMMENT ON COLUMN api_keys.staff_id IS 'The account that the key belongs to. It works only while this account has the role.';
COMMENT ON COLUMN api_keys.role IS 'The one role that the key has.';
COMMENT ON COLUMN api_keys.form_id IS 'The only form that the key reads; none, when it reads all.';
COMMENT ON COLUMN api_keys.label IS 'What its owner called it.';
COMMENT ON COLUMN api_keys.last_used_on IS 'The last day (UTC) on which it let a request in.';
COMMENT ON COLUMN api_keys.revoked_at IS 'Set by hand, or when the account was disabled, lost the role, or got a new password.';
