mod left_out;
mod levels;
mod secondary_suppression;
