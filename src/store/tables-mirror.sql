-- What is known of the copy of the series in another database: `mirror.db`. It can be deleted; the copy is then written again from the evidence.
-- The last revision taken, the newest batch that it includes by SHA-256, and the database that this is about. `caught_up`: whether everything
-- has been taken once, so that what is written from then on may replace what was written before. `entry`: the last ledger entry taken.
CREATE TABLE taken (
    one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL, sha256 BLOB NOT NULL, target TEXT NOT NULL,
    caught_up INTEGER NOT NULL CHECK (caught_up IN (0, 1)), entry INTEGER NOT NULL
) STRICT;
INSERT INTO taken VALUES (1, 0, x'', '', 0, 0);
-- How a track is named there, the longest of its windows, the start of its oldest and the end of its newest.
CREATE TABLE tracks (
    device INTEGER NOT NULL, contained INTEGER NOT NULL CHECK (contained IN (0, 1)), node TEXT NOT NULL, uuid TEXT NOT NULL,
    longest_ns INTEGER NOT NULL, earliest_ns INTEGER NOT NULL, latest_ns INTEGER NOT NULL, PRIMARY KEY (device, contained)
) STRICT, WITHOUT ROWID;
-- Hours, counted from 1970, whose sums are not written or no longer right; `again`: whether sums may have been written before.
CREATE TABLE unsettled (
    hour INTEGER NOT NULL, device INTEGER NOT NULL, contained INTEGER NOT NULL CHECK (contained IN (0, 1)),
    again INTEGER NOT NULL CHECK (again IN (0, 1)), PRIMARY KEY (hour, device, contained)
) STRICT, WITHOUT ROWID;
