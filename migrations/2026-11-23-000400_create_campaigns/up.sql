CREATE TABLE campaigns (
    id uuid PRIMARY KEY,
    key text NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 60),
    form_id uuid NOT NULL REFERENCES forms,
    title jsonb NOT NULL,
    description jsonb,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    closed_at timestamptz,
    created_at timestamptz NOT NULL,
    CHECK (opens_at < closes_at)
);
CREATE INDEX campaigns_form_id ON campaigns (form_id);
COMMENT ON TABLE campaigns IS 'Collections of responses to one form in a window of time.';
COMMENT ON COLUMN campaigns.title IS 'Language tag to text.';
COMMENT ON COLUMN campaigns.closed_at IS 'When a coordinator closed it for good, before or after its window ended.';
