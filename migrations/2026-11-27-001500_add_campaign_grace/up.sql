-- Sending a response waits for a moment.
SET LOCAL lock_timeout = '5s';

-- The defaults are for the campaigns that there are, which promised no grace, and for servers that do not know the
-- columns yet.
ALTER TABLE campaigns
    ADD COLUMN grace_days integer NOT NULL DEFAULT 0 CHECK (grace_days BETWEEN 0 AND 90),
    ADD COLUMN form_version integer CHECK (form_version > 0);
COMMENT ON COLUMN campaigns.grace_days IS 'For how many days after its end it takes responses that were filled in before; what waits is released after them.';
COMMENT ON COLUMN campaigns.form_version IS 'The number of the only version of the form that it takes; none, when it follows the newest.';
