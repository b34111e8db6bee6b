-- One-time codes, with which nodes get tokens of their own. The digest is the SHA-256 of the code.
CREATE TABLE IF NOT EXISTS enrolment_codes (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, digest BLOB NOT NULL, project TEXT, created_ns INTEGER NOT NULL, expires_ns INTEGER NOT NULL,
    uses_max INTEGER NOT NULL CHECK (uses_max > 0), uses INTEGER NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND uses_max), revoked_ns INTEGER
) STRICT;
