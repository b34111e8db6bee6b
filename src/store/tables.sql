-- Version 1.

CREATE TABLE tokens (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    digest       BLOB NOT NULL,      -- SHA-256 of the token's text
    scopes       TEXT NOT NULL,      -- names, with a space between
    project      TEXT,               -- NULL: every project
    created_ns   INTEGER NOT NULL,
    expires_ns   INTEGER,            -- NULL: never
    last_used_ns INTEGER,            -- to the minute
    revoked_ns   INTEGER
) STRICT;
