-- Sending a response waits for a moment.
SET LOCAL lock_timeout = '5s';

ALTER TABLE campaigns ADD COLUMN insights_from integer CHECK (insights_from BETWEEN 10 AND 1000000);
COMMENT ON COLUMN campaigns.insights_from IS 'From how many responses on its figures are for everybody while it is open; null for after its end only.';
