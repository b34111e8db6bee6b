-- The copy of the windows that count, for charts: `series.db`. It can be deleted at any time; the service builds it anew from the evidence.
-- The last batch taken, by number and SHA-256: what is in this file is what the batches up to there say.
CREATE TABLE taken (one INTEGER PRIMARY KEY CHECK (one = 1), batch INTEGER NOT NULL, sha256 BLOB NOT NULL) STRICT;
INSERT INTO taken VALUES (1, 0, x'');
-- The longest window of a device: how far before a time a window that meets it may begin.
CREATE TABLE longest (device INTEGER PRIMARY KEY, span_ns INTEGER NOT NULL) STRICT;
-- Windows of one device that begin in one hour (counted from 1970), with their sums. Those of batch 0 are packed in the other table; every other
-- batch has a row of its own until the hour is packed.
CREATE TABLE chunks (
    device INTEGER NOT NULL, contained INTEGER NOT NULL CHECK (contained IN (0, 1)), hour INTEGER NOT NULL,
    batch INTEGER NOT NULL, first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, energy_mj INTEGER NOT NULL,
    modelled_mj INTEGER NOT NULL, min_mw INTEGER NOT NULL, max_mw INTEGER NOT NULL, covered_ns INTEGER NOT NULL,
    span_ns INTEGER NOT NULL, low_ns INTEGER NOT NULL, packed INTEGER, windows BLOB,
    PRIMARY KEY (device, contained, hour, batch), CHECK ((packed IS NULL) <> (windows IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX chunks_to_pack ON chunks (hour) WHERE packed IS NULL;
-- Apart, so that reading sums reads no windows.
CREATE TABLE packed (id INTEGER PRIMARY KEY, windows BLOB NOT NULL) STRICT;
