-- The bytes of a batch are kept as a zstd frame where `packing` is 1; `sha256` is that of the bytes as the agent fixed them.
ALTER TABLE batches ADD COLUMN packing INTEGER NOT NULL DEFAULT 0;
-- From the first to the last moment that a batch's windows cover, one row for the devices that share it: `,3,4,`.
CREATE TABLE reaches (
    node INTEGER NOT NULL REFERENCES nodes, start_ns INTEGER NOT NULL, batch INTEGER NOT NULL REFERENCES batches,
    end_ns INTEGER NOT NULL, devices TEXT NOT NULL, PRIMARY KEY (node, start_ns, batch, end_ns)
) STRICT, WITHOUT ROWID;
INSERT INTO reaches SELECT node, start_ns, batch, end_ns, ',' || group_concat(device) || ','
    FROM spans JOIN devices USING (device) GROUP BY node, start_ns, batch, end_ns;
-- The longest reach of a node bounds a search; nothing of it is known to reach past `reached_ns`.
ALTER TABLE nodes ADD COLUMN longest_ns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE nodes ADD COLUMN reached_ns INTEGER NOT NULL DEFAULT 0;
UPDATE nodes SET longest_ns = coalesce((SELECT max(end_ns - start_ns) FROM reaches WHERE reaches.node = nodes.node), 0),
    reached_ns = coalesce((SELECT max(end_ns) FROM reaches WHERE reaches.node = nodes.node), 0);
DROP TABLE spans;
-- The sum of the open postings of each account, kept with every posting; `takes_back` where one of them takes another back.
-- (`postings.entry` is no longer written: an entry names its account and its first and last posting.)
CREATE TABLE open_accounts (
    node INTEGER NOT NULL REFERENCES nodes, period_start_ns INTEGER NOT NULL, job INTEGER NOT NULL REFERENCES jobs,
    component TEXT NOT NULL, site INTEGER NOT NULL REFERENCES sites, period_end_ns INTEGER NOT NULL,
    start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, energy_mj INTEGER NOT NULL, modelled_mj INTEGER NOT NULL,
    covered_ns INTEGER NOT NULL, span_ns INTEGER NOT NULL, first_posting INTEGER NOT NULL, last_posting INTEGER NOT NULL,
    takes_back INTEGER NOT NULL CHECK (takes_back IN (0, 1)),
    PRIMARY KEY (node, period_start_ns, job, component, site)
) STRICT, WITHOUT ROWID;
INSERT INTO open_accounts SELECT node, period_start_ns, job, component, site, period_end_ns, min(start_ns), max(end_ns),
    sum(energy_mj), sum(modelled_mj), sum(covered_ns), sum(span_ns), min(posting), max(posting), max(takes_back)
    FROM postings WHERE entry IS NULL GROUP BY node, period_start_ns, job, component, site;
CREATE INDEX open_accounts_by_end ON open_accounts (period_end_ns);
CREATE INDEX open_accounts_by_job ON open_accounts (job);
DROP INDEX postings_open;
-- What is posted to each job: the sums of its entries, kept with every entry.
ALTER TABLE jobs ADD COLUMN posted_mj INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN posted_ug INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET posted_mj = sums.mj, posted_ug = sums.ug FROM
    (SELECT job, sum(energy_mj) AS mj, sum(co2e_ug) AS ug FROM ledger_entries GROUP BY job) AS sums WHERE sums.job = jobs.job;
CREATE INDEX jobs_by_energy ON jobs (posted_mj);
CREATE INDEX jobs_by_co2e ON jobs (posted_ug);
CREATE INDEX jobs_by_project_and_energy ON jobs (project, posted_mj);
CREATE INDEX jobs_by_project_and_co2e ON jobs (project, posted_ug);
CREATE INDEX jobs_by_end ON jobs (ended_ns);
CREATE TABLE job_labels (
    name TEXT NOT NULL, value TEXT NOT NULL, job INTEGER NOT NULL REFERENCES jobs, PRIMARY KEY (name, value, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_labels_by_job ON job_labels (job);
INSERT INTO job_labels SELECT key, value, job FROM jobs, json_each(jobs.labels);
-- A report reads this and not the entries.
DROP INDEX ledger_entries_by_start;
CREATE INDEX ledger_entries_by_start ON ledger_entries (start_ns, job, node, site, energy_mj, co2e_ug, overhead_mj,
    overhead_co2e_ug, modelled_mj, provisional, covered_ns, span_ns);
