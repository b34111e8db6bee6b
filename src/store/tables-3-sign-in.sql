-- A browser that has signed in. The digest is the SHA-256 of what its cookie holds; it is worth what its token is worth.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY, digest BLOB NOT NULL, token TEXT NOT NULL REFERENCES tokens,
    created_ns INTEGER NOT NULL, seen_ns INTEGER NOT NULL
) STRICT;
-- Links that sign in once.
CREATE TABLE sign_in_links (
    id TEXT PRIMARY KEY, digest BLOB NOT NULL, token TEXT NOT NULL REFERENCES tokens, expires_ns INTEGER NOT NULL
) STRICT;
-- What a training script reported: its counters at a moment.
CREATE TABLE job_steps (
    job INTEGER NOT NULL REFERENCES jobs, at_ns INTEGER NOT NULL, steps INTEGER NOT NULL CHECK (steps >= 0),
    samples INTEGER CHECK (samples >= 0), PRIMARY KEY (job, at_ns)
) STRICT, WITHOUT ROWID;
