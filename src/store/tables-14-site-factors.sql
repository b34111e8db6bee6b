-- Shorter posting periods of a site, each from a moment on: the factors of its zone are finer than the period that it was made with.
CREATE TABLE IF NOT EXISTS site_periods (
    site INTEGER NOT NULL REFERENCES sites, since_ns INTEGER NOT NULL,
    period_ns INTEGER NOT NULL CHECK (period_ns > 0 AND 3600000000000 % period_ns = 0), made INTEGER NOT NULL REFERENCES revisions,
    PRIMARY KEY (site, since_ns, made)
) STRICT, WITHOUT ROWID;
-- Which factors a site wants, each from a moment on: a JSON document.
CREATE TABLE IF NOT EXISTS site_preferences (
    site INTEGER NOT NULL REFERENCES sites, since_ns INTEGER NOT NULL, preference TEXT NOT NULL, PRIMARY KEY (site, since_ns)
) STRICT, WITHOUT ROWID;
-- Up to which block the ledger has followed the factors: what came later may give entries a better one.
CREATE TABLE IF NOT EXISTS factor_progress (one INTEGER PRIMARY KEY CHECK (one = 1), block INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO factor_progress SELECT 1, coalesce(max(block), 0) FROM factor_blocks;
