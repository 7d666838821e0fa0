//! The columns of an export over all versions of a form, and what they mean.
