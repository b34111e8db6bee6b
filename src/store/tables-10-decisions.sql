-- Decisions are chained: each hash follows from the one before and the decision. The head stands apart, so that a cut tail is found.
CREATE TABLE decision_hashes (decision INTEGER PRIMARY KEY REFERENCES decisions, hash BLOB NOT NULL) STRICT;
CREATE TABLE decision_head (one INTEGER PRIMARY KEY CHECK (one = 1), decisions INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
INSERT INTO decision_head VALUES (1, 0, zeroblob(32));
