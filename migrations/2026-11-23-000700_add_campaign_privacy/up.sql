ALTER TABLE campaigns
    ADD COLUMN access text NOT NULL DEFAULT 'open' CHECK (access IN ('open', 'code', 'pass')),
    ADD COLUMN k integer NOT NULL DEFAULT 5 CHECK (k BETWEEN 5 AND 1000),
    ADD COLUMN freezes_at timestamptz,
    ADD COLUMN retained_until timestamptz,
    ADD COLUMN erased_at timestamptz;
UPDATE campaigns SET retained_until = closes_at + interval '5 years';
ALTER TABLE campaigns
    ALTER COLUMN retained_until SET NOT NULL,
    ADD CONSTRAINT campaigns_retained_until_check CHECK (closes_at <= retained_until);
COMMENT ON COLUMN campaigns.access IS 'Who may answer: anybody, who sends an invitation along, or who has a pass for one.';
COMMENT ON COLUMN campaigns.k IS 'How many records of an export share their background answers at least.';
COMMENT ON COLUMN campaigns.freezes_at IS 'From when responses can no longer be withdrawn; as long as they are kept, when there is no such time.';
COMMENT ON COLUMN campaigns.retained_until IS 'When its responses and all that came with them are deleted.';
COMMENT ON COLUMN campaigns.erased_at IS 'When that was done.';

-- What was released or withdrawn should not lie in the data files for long.
ALTER TABLE arrivals SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
ALTER TABLE remarks SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
