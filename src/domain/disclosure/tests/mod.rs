mod secondary_suppression;
