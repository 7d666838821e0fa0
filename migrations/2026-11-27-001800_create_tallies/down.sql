DROP TABLE tallies;
DROP TABLE tally_states;
