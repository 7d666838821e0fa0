ALTER TABLE campaigns DROP COLUMN server_key;

DELETE FROM server_keys WHERE state <> 'current';
DROP INDEX server_keys_state;
DROP INDEX server_keys_fingerprint;
ALTER TABLE server_keys RENAME TO server_keys_by_number;
ALTER TABLE server_keys_by_number RENAME CONSTRAINT server_keys_pkey TO server_keys_by_number_pkey;
ALTER TABLE server_keys_by_number RENAME CONSTRAINT server_keys_fingerprint_check TO server_keys_by_number_fingerprint_check;
CREATE TABLE server_keys (
    name text PRIMARY KEY,
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32)
);
INSERT INTO server_keys SELECT 'server', fingerprint FROM server_keys_by_number;
DROP TABLE server_keys_by_number;
COMMENT ON TABLE server_keys IS 'Which secret keys this database belongs to. The keys themselves are not here.';
COMMENT ON COLUMN server_keys.fingerprint IS 'HMAC-SHA-256 of a fixed label under the key: a server with another key refuses to start.';
