CREATE TABLE server_keys (
    name text PRIMARY KEY,
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32)
);
COMMENT ON TABLE server_keys IS 'Which secret keys this database belongs to. The keys themselves are not here.';
COMMENT ON COLUMN server_keys.fingerprint IS 'HMAC-SHA-256 of a fixed label under the key: a server with another key refuses to start.';
