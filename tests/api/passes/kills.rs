//! The server is killed while many spend the same passes.
