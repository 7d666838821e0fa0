DROP FUNCTION store_arrivals;
ALTER TABLE campaigns DROP COLUMN revision;
