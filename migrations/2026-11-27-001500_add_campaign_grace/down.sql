ALTER TABLE campaigns DROP COLUMN form_version, DROP COLUMN grace_days;
