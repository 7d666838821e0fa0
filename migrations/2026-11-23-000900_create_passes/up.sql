CREATE TABLE pass_keys (
    id bytea PRIMARY KEY CHECK (length(id) = 32),
    campaign_id uuid NOT NULL UNIQUE REFERENCES campaigns,
    issuer_name text NOT NULL,
    public_key bytea NOT NULL,
    private_key bytea
);
COMMENT ON TABLE pass_keys IS 'The key pairs that sign passes, one a campaign.';
COMMENT ON COLUMN pass_keys.id IS 'SHA-256 of the public key: the token key id of RFC 9578.';
COMMENT ON COLUMN pass_keys.issuer_name IS 'The host name that its challenges give.';
COMMENT ON COLUMN pass_keys.public_key IS 'DER of the SubjectPublicKeyInfo, as RFC 9578 has it.';
COMMENT ON COLUMN pass_keys.private_key IS 'Encrypted under a key outside the database; gone once the campaign has closed.';

CREATE TABLE spent_passes (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    campaign_id uuid NOT NULL REFERENCES campaigns
);
COMMENT ON TABLE spent_passes IS 'Keyed hashes of passes that were spent, so that none is spent twice.';
