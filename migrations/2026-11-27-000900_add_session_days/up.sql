-- Log-ins and refreshes wait for a moment.
SET LOCAL lock_timeout = '5s';

-- The defaults are for the sessions that there are, and for servers that do not know the columns yet.
ALTER TABLE sessions
    ADD COLUMN opened_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN last_used_on date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date;
COMMENT ON COLUMN sessions.opened_at IS 'When the person logged in. Of a session that is older than this column, when it was added.';
COMMENT ON COLUMN sessions.last_used_on IS 'The last day (UTC) on which its tokens were exchanged.';
