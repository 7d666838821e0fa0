ALTER TABLE campaigns ADD COLUMN proof_of_work smallint CHECK (proof_of_work BETWEEN 8 AND 24);
COMMENT ON COLUMN campaigns.proof_of_work IS 'How many leading zero bits the proof of work of a response has, where anybody may answer; null for no proof.';
