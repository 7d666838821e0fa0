DROP TABLE spent_passes;
DROP TABLE pass_keys;
