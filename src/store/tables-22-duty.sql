-- What one of the services on a ledger does for all. `term` counts how often the duty was taken up; who is on it writes with the number of its term.
CREATE TABLE IF NOT EXISTS duty (one INTEGER PRIMARY KEY CHECK (one = 1), term INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO duty VALUES (1, 0);
-- What is remembered on duty from one round to the next, whoever has the next: what a webhook was told, when a provider was asked, what was sent on.
CREATE TABLE IF NOT EXISTS duty_notes (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
