-- Sending a response waits for a moment.
SET LOCAL lock_timeout = '5s';

ALTER TABLE campaigns
    DROP CONSTRAINT campaigns_k_check,
    ADD CONSTRAINT campaigns_k_check CHECK (k = 1 OR k BETWEEN 5 AND 1000);
COMMENT ON COLUMN campaigns.k IS 'How many records of an export share their background answers at least; 1 where they are not masked, as the privacy statement says.';
