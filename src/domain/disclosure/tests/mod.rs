mod levels;
mod secondary_suppression;
