-- Batches whose energy a statement moves that is followed a few batches at a time: until then they are posted as `believed`, the revision before it.
CREATE TABLE IF NOT EXISTS deferred_attributions (
    batch INTEGER PRIMARY KEY REFERENCES batches, believed INTEGER NOT NULL
) STRICT;
