ALTER TABLE campaigns DROP COLUMN insights_from;
