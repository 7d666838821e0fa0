-- Sending a response waits for a moment.
SET LOCAL lock_timeout = '5s';

ALTER TABLE campaigns ADD COLUMN testing boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN campaigns.testing IS 'Whether it takes responses as tests until it opens.';

-- A table of its own, so that no figure, export or view can hold a test.
CREATE TABLE test_responses (
    id uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaigns,
    form_version_id uuid NOT NULL REFERENCES form_versions,
    language text NOT NULL,
    week date NOT NULL CHECK (extract(isodow FROM week) = 1),
    record bytea NOT NULL,
    remarks jsonb NOT NULL CHECK (jsonb_typeof(remarks) = 'array')
);
CREATE INDEX test_responses_campaign_id ON test_responses (campaign_id);
COMMENT ON TABLE test_responses IS 'Responses that were sent to try out a campaign before it opens. All are deleted when it opens.';
COMMENT ON COLUMN test_responses.id IS 'Derived from the receipt, which is not stored, under a key outside the database.';
COMMENT ON COLUMN test_responses.week IS 'The Monday of the ISO week in which it came.';
COMMENT ON COLUMN test_responses.record IS 'The answers, in the layout of the form version.';
COMMENT ON COLUMN test_responses.remarks IS 'The free text that came with it: id, question and text of each.';
