-- Requests of staff wait for a moment.
SET LOCAL lock_timeout = '5s';

ALTER TABLE staff
    ALTER COLUMN password_hash DROP NOT NULL,
    ADD COLUMN issuer text,
    ADD COLUMN subject text,
    ADD CONSTRAINT staff_identity_check CHECK (
        (issuer IS NULL) = (subject IS NULL)
        -- An account logs in in one way.
        AND (issuer IS NULL) = (password_hash IS NOT NULL)
        AND length(subject) BETWEEN 1 AND 255
    ),
    ADD CONSTRAINT staff_identity_key UNIQUE (issuer, subject);
COMMENT ON COLUMN staff.email IS 'The name for logging in by password, in lower case; elsewhere how people know the account.';
COMMENT ON COLUMN staff.password_hash IS 'argon2id, as a PHC string. None for an account of an OpenID Connect provider.';
COMMENT ON COLUMN staff.issuer IS 'The OpenID Connect provider by which the person logs in; none for an account with a password.';
COMMENT ON COLUMN staff.subject IS 'Who the person is for that provider: its claim sub.';
