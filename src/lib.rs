//! Aftercare: the backend of patient-reported experience surveys.
