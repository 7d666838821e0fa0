CREATE TABLE forms (
    id uuid PRIMARY KEY,
    key text NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 40),
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE forms IS 'Survey instruments. What they ask is in their versions.';
COMMENT ON COLUMN forms.key IS 'Stable name, e.g. daily-life-after-treatment.';

CREATE TABLE form_drafts (
    form_id uuid PRIMARY KEY REFERENCES forms ON DELETE CASCADE,
    definition jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE form_drafts IS 'The version that is being written; at most one a form.';

CREATE TABLE form_versions (
    id uuid PRIMARY KEY,
    form_id uuid NOT NULL REFERENCES forms,
    version integer NOT NULL CHECK (version > 0),
    definition jsonb NOT NULL,
    layout jsonb NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    published_at timestamptz NOT NULL,
    retired_at timestamptz,
    accepts_until timestamptz,
    UNIQUE (form_id, version),
    CHECK ((retired_at IS NULL) = (accepts_until IS NULL) AND accepts_until >= retired_at)
);
COMMENT ON TABLE form_versions IS 'Published versions. Their content never changes.';
COMMENT ON COLUMN form_versions.layout IS 'Where each answer stands in a response''s record.';
COMMENT ON COLUMN form_versions.digest IS 'SHA-256 over definition and layout.';
COMMENT ON COLUMN form_versions.accepts_until IS 'End of the grace period in which a retired version still takes responses of offline clients.';

-- Not even the server can rewrite what people have answered to.
CREATE FUNCTION refuse_change_of_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER form_versions_never_change
    BEFORE UPDATE OF id, form_id, version, definition, layout, digest, published_at ON form_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_version();
