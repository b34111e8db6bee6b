//! End-to-end tests: real processes, read as a user reads them.
