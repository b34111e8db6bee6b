-- Revisions are chained: each hash follows from the one before, the revision, and the batch that made it. `first_posting` is the number that
-- the first posting of the revision has, if it has any.
CREATE TABLE IF NOT EXISTS revision_hashes (
    revision INTEGER PRIMARY KEY REFERENCES revisions, first_posting INTEGER NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS revision_head (one INTEGER PRIMARY KEY CHECK (one = 1), revisions INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
-- Rows that neither follow from evidence nor are stated by an action are sealed, chained: `columns` has 16 bytes of the SHA-256 of each column.
-- The last seal of a row is what it says now.
CREATE TABLE IF NOT EXISTS seals (
    seal INTEGER PRIMARY KEY, of TEXT NOT NULL, row TEXT NOT NULL, columns BLOB NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS seals_by_row ON seals (of, row, seal);
CREATE TABLE IF NOT EXISTS seal_head (one INTEGER PRIMARY KEY CHECK (one = 1), seals INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
-- When the job of an admission had ended, as it was known when its hold was last reckoned.
CREATE TABLE IF NOT EXISTS hold_ends (admission INTEGER PRIMARY KEY REFERENCES admissions, ended_ns INTEGER) STRICT;
-- What is held and metered is reckoned anew from the ledger.
UPDATE budget_progress SET stale = 1;
-- Entries name their postings; older versions named the entry in the posting too.
UPDATE postings SET entry = NULL WHERE entry IS NOT NULL;
