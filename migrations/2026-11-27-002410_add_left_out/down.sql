ALTER TABLE campaigns DROP COLUMN left_out;
