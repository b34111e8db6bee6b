-- What the service noticed by itself and somebody should know: of each kind and subject the first and last time, how often, and in words.
CREATE TABLE IF NOT EXISTS notices (
    kind TEXT NOT NULL, subject TEXT NOT NULL, first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, times INTEGER NOT NULL, detail TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;
