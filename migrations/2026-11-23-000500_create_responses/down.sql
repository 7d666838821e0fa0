-- The views of published versions go with the responses.
DROP TABLE responses CASCADE;
DROP TABLE remarks;
DROP TABLE tombstones;
