-- What a site pays for energy. Of the statements that hold at a moment the one with the latest `since_ns` counts, and of those the latest made.
CREATE TABLE site_prices (
    price INTEGER PRIMARY KEY, site INTEGER NOT NULL REFERENCES sites, since_ns INTEGER NOT NULL,
    currency TEXT NOT NULL, micro_per_mwh INTEGER NOT NULL CHECK (micro_per_mwh >= 0)
) STRICT;
-- Who acts on a site's idle energy.
CREATE TABLE site_idle_owners (site INTEGER PRIMARY KEY REFERENCES sites, owner TEXT NOT NULL) STRICT;
-- The zones that a site moved to; before the first it is in the zone that it was made with.
CREATE TABLE site_zones (
    site INTEGER NOT NULL REFERENCES sites, since_ns INTEGER NOT NULL, zone TEXT NOT NULL, PRIMARY KEY (site, since_ns)
) STRICT, WITHOUT ROWID;
-- Reporting periods. A version is the state of the ledger up to an entry; none is ever changed.
CREATE TABLE periods (
    period INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL,
    UNIQUE (from_ns, to_ns), CHECK (from_ns < to_ns)
) STRICT;
CREATE TABLE period_versions (
    period INTEGER NOT NULL REFERENCES periods, version INTEGER NOT NULL, head INTEGER NOT NULL, head_hash BLOB NOT NULL,
    prices INTEGER NOT NULL, closed_ns INTEGER NOT NULL, closed_by TEXT NOT NULL, reason TEXT, seal BLOB NOT NULL,
    PRIMARY KEY (period, version)
) STRICT, WITHOUT ROWID;
-- Project and labels of each job of a version, which may be stated anew later.
CREATE TABLE period_jobs (
    period INTEGER NOT NULL, version INTEGER NOT NULL, job INTEGER NOT NULL REFERENCES jobs, project TEXT,
    labels TEXT NOT NULL, PRIMARY KEY (period, version, job), FOREIGN KEY (period, version) REFERENCES period_versions
) STRICT, WITHOUT ROWID;
-- Gaps as agents report them, beside the evidence so that they can be listed.
CREATE TABLE gaps (
    gap INTEGER PRIMARY KEY, batch INTEGER NOT NULL REFERENCES batches, device INTEGER NOT NULL REFERENCES devices,
    start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, reason TEXT NOT NULL
) STRICT;
