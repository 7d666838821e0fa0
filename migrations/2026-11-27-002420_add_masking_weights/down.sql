ALTER TABLE campaigns DROP COLUMN masking_weights;
