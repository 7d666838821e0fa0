-- Sending a response waits for a moment.
SET LOCAL lock_timeout = '5s';

ALTER TABLE campaigns
    ADD COLUMN masking_weights jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(masking_weights) = 'object');
COMMENT ON COLUMN campaigns.masking_weights IS 'By background question, week, language and form_version: how much a masked cell costs, where it is not as usual.';
