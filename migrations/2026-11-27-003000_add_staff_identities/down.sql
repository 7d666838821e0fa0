SET LOCAL lock_timeout = '5s';
-- No password fits this.
UPDATE staff SET password_hash = '-' WHERE password_hash IS NULL;
ALTER TABLE staff
    DROP CONSTRAINT staff_identity_key,
    DROP CONSTRAINT staff_identity_check,
    DROP COLUMN issuer,
    DROP COLUMN subject,
    ALTER COLUMN password_hash SET NOT NULL;
COMMENT ON COLUMN staff.email IS 'The name for logging in, in lower case.';
COMMENT ON COLUMN staff.password_hash IS 'argon2id, as a PHC string.';
