CREATE TABLE staff (
    id uuid PRIMARY KEY,
    email text NOT NULL UNIQUE CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    password_hash text NOT NULL,
    roles text[] NOT NULL
        CHECK (cardinality(roles) > 0 AND roles <@ ARRAY['admin', 'author', 'coordinator', 'analyst']),
    disabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL
);
CREATE INDEX staff_created_at ON staff (created_at, id);
COMMENT ON TABLE staff IS 'People who work with the surveys. Patients have no account.';
COMMENT ON COLUMN staff.email IS 'The name for logging in, in lower case.';
COMMENT ON COLUMN staff.password_hash IS 'argon2id, as a PHC string.';
COMMENT ON COLUMN staff.roles IS 'What the person may do: admin, author, coordinator, analyst.';
COMMENT ON COLUMN staff.disabled IS 'A disabled account cannot log in, and its sessions are over.';

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    staff_id uuid NOT NULL REFERENCES staff ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX sessions_staff_id ON sessions (staff_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
COMMENT ON TABLE sessions IS 'One login of one person: the family of all the refresh tokens that came from it.';
COMMENT ON COLUMN sessions.expires_at IS 'When the newest refresh token of the family ends.';
COMMENT ON COLUMN sessions.revoked_at IS 'Set by a logout, by the reuse of a refresh token, or by disabling the account.';

CREATE TABLE refresh_tokens (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id);
COMMENT ON TABLE refresh_tokens IS 'Refresh tokens, spent ones included, so that reuse is noticed.';
COMMENT ON COLUMN refresh_tokens.hash IS 'SHA-256 of the token. The token itself is not stored.';
COMMENT ON COLUMN refresh_tokens.used_at IS 'When it was exchanged for the next one. A second use revokes the session.';
