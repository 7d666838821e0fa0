//! Logs and metrics. Nothing personal goes into either.
