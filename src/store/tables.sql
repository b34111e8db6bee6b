CREATE TABLE sites (
    site INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, zone TEXT NOT NULL,
    period_ns INTEGER NOT NULL CHECK (period_ns > 0 AND 3600000000000 % period_ns = 0)
) STRICT;
CREATE TABLE site_pue (
    site INTEGER NOT NULL REFERENCES sites, since_ns INTEGER NOT NULL, ppm INTEGER NOT NULL CHECK (ppm >= 1000000),
    PRIMARY KEY (site, since_ns)
) STRICT, WITHOUT ROWID;
CREATE TABLE nodes (
    node INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, software TEXT NOT NULL, seen_ns INTEGER NOT NULL
) STRICT;
CREATE TABLE devices (
    device INTEGER PRIMARY KEY, node INTEGER NOT NULL REFERENCES nodes, uuid TEXT NOT NULL, name TEXT NOT NULL,
    number INTEGER NOT NULL, kind TEXT NOT NULL, limit_mw INTEGER NOT NULL, counted_in TEXT,
    longest_ns INTEGER NOT NULL DEFAULT 0, UNIQUE (node, uuid)
) STRICT;
CREATE INDEX devices_by_uuid ON devices (uuid);
CREATE TABLE projects (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
-- Job 0 is idle: energy that nobody held.
CREATE TABLE jobs (
    job INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, project TEXT REFERENCES projects, name TEXT,
    labels TEXT NOT NULL DEFAULT '{}', attempt INTEGER, started_ns INTEGER, ended_ns INTEGER, exit_status INTEGER
) STRICT;
CREATE INDEX jobs_by_project ON jobs (project);
INSERT INTO jobs (job, id) VALUES (0, '');
INSERT INTO sites (site, name, zone, period_ns) VALUES (0, 'unassigned', 'X-WORLD', 3600000000000);
CREATE TABLE job_statements (
    job INTEGER NOT NULL REFERENCES jobs, wall_ns INTEGER NOT NULL, agent TEXT NOT NULL, boot TEXT NOT NULL,
    sequence INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (job, wall_ns, agent, boot, sequence)
) STRICT, WITHOUT ROWID;
-- Everything that can move attributed energy has a revision; a row with `made` and `void` was believed in between.
CREATE TABLE revisions (revision INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE TABLE node_sites (
    id INTEGER PRIMARY KEY, node INTEGER NOT NULL REFERENCES nodes, site INTEGER NOT NULL REFERENCES sites,
    since_ns INTEGER NOT NULL, made INTEGER NOT NULL REFERENCES revisions, void INTEGER REFERENCES revisions
) STRICT;
CREATE INDEX node_sites_by_node ON node_sites (node, since_ns);
CREATE TABLE holdings (
    id INTEGER PRIMARY KEY, device INTEGER NOT NULL REFERENCES devices, job INTEGER NOT NULL REFERENCES jobs,
    start_ns INTEGER NOT NULL, end_ns INTEGER, weight INTEGER NOT NULL CHECK (weight > 0),
    wall_ns INTEGER NOT NULL, agent TEXT NOT NULL, boot TEXT NOT NULL, sequence INTEGER NOT NULL,
    made INTEGER NOT NULL REFERENCES revisions, void INTEGER REFERENCES revisions
) STRICT;
CREATE INDEX holdings_by_device ON holdings (device, start_ns);
CREATE INDEX holdings_by_end ON holdings (device, end_ns, void);
CREATE INDEX holdings_by_job ON holdings (job);
-- Evidence: the bytes as the agent fixed them. The number of a batch is the revision that it made.
CREATE TABLE batches (
    batch INTEGER PRIMARY KEY REFERENCES revisions, agent TEXT NOT NULL, boot TEXT NOT NULL, sequence INTEGER NOT NULL,
    node INTEGER NOT NULL REFERENCES nodes, wall_ns INTEGER NOT NULL, received_ns INTEGER NOT NULL,
    sha256 BLOB NOT NULL, body BLOB NOT NULL, UNIQUE (agent, boot, sequence)
) STRICT;
-- From the first to the last moment that a batch's windows of a device cover.
CREATE TABLE spans (
    device INTEGER NOT NULL REFERENCES devices, start_ns INTEGER NOT NULL, batch INTEGER NOT NULL REFERENCES batches,
    end_ns INTEGER NOT NULL, PRIMARY KEY (device, start_ns, batch)
) STRICT, WITHOUT ROWID;
CREATE INDEX spans_by_batch ON spans (batch);
-- Windows that are evidence but not energy, and why.
CREATE TABLE set_aside (
    batch INTEGER NOT NULL REFERENCES batches, position INTEGER NOT NULL, device INTEGER NOT NULL REFERENCES devices,
    start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, energy_mj INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (batch, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE postings (
    posting INTEGER PRIMARY KEY, revision INTEGER NOT NULL REFERENCES revisions,
    batch INTEGER NOT NULL REFERENCES batches, job INTEGER NOT NULL REFERENCES jobs,
    node INTEGER NOT NULL REFERENCES nodes, site INTEGER NOT NULL REFERENCES sites, component TEXT NOT NULL,
    period_start_ns INTEGER NOT NULL, period_end_ns INTEGER NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
    energy_mj INTEGER NOT NULL, modelled_mj INTEGER NOT NULL, covered_ns INTEGER NOT NULL, span_ns INTEGER NOT NULL,
    takes_back INTEGER NOT NULL CHECK (takes_back IN (0, 1)), entry INTEGER REFERENCES ledger_entries
) STRICT;
CREATE INDEX postings_open ON postings (period_end_ns) WHERE entry IS NULL;
CREATE INDEX postings_by_batch ON postings (batch);
CREATE INDEX postings_by_key ON postings (node, period_start_ns, job, component, site);
CREATE TABLE ledger_entries (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, reverses INTEGER REFERENCES ledger_entries, reason TEXT NOT NULL,
    job INTEGER NOT NULL REFERENCES jobs, node INTEGER NOT NULL REFERENCES nodes, site INTEGER NOT NULL REFERENCES sites,
    component TEXT NOT NULL, period_start_ns INTEGER NOT NULL, period_end_ns INTEGER NOT NULL,
    start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, energy_mj INTEGER NOT NULL, overhead_mj INTEGER NOT NULL,
    pue_ppm INTEGER NOT NULL, intensity_mg_per_kwh INTEGER NOT NULL, co2e_ug INTEGER NOT NULL,
    overhead_co2e_ug INTEGER NOT NULL, factor TEXT NOT NULL, provisional INTEGER NOT NULL CHECK (provisional IN (0, 1)), modelled_mj INTEGER NOT NULL,
    covered_ns INTEGER NOT NULL, span_ns INTEGER NOT NULL, first_posting INTEGER NOT NULL, last_posting INTEGER NOT NULL,
    posted_ns INTEGER NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE INDEX ledger_entries_by_key ON ledger_entries (node, period_start_ns, job, component, site);
CREATE INDEX ledger_entries_by_job ON ledger_entries (job);
CREATE INDEX ledger_entries_by_start ON ledger_entries (start_ns);
CREATE UNIQUE INDEX ledger_entries_reversed_once ON ledger_entries (reverses) WHERE reverses IS NOT NULL;
-- The head of the chain, apart from the chain, so that a cut tail is found.
CREATE TABLE chain_head (one INTEGER PRIMARY KEY CHECK (one = 1), entries INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
INSERT INTO chain_head VALUES (1, 0, zeroblob(32));
-- Carbon intensities of an hour or less, as imported; origin is their type, publisher, edition and licence.
CREATE TABLE factors (
    zone TEXT NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, intensity_mg_per_kwh INTEGER NOT NULL,
    edition TEXT NOT NULL, origin TEXT NOT NULL, imported_ns INTEGER NOT NULL, PRIMARY KEY (zone, start_ns, edition)
) STRICT, WITHOUT ROWID;
-- Access. The digest is the SHA-256 of a token's text; a missing project is every project.
CREATE TABLE tokens (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, digest BLOB NOT NULL, scopes TEXT NOT NULL, project TEXT,
    created_ns INTEGER NOT NULL, expires_ns INTEGER, last_used_ns INTEGER, revoked_ns INTEGER
) STRICT;
