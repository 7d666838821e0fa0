-- Sending a response waits for a moment.
SET LOCAL lock_timeout = '5s';

ALTER TABLE server_keys
    ADD COLUMN number smallint NOT NULL DEFAULT 1 CHECK (number > 0),
    ADD COLUMN state text NOT NULL DEFAULT 'current' CHECK (state IN ('next', 'current', 'former', 'removed')),
    DROP COLUMN name;
ALTER TABLE server_keys
    ADD PRIMARY KEY (number),
    ALTER COLUMN number DROP DEFAULT,
    ALTER COLUMN state DROP DEFAULT;
CREATE UNIQUE INDEX server_keys_fingerprint ON server_keys (fingerprint);
CREATE UNIQUE INDEX server_keys_state ON server_keys (state) WHERE state IN ('next', 'current');
COMMENT ON COLUMN server_keys.number IS 'The place of the key among those that this database has had, from 1 on.';
COMMENT ON COLUMN server_keys.state IS 'What the key is for: next (nothing yet), current (new campaigns and the audit), former (earlier campaigns), removed (nothing any more).';

ALTER TABLE campaigns ADD COLUMN server_key smallint NOT NULL DEFAULT 1;
COMMENT ON COLUMN campaigns.server_key IS 'The number of the server key that the campaign is under: all that is derived from receipts, invitations and passes. It never changes.';
