-- No serial, no time of day, no address, no account: nothing that tells who answered, or in which order.
CREATE TABLE responses (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns,
    form_version_id uuid NOT NULL REFERENCES form_versions,
    language text NOT NULL,
    week date NOT NULL CHECK (extract(isodow FROM week) = 1),
    record bytea NOT NULL
);
COMMENT ON TABLE responses IS 'Anonymous responses.';
COMMENT ON COLUMN responses.id IS 'Derived from the receipt, which is not stored, under a key outside the database.';
COMMENT ON COLUMN responses.week IS 'The Monday of the ISO week in which it came.';
COMMENT ON COLUMN responses.record IS 'The answers, in the layout of the form version.';

CREATE TABLE remarks (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns,
    question text NOT NULL,
    language text NOT NULL,
    text text NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'cleared', 'withheld'))
);
COMMENT ON TABLE remarks IS 'Free-text answers, cleaned of direct identifiers. Nothing in the database joins them to responses.';
COMMENT ON COLUMN remarks.id IS 'Derived from the receipt and the question; unrelated to the id of the response.';
COMMENT ON COLUMN remarks.state IS 'pending until a person read it; only what was cleared is ever exported.';

CREATE TABLE tombstones (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns
);
COMMENT ON TABLE tombstones IS 'Ids of withdrawn responses, so that a late retry does not bring one back.';
