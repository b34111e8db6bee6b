-- Factors as they were obtained. A series is one zone, type, publisher, edition and step; nothing of it is ever changed, blocks are only added.
CREATE TABLE IF NOT EXISTS factor_series (
    series INTEGER PRIMARY KEY, zone TEXT NOT NULL, publisher TEXT NOT NULL, edition TEXT NOT NULL, basis TEXT NOT NULL, gas TEXT NOT NULL,
    accounting TEXT NOT NULL, step_s INTEGER NOT NULL CHECK (step_s > 0), is_forecast INTEGER NOT NULL CHECK (is_forecast IN (0, 1)),
    licence TEXT NOT NULL, UNIQUE (zone, publisher, edition, basis, gas, accounting, step_s, is_forecast)
) STRICT;
-- The bytes of a file or a provider's reply, as a zstd frame; `sha256` is that of the bytes as they were obtained.
CREATE TABLE IF NOT EXISTS factor_evidence (
    evidence INTEGER PRIMARY KEY, source TEXT NOT NULL, name TEXT NOT NULL, obtained_ns INTEGER NOT NULL, sha256 BLOB NOT NULL UNIQUE,
    body BLOB NOT NULL
) STRICT;
-- What one of them added to a series in a month (months since January 1970; NULL: values of more than an hour). Of one time, the newest counts.
CREATE TABLE IF NOT EXISTS factor_blocks (
    block INTEGER PRIMARY KEY, series INTEGER NOT NULL REFERENCES factor_series, month INTEGER,
    evidence INTEGER NOT NULL REFERENCES factor_evidence, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, grain_ns INTEGER NOT NULL,
    amount INTEGER NOT NULL, unsettled INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS factor_blocks_by_month ON factor_blocks (series, month, end_ns, grain_ns);
CREATE INDEX IF NOT EXISTS factor_blocks_by_evidence ON factor_blocks (evidence);
