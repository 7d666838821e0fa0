-- Requests of staff wait for a moment.
SET LOCAL lock_timeout = '5s';

-- The default is for the accounts that there are: what they reach stays as it was.
ALTER TABLE staff
    ADD COLUMN scopes jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(scopes) = 'object');
COMMENT ON COLUMN staff.scopes IS 'What roles are limited to, by role: {"coordinator": {"forms": ["key", …], "campaigns": ["key", …]}}. A role that is missing here reaches everything.';
