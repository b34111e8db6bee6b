-- The copy of the windows that count, for charts: `series.db`. It can be deleted at any time; the service builds it anew from the evidence.
-- Everything in it has a seal, 48 bits that follow from the content, so that damage is noticed when it is read: a chunk its own, a day the sum of its
-- chunks', a track the sum of its days', and the file the sum of its tracks'. So a row that is gone is noticed too.
-- The last batch taken, by number and SHA-256: what is in this file is what the batches up to there say.
CREATE TABLE taken (
    one INTEGER PRIMARY KEY CHECK (one = 1), batch INTEGER NOT NULL, sha256 BLOB NOT NULL, tracks_seal INTEGER NOT NULL,
    seal INTEGER NOT NULL
) STRICT;
-- The windows of one device, those that another device contains apart. `longest_ns`: how far before a time a window that meets it may begin.
CREATE TABLE tracks (
    device INTEGER NOT NULL, contained INTEGER NOT NULL CHECK (contained IN (0, 1)), longest_ns INTEGER NOT NULL,
    days_seal INTEGER NOT NULL, seal INTEGER NOT NULL, PRIMARY KEY (device, contained)
) STRICT, WITHOUT ROWID;
-- Days are counted from 1970.
CREATE TABLE days (
    device INTEGER NOT NULL, contained INTEGER NOT NULL, day INTEGER NOT NULL, chunks_seal INTEGER NOT NULL,
    PRIMARY KEY (device, contained, day)
) STRICT, WITHOUT ROWID;
-- Windows of one device that begin in one hour (counted from 1970), with their sums. Those of batch 0 are packed in the other table; every other
-- batch has a row of its own until the hour is packed. `windows_seal` is that of the windows, wherever they are.
CREATE TABLE chunks (
    device INTEGER NOT NULL, contained INTEGER NOT NULL CHECK (contained IN (0, 1)), hour INTEGER NOT NULL,
    batch INTEGER NOT NULL, first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, energy_mj INTEGER NOT NULL,
    modelled_mj INTEGER NOT NULL, min_mw INTEGER NOT NULL, max_mw INTEGER NOT NULL, covered_ns INTEGER NOT NULL,
    span_ns INTEGER NOT NULL, low_ns INTEGER NOT NULL, windows_seal INTEGER NOT NULL, seal INTEGER NOT NULL, packed INTEGER, windows BLOB,
    PRIMARY KEY (device, contained, hour, batch), CHECK ((packed IS NULL) <> (windows IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX chunks_to_pack ON chunks (hour) WHERE packed IS NULL;
-- Apart, so that reading sums reads no windows.
CREATE TABLE packed (id INTEGER PRIMARY KEY, windows BLOB NOT NULL) STRICT;
