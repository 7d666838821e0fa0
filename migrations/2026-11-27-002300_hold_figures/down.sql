-- What was withdrawn leaves the tallies now.
UPDATE tally_states SET built = false, revision = revision + 1 WHERE withdrawn > 0;
ALTER TABLE tally_states
    DROP CONSTRAINT tally_states_withdrawn_on,
    DROP COLUMN withdrawn,
    DROP COLUMN released,
    DROP COLUMN withdrawn_on;
COMMENT ON TABLE tally_states IS 'Campaigns with released responses: how often these changed, and whether tallies of them are kept.';
COMMENT ON COLUMN tally_states.revision IS 'How many times the released responses changed. What follows from them stays the same as long as it does.';
COMMENT ON COLUMN tally_states.built IS 'Whether the tallies hold every released response. If not, the server counts them once.';
COMMENT ON TABLE tallies IS 'How many released responses say what, kept up to date with them, so that statistics need not read each. Exact: never published as they are.';
