-- Sending a response waits for a moment.
SET LOCAL lock_timeout = '5s';

ALTER TABLE campaigns
    ADD COLUMN left_out jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(left_out) = 'object');
COMMENT ON COLUMN campaigns.left_out IS 'Background questions whose answers are in no file of single responses: the words of each by its key.';
