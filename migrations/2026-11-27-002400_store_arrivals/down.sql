DROP FUNCTION store_arrivals;
