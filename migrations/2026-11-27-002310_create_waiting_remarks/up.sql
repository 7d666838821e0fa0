-- The foreign key locks its table for a moment.
SET LOCAL lock_timeout = '5s';

-- A remark that is released with its response leads to the responses of that batch. So it waits here, and is released later
-- with remarks of more batches, in a transaction of its own.
CREATE TABLE waiting_remarks (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns,
    question text NOT NULL,
    language text NOT NULL,
    text text NOT NULL
);
COMMENT ON TABLE waiting_remarks IS 'Free-text answers whose responses are released, and that wait to be mixed with those of other batches.';
COMMENT ON COLUMN waiting_remarks.id IS 'Derived from the receipt and the question; unrelated to the id of the response.';
