SET LOCAL lock_timeout = '5s';
ALTER TABLE staff DROP COLUMN scopes;
