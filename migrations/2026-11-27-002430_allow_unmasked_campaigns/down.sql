UPDATE campaigns SET k = 5 WHERE k < 5;
ALTER TABLE campaigns
    DROP CONSTRAINT campaigns_k_check,
    ADD CONSTRAINT campaigns_k_check CHECK (k BETWEEN 5 AND 1000);
COMMENT ON COLUMN campaigns.k IS 'How many records of an export share their background answers at least.';
