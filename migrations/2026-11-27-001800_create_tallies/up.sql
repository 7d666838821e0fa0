-- The foreign keys lock their tables for a moment.
SET LOCAL lock_timeout = '5s';

CREATE TABLE tally_states (
    campaign_id uuid PRIMARY KEY REFERENCES campaigns,
    revision bigint NOT NULL DEFAULT 1,
    built boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE tally_states IS 'Campaigns with released responses: how often these changed, and whether tallies of them are kept.';
COMMENT ON COLUMN tally_states.revision IS 'How many times the released responses changed. What follows from them stays the same as long as it does.';
COMMENT ON COLUMN tally_states.built IS 'Whether the tallies hold every released response. If not, the server counts them once.';

CREATE TABLE tallies (
    campaign_id uuid NOT NULL REFERENCES campaigns,
    form_version_id uuid NOT NULL REFERENCES form_versions,
    grouping text NOT NULL,
    cells bytea NOT NULL,
    PRIMARY KEY (campaign_id, form_version_id, grouping)
);
-- Half of it is keys, which look random: compression would only cost time.
ALTER TABLE tallies ALTER COLUMN cells SET STORAGE EXTERNAL;
COMMENT ON TABLE tallies IS 'How many released responses say what, kept up to date with them, so that statistics need not read each. Exact: never published as they are.';
COMMENT ON COLUMN tallies.grouping IS 'The key of the background question by which responses are told apart; empty for all together.';
COMMENT ON COLUMN tallies.cells IS 'Counts with the sums of the keys of the responses counted, in an order that follows from the form version.';

-- Responses that are there already are counted by the server, campaign by campaign.
INSERT INTO tally_states (campaign_id, built) SELECT DISTINCT campaign_id, false FROM responses;
