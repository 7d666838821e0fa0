-- A release waits for a moment.
SET LOCAL lock_timeout = '5s';

ALTER TABLE tally_states
    ADD COLUMN withdrawn integer NOT NULL DEFAULT 0 CHECK (withdrawn >= 0),
    ADD COLUMN released bigint NOT NULL DEFAULT 0 CHECK (released >= 0),
    ADD COLUMN withdrawn_on date,
    ADD CONSTRAINT tally_states_withdrawn_on CHECK ((withdrawn > 0) = (withdrawn_on IS NOT NULL));
COMMENT ON TABLE tally_states IS 'Campaigns with released responses: how often their figures changed, and which changes these do not show yet.';
COMMENT ON COLUMN tally_states.revision IS 'How many times the figures changed. They stay the same as long as it does.';
COMMENT ON COLUMN tally_states.built IS 'Whether the tallies hold what the figures are of. If not, the server counts the released responses once.';
COMMENT ON COLUMN tally_states.withdrawn IS 'How many withdrawn responses the tallies still hold. They leave together with other changes, so that no two figures differ by one person.';
COMMENT ON COLUMN tally_states.released IS 'How many responses were released since the first of those was withdrawn. The tallies do not hold them yet.';
COMMENT ON COLUMN tally_states.withdrawn_on IS 'The day on which the first of those was withdrawn.';
COMMENT ON TABLE tallies IS 'How many responses say what, so that statistics need not read each. Exact: never published as they are.';
