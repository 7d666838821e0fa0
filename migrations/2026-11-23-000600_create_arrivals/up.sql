-- An arrival carries its remarks with it, so that the two reach their tables in a shuffled batch, and
-- neither place nor transaction number tells which remark came with which response.
CREATE TABLE arrivals (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns,
    form_version_id uuid NOT NULL REFERENCES form_versions,
    language text NOT NULL,
    week date NOT NULL CHECK (extract(isodow FROM week) = 1),
    record bytea NOT NULL,
    remarks jsonb NOT NULL CHECK (jsonb_typeof(remarks) = 'array')
);
COMMENT ON TABLE arrivals IS 'Responses that are stored and acknowledged, and wait to be released.';
COMMENT ON COLUMN arrivals.id IS 'Derived from the receipt, which is not stored, under a key outside the database.';
COMMENT ON COLUMN arrivals.week IS 'The Monday of the ISO week in which it came.';
COMMENT ON COLUMN arrivals.record IS 'The answers, in the layout of the form version.';
COMMENT ON COLUMN arrivals.remarks IS 'The free text that came with it: id, question and text of each.';

ALTER TABLE campaigns ADD COLUMN release_size integer NOT NULL DEFAULT 10 CHECK (release_size BETWEEN 1 AND 1000);
COMMENT ON COLUMN campaigns.release_size IS 'How many arrivals are released at once at least, until the campaign closes.';
