ALTER FUNCTION store_arrivals(uuid[], uuid[], uuid[], text[], date[], bytea[], jsonb[], integer[])
    RESET plan_cache_mode;
