CREATE TABLE invitation_batches (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns,
    label text,
    issued integer NOT NULL CHECK (issued BETWEEN 1 AND 10000),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX invitation_batches_campaign_id ON invitation_batches (campaign_id);
COMMENT ON TABLE invitation_batches IS 'Invitations that were made in one call.';
COMMENT ON COLUMN invitation_batches.label IS 'What the coordinator called it.';

-- Nothing here leads to a response.
CREATE TABLE invitations (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    campaign_id uuid NOT NULL REFERENCES campaigns,
    batch_id uuid NOT NULL REFERENCES invitation_batches,
    redeemed boolean NOT NULL DEFAULT false,
    request bytea CHECK (length(request) = 32)
);
CREATE INDEX invitations_batch_id ON invitations (batch_id);
COMMENT ON TABLE invitations IS 'Single-use codes, of which only keyed hashes are kept.';
COMMENT ON COLUMN invitations.hash IS 'HMAC-SHA-256 of campaign and code under the server key.';
COMMENT ON COLUMN invitations.redeemed IS 'Whether it was used for a response or for a pass.';
COMMENT ON COLUMN invitations.request IS 'Keyed hash of the blinded request for a pass, so that a retry of the same gets the same signature.';
