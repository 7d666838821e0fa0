DROP TABLE test_responses;
ALTER TABLE campaigns DROP COLUMN testing;
