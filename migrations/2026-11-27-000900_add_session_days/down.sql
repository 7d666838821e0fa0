SET LOCAL lock_timeout = '5s';
ALTER TABLE sessions DROP COLUMN opened_at, DROP COLUMN last_used_on;
