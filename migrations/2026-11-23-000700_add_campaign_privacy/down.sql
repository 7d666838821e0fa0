ALTER TABLE remarks RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
ALTER TABLE arrivals RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
ALTER TABLE campaigns
    DROP COLUMN erased_at,
    DROP COLUMN retained_until,
    DROP COLUMN freezes_at,
    DROP COLUMN k,
    DROP COLUMN access;
