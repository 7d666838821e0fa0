ALTER TABLE campaigns DROP COLUMN proof_of_work;
