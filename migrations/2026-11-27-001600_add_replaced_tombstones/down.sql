ALTER TABLE tombstones DROP COLUMN replaced;
