-- What was administered, by whom and when, each action chained to the one before. `body` is the state of what it is about afterwards, JSON or text;
-- NULL where nothing is left of it.
CREATE TABLE actions (
    action INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, token TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
    body TEXT, hash BLOB NOT NULL
) STRICT;
CREATE INDEX actions_by_time ON actions (at_ns);
-- The head of their chain, apart from it.
CREATE TABLE action_head (one INTEGER PRIMARY KEY CHECK (one = 1), actions INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
INSERT INTO action_head VALUES (1, 0, zeroblob(32));
-- The sum of all postings, kept with them, so that no batch can drive a sum of the ledger out of its range.
CREATE TABLE metered (one INTEGER PRIMARY KEY CHECK (one = 1), energy_mj INTEGER NOT NULL) STRICT;
INSERT INTO metered SELECT 1, coalesce(sum(energy_mj), 0) FROM postings;
