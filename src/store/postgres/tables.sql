-- The tables of the ledger in PostgreSQL: those of SQLite at the same version, column by column (a test compares them). What each is for is said
-- in the steps of SQLite, `tables*.sql`. Integers are bigint, flags 0 or 1; text sorts by its bytes.
CREATE TABLE sites (
    site bigint PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE, zone text COLLATE "C" NOT NULL,
    period_ns bigint NOT NULL CHECK (period_ns > 0 AND 3600000000000 % period_ns = 0)
);
CREATE TABLE nodes (
    node bigint PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE, software text COLLATE "C" NOT NULL, seen_ns bigint NOT NULL,
    longest_ns bigint NOT NULL DEFAULT 0, reached_ns bigint NOT NULL DEFAULT 0);
CREATE TABLE projects (name text COLLATE "C" PRIMARY KEY);
CREATE TABLE revisions (revision bigint PRIMARY KEY, at_ns bigint NOT NULL, reason text COLLATE "C" NOT NULL);
CREATE TABLE chain_head (one bigint PRIMARY KEY CHECK (one = 1), entries bigint NOT NULL, hash bytea NOT NULL);
CREATE TABLE tokens (
    id text COLLATE "C" PRIMARY KEY, name text COLLATE "C" NOT NULL, digest bytea NOT NULL, scopes text COLLATE "C" NOT NULL, project text COLLATE "C",
    created_ns bigint NOT NULL, expires_ns bigint, last_used_ns bigint, revoked_ns bigint
);
CREATE TABLE periods (
    period bigint PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE, from_ns bigint NOT NULL, to_ns bigint NOT NULL,
    UNIQUE (from_ns, to_ns), CHECK (from_ns < to_ns)
);
CREATE TABLE actions (
    action bigint PRIMARY KEY, at_ns bigint NOT NULL, token text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, subject text COLLATE "C" NOT NULL,
    body text COLLATE "C", hash bytea NOT NULL
);
CREATE TABLE action_head (one bigint PRIMARY KEY CHECK (one = 1), actions bigint NOT NULL, hash bytea NOT NULL);
CREATE TABLE metered (one bigint PRIMARY KEY CHECK (one = 1), energy_mj bigint NOT NULL);
CREATE TABLE budgets (
    budget bigint PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE, policy text COLLATE "C" NOT NULL, created_ns bigint NOT NULL,
    created_by text COLLATE "C" NOT NULL, retired_ns bigint
);
CREATE TABLE budget_progress (
    one bigint PRIMARY KEY CHECK (one = 1), posting bigint NOT NULL, entry bigint NOT NULL, stale bigint NOT NULL
);
CREATE TABLE admissions (
    admission bigint PRIMARY KEY, key text COLLATE "C" UNIQUE, demand text COLLATE "C" NOT NULL, project text COLLATE "C" NOT NULL, job text COLLATE "C",
    state text COLLATE "C" NOT NULL, answer text COLLATE "C" NOT NULL, decided_ns bigint NOT NULL, start_ns bigint NOT NULL, span_ns bigint NOT NULL,
    pue_ppm bigint NOT NULL, p50_mj bigint NOT NULL, p95_mj bigint NOT NULL, p50_ug bigint NOT NULL, p95_ug bigint NOT NULL,
    expires_ns bigint NOT NULL, resolved_ns bigint, actual_mj bigint, actual_ug bigint, overrun_mj bigint,
    metered_mj bigint NOT NULL DEFAULT 0, metered_from_ns bigint, metered_to_ns bigint, told text COLLATE "C" NOT NULL DEFAULT ''
);
CREATE TABLE decisions (
    decision bigint PRIMARY KEY, at_ns bigint NOT NULL, by text COLLATE "C" NOT NULL, action text COLLATE "C" NOT NULL, budget bigint,
    admission bigint, document text COLLATE "C" NOT NULL
);
CREATE TABLE decision_head (one bigint PRIMARY KEY CHECK (one = 1), decisions bigint NOT NULL, hash bytea NOT NULL);
CREATE TABLE factor_series (
    series bigint PRIMARY KEY, zone text COLLATE "C" NOT NULL, publisher text COLLATE "C" NOT NULL, edition text COLLATE "C" NOT NULL, basis text COLLATE "C" NOT NULL, gas text COLLATE "C" NOT NULL,
    accounting text COLLATE "C" NOT NULL, step_s bigint NOT NULL CHECK (step_s > 0), is_forecast bigint NOT NULL CHECK (is_forecast IN (0, 1)),
    licence text COLLATE "C" NOT NULL, UNIQUE (zone, publisher, edition, basis, gas, accounting, step_s, is_forecast)
);
CREATE TABLE factor_evidence (
    evidence bigint PRIMARY KEY, source text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, obtained_ns bigint NOT NULL, sha256 bytea NOT NULL UNIQUE,
    body bytea NOT NULL
);
CREATE TABLE factor_progress (one bigint PRIMARY KEY CHECK (one = 1), block bigint NOT NULL);
CREATE TABLE revision_head (one bigint PRIMARY KEY CHECK (one = 1), revisions bigint NOT NULL, hash bytea NOT NULL);
CREATE TABLE seals (
    seal bigint PRIMARY KEY, of text COLLATE "C" NOT NULL, row text COLLATE "C" NOT NULL, columns bytea NOT NULL, hash bytea NOT NULL
);
CREATE TABLE seal_head (one bigint PRIMARY KEY CHECK (one = 1), seals bigint NOT NULL, hash bytea NOT NULL);
CREATE TABLE notices (
    kind text COLLATE "C" NOT NULL, subject text COLLATE "C" NOT NULL, first_ns bigint NOT NULL, last_ns bigint NOT NULL, times bigint NOT NULL, detail text COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE TABLE receipt_order (one bigint PRIMARY KEY CHECK (one = 1), after_batch bigint NOT NULL);
CREATE TABLE enrolment_codes (
    id text COLLATE "C" PRIMARY KEY, name text COLLATE "C" NOT NULL, digest bytea NOT NULL, project text COLLATE "C", created_ns bigint NOT NULL, expires_ns bigint NOT NULL,
    uses_max bigint NOT NULL CHECK (uses_max > 0), uses bigint NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND uses_max), revoked_ns bigint
);
CREATE TABLE kubernetes_objects (
    uid text COLLATE "C" PRIMARY KEY, api_group text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, namespace text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, owner text COLLATE "C",
    state text COLLATE "C" NOT NULL, declared text COLLATE "C" NOT NULL, pods text COLLATE "C" NOT NULL, counted text COLLATE "C" NOT NULL, changed_ns bigint NOT NULL,
    waits_since_ns bigint
);
CREATE TABLE kubernetes_heard (who text COLLATE "C" PRIMARY KEY, last_ns bigint NOT NULL, detail text COLLATE "C" NOT NULL);
CREATE TABLE site_pue (
    site bigint NOT NULL REFERENCES sites, since_ns bigint NOT NULL, ppm bigint NOT NULL CHECK (ppm >= 1000000),
    PRIMARY KEY (site, since_ns)
);
CREATE TABLE devices (
    device bigint PRIMARY KEY, node bigint NOT NULL REFERENCES nodes, uuid text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
    number bigint NOT NULL, kind text COLLATE "C" NOT NULL, limit_mw bigint NOT NULL, counted_in text COLLATE "C",
    longest_ns bigint NOT NULL DEFAULT 0, UNIQUE (node, uuid)
);
CREATE TABLE jobs (
    job bigint PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE, project text COLLATE "C" REFERENCES projects, name text COLLATE "C",
    labels text COLLATE "C" NOT NULL DEFAULT '{}', attempt bigint, started_ns bigint, ended_ns bigint, exit_status bigint,
    posted_mj bigint NOT NULL DEFAULT 0, posted_ug bigint NOT NULL DEFAULT 0, held_us bigint DEFAULT 0, held_idle_us bigint DEFAULT 0, steps bigint NOT NULL DEFAULT 0, 
    posted_mg_per_kwh bigint GENERATED ALWAYS AS (CASE WHEN posted_mj > 0 THEN whole(posted_ug * 3600000.0::float8 / posted_mj) ELSE -1 END) STORED,
    held_idle_ppm bigint GENERATED ALWAYS AS (CASE WHEN held_us > 0 THEN whole(held_idle_us * 1000000.0::float8 / held_us) ELSE -1 END) STORED,
    posted_uj_per_step bigint GENERATED ALWAYS AS (CASE WHEN steps > 0 THEN whole(posted_mj * 1000.0::float8 / steps) ELSE -1 END) STORED
);
CREATE TABLE node_sites (
    id bigint PRIMARY KEY, node bigint NOT NULL REFERENCES nodes, site bigint NOT NULL REFERENCES sites,
    since_ns bigint NOT NULL, made bigint NOT NULL REFERENCES revisions, void bigint REFERENCES revisions
);
CREATE TABLE batches (
    batch bigint PRIMARY KEY REFERENCES revisions, agent text COLLATE "C" NOT NULL, boot text COLLATE "C" NOT NULL, sequence bigint NOT NULL,
    node bigint NOT NULL REFERENCES nodes, wall_ns bigint NOT NULL, received_ns bigint NOT NULL,
    sha256 bytea NOT NULL, body bytea NOT NULL, packing bigint NOT NULL DEFAULT 0, UNIQUE (agent, boot, sequence)
);
CREATE TABLE sessions (
    id text COLLATE "C" PRIMARY KEY, digest bytea NOT NULL, token text COLLATE "C" NOT NULL REFERENCES tokens,
    created_ns bigint NOT NULL, seen_ns bigint NOT NULL
);
CREATE TABLE sign_in_links (
    id text COLLATE "C" PRIMARY KEY, digest bytea NOT NULL, token text COLLATE "C" NOT NULL REFERENCES tokens, expires_ns bigint NOT NULL
);
CREATE TABLE site_prices (
    price bigint PRIMARY KEY, site bigint NOT NULL REFERENCES sites, since_ns bigint NOT NULL,
    currency text COLLATE "C" NOT NULL, micro_per_mwh bigint NOT NULL CHECK (micro_per_mwh >= 0)
);
CREATE TABLE site_idle_owners (site bigint PRIMARY KEY REFERENCES sites, owner text COLLATE "C" NOT NULL);
CREATE TABLE site_zones (
    site bigint NOT NULL REFERENCES sites, since_ns bigint NOT NULL, zone text COLLATE "C" NOT NULL, PRIMARY KEY (site, since_ns)
);
CREATE TABLE period_versions (
    period bigint NOT NULL REFERENCES periods, version bigint NOT NULL, head bigint NOT NULL, head_hash bytea NOT NULL,
    prices bigint NOT NULL, closed_ns bigint NOT NULL, closed_by text COLLATE "C" NOT NULL, reason text COLLATE "C", seal bytea NOT NULL,
    PRIMARY KEY (period, version)
);
CREATE TABLE budget_days (
    budget bigint NOT NULL REFERENCES budgets, day_ns bigint NOT NULL, posted_mj bigint NOT NULL,
    posted_ug bigint NOT NULL, PRIMARY KEY (budget, day_ns)
);
CREATE TABLE budget_open (
    budget bigint NOT NULL REFERENCES budgets, site bigint NOT NULL, period_start_ns bigint NOT NULL,
    energy_mj bigint NOT NULL, PRIMARY KEY (budget, site, period_start_ns)
);
CREATE TABLE holds (
    admission bigint NOT NULL REFERENCES admissions, budget bigint NOT NULL REFERENCES budgets, from_ns bigint NOT NULL,
    reserved bigint NOT NULL CHECK (reserved >= 0), held bigint NOT NULL CHECK (held >= 0), settled bigint NOT NULL,
    PRIMARY KEY (admission, budget)
);
CREATE TABLE budget_holds (
    budget bigint NOT NULL REFERENCES budgets, from_ns bigint NOT NULL, held bigint NOT NULL, settled bigint NOT NULL,
    PRIMARY KEY (budget, from_ns)
);
CREATE TABLE overrides (
    override bigint PRIMARY KEY, budget bigint REFERENCES budgets, admission bigint REFERENCES admissions, state text COLLATE "C" NOT NULL,
    asked_by text COLLATE "C", asked_reason text COLLATE "C", asked_ns bigint, name text COLLATE "C", reason text COLLATE "C", expires_ns bigint, decided_ns bigint, decided_by text COLLATE "C",
    project text COLLATE "C"
);
CREATE TABLE decision_hashes (decision bigint PRIMARY KEY REFERENCES decisions, hash bytea NOT NULL);
CREATE TABLE ledger_sums (
    site bigint NOT NULL REFERENCES sites, project text COLLATE "C" NOT NULL, is_idle bigint NOT NULL CHECK (is_idle IN (0, 1)),
    energy_mj bigint NOT NULL, overhead_mj bigint NOT NULL, co2e_ug bigint NOT NULL, overhead_co2e_ug bigint NOT NULL,
    PRIMARY KEY (site, project, is_idle)
);
CREATE TABLE factor_blocks (
    block bigint PRIMARY KEY, series bigint NOT NULL REFERENCES factor_series, month bigint,
    evidence bigint NOT NULL REFERENCES factor_evidence, start_ns bigint NOT NULL, end_ns bigint NOT NULL, grain_ns bigint NOT NULL,
    amount bigint NOT NULL, unsettled bigint NOT NULL, body bytea NOT NULL
);
CREATE TABLE site_periods (
    site bigint NOT NULL REFERENCES sites, since_ns bigint NOT NULL,
    period_ns bigint NOT NULL CHECK (period_ns > 0 AND 3600000000000 % period_ns = 0), made bigint NOT NULL REFERENCES revisions,
    PRIMARY KEY (site, since_ns, made)
);
CREATE TABLE site_preferences (
    site bigint NOT NULL REFERENCES sites, since_ns bigint NOT NULL, preference text COLLATE "C" NOT NULL, PRIMARY KEY (site, since_ns)
);
CREATE TABLE revision_hashes (
    revision bigint PRIMARY KEY REFERENCES revisions, first_posting bigint NOT NULL, hash bytea NOT NULL
);
CREATE TABLE hold_ends (admission bigint PRIMARY KEY REFERENCES admissions, ended_ns bigint);
CREATE TABLE token_voices (
    token text COLLATE "C" PRIMARY KEY REFERENCES tokens, line text COLLATE "C" REFERENCES tokens, nodes text COLLATE "C",
    holders_only bigint NOT NULL CHECK (holders_only IN (0, 1))
);
CREATE TABLE node_tokens (
    node bigint PRIMARY KEY REFERENCES nodes, token text COLLATE "C" NOT NULL REFERENCES tokens, since_ns bigint NOT NULL
);
CREATE TABLE node_agents (
    agent text COLLATE "C" NOT NULL, node bigint NOT NULL REFERENCES nodes, PRIMARY KEY (agent, node)
);
CREATE TABLE refused_speakers (
    node bigint NOT NULL REFERENCES nodes, token text COLLATE "C" NOT NULL REFERENCES tokens, first_ns bigint NOT NULL, last_ns bigint NOT NULL,
    PRIMARY KEY (node, token)
);
CREATE TABLE job_statements (
    job bigint NOT NULL REFERENCES jobs, wall_ns bigint NOT NULL, agent text COLLATE "C" NOT NULL, boot text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL, body text COLLATE "C" NOT NULL, PRIMARY KEY (job, wall_ns, agent, boot, sequence)
);
CREATE TABLE holdings (
    id bigint PRIMARY KEY, device bigint NOT NULL REFERENCES devices, job bigint NOT NULL REFERENCES jobs,
    start_ns bigint NOT NULL, end_ns bigint, weight bigint NOT NULL CHECK (weight > 0),
    wall_ns bigint NOT NULL, agent text COLLATE "C" NOT NULL, boot text COLLATE "C" NOT NULL, sequence bigint NOT NULL,
    made bigint NOT NULL REFERENCES revisions, void bigint REFERENCES revisions
);
CREATE TABLE set_aside (
    batch bigint NOT NULL REFERENCES batches, position bigint NOT NULL, device bigint NOT NULL REFERENCES devices,
    start_ns bigint NOT NULL, end_ns bigint NOT NULL, energy_mj bigint NOT NULL, reason text COLLATE "C" NOT NULL,
    PRIMARY KEY (batch, position)
);
CREATE TABLE ledger_entries (
    id bigint PRIMARY KEY, kind text COLLATE "C" NOT NULL, reverses bigint REFERENCES ledger_entries, reason text COLLATE "C" NOT NULL,
    job bigint NOT NULL REFERENCES jobs, node bigint NOT NULL REFERENCES nodes, site bigint NOT NULL REFERENCES sites,
    component text COLLATE "C" NOT NULL, period_start_ns bigint NOT NULL, period_end_ns bigint NOT NULL,
    start_ns bigint NOT NULL, end_ns bigint NOT NULL, energy_mj bigint NOT NULL, overhead_mj bigint NOT NULL,
    pue_ppm bigint NOT NULL, intensity_mg_per_kwh bigint NOT NULL, co2e_ug bigint NOT NULL,
    overhead_co2e_ug bigint NOT NULL, factor text COLLATE "C" NOT NULL, provisional bigint NOT NULL CHECK (provisional IN (0, 1)), modelled_mj bigint NOT NULL,
    covered_ns bigint NOT NULL, span_ns bigint NOT NULL, first_posting bigint NOT NULL, last_posting bigint NOT NULL,
    posted_ns bigint NOT NULL, hash bytea NOT NULL
);
CREATE TABLE reaches (
    node bigint NOT NULL REFERENCES nodes, start_ns bigint NOT NULL, batch bigint NOT NULL REFERENCES batches,
    end_ns bigint NOT NULL, devices text COLLATE "C" NOT NULL, PRIMARY KEY (node, start_ns, batch, end_ns)
);
CREATE TABLE open_accounts (
    node bigint NOT NULL REFERENCES nodes, period_start_ns bigint NOT NULL, job bigint NOT NULL REFERENCES jobs,
    component text COLLATE "C" NOT NULL, site bigint NOT NULL REFERENCES sites, period_end_ns bigint NOT NULL,
    start_ns bigint NOT NULL, end_ns bigint NOT NULL, energy_mj bigint NOT NULL, modelled_mj bigint NOT NULL,
    covered_ns bigint NOT NULL, span_ns bigint NOT NULL, first_posting bigint NOT NULL, last_posting bigint NOT NULL,
    takes_back bigint NOT NULL CHECK (takes_back IN (0, 1)),
    PRIMARY KEY (node, period_start_ns, job, component, site)
);
CREATE TABLE job_labels (
    name text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL, job bigint NOT NULL REFERENCES jobs, PRIMARY KEY (name, value, job)
);
CREATE TABLE job_steps (
    job bigint NOT NULL REFERENCES jobs, at_ns bigint NOT NULL, steps bigint NOT NULL CHECK (steps >= 0),
    samples bigint CHECK (samples >= 0), PRIMARY KEY (job, at_ns)
);
CREATE TABLE period_jobs (
    period bigint NOT NULL, version bigint NOT NULL, job bigint NOT NULL REFERENCES jobs, project text COLLATE "C",
    labels text COLLATE "C" NOT NULL, PRIMARY KEY (period, version, job), FOREIGN KEY (period, version) REFERENCES period_versions
);
CREATE TABLE gaps (
    gap bigint PRIMARY KEY, batch bigint NOT NULL REFERENCES batches, device bigint NOT NULL REFERENCES devices,
    start_ns bigint NOT NULL, end_ns bigint NOT NULL, reason text COLLATE "C" NOT NULL
);
CREATE TABLE held_time (
    batch bigint NOT NULL REFERENCES batches, job bigint NOT NULL REFERENCES jobs, device_us bigint NOT NULL,
    idle_us bigint NOT NULL, PRIMARY KEY (batch, job)
);
CREATE TABLE deferred_attributions (
    batch bigint PRIMARY KEY REFERENCES batches, believed bigint NOT NULL
);
CREATE TABLE batch_projects (batch bigint PRIMARY KEY REFERENCES batches, project text COLLATE "C" NOT NULL);
CREATE TABLE postings (
    posting bigint PRIMARY KEY, revision bigint NOT NULL REFERENCES revisions,
    batch bigint NOT NULL REFERENCES batches, job bigint NOT NULL REFERENCES jobs,
    node bigint NOT NULL REFERENCES nodes, site bigint NOT NULL REFERENCES sites, component text COLLATE "C" NOT NULL,
    period_start_ns bigint NOT NULL, period_end_ns bigint NOT NULL, start_ns bigint NOT NULL, end_ns bigint NOT NULL,
    energy_mj bigint NOT NULL, modelled_mj bigint NOT NULL, covered_ns bigint NOT NULL, span_ns bigint NOT NULL,
    takes_back bigint NOT NULL CHECK (takes_back IN (0, 1)), entry bigint REFERENCES ledger_entries
);
CREATE INDEX devices_by_uuid ON devices (uuid);
CREATE INDEX jobs_by_project ON jobs (project);
CREATE INDEX node_sites_by_node ON node_sites (node, since_ns);
CREATE INDEX holdings_by_device ON holdings (device, start_ns);
CREATE INDEX holdings_by_end ON holdings (device, end_ns, void);
CREATE INDEX holdings_by_job ON holdings (job);
CREATE INDEX postings_by_batch ON postings (batch);
CREATE INDEX postings_by_key ON postings (node, period_start_ns, job, component, site);
CREATE INDEX ledger_entries_by_key ON ledger_entries (node, period_start_ns, job, component, site);
CREATE INDEX ledger_entries_by_job ON ledger_entries (job);
CREATE UNIQUE INDEX ledger_entries_reversed_once ON ledger_entries (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX open_accounts_by_end ON open_accounts (period_end_ns);
CREATE INDEX open_accounts_by_job ON open_accounts (job);
CREATE INDEX jobs_by_energy ON jobs (posted_mj);
CREATE INDEX jobs_by_co2e ON jobs (posted_ug);
CREATE INDEX jobs_by_project_and_energy ON jobs (project, posted_mj);
CREATE INDEX jobs_by_project_and_co2e ON jobs (project, posted_ug);
CREATE INDEX jobs_by_end ON jobs (ended_ns);
CREATE INDEX job_labels_by_job ON job_labels (job);
CREATE INDEX ledger_entries_by_start ON ledger_entries (start_ns, job, node, site, energy_mj, co2e_ug, overhead_mj,
    overhead_co2e_ug, modelled_mj, provisional, covered_ns, span_ns);
CREATE INDEX actions_by_time ON actions (at_ns);
CREATE INDEX jobs_by_intensity ON jobs (posted_mg_per_kwh);
CREATE INDEX jobs_by_held_idle ON jobs (held_idle_ppm);
CREATE INDEX jobs_by_energy_per_step ON jobs (posted_uj_per_step);
CREATE INDEX admissions_by_job ON admissions (job);
CREATE INDEX admissions_held ON admissions (expires_ns) WHERE state = 'held';
CREATE INDEX admissions_by_project ON admissions (project);
CREATE INDEX holds_by_budget ON holds (budget);
CREATE INDEX overrides_by_admission ON overrides (admission);
CREATE INDEX decisions_by_admission ON decisions (admission);
CREATE INDEX decisions_by_budget ON decisions (budget);
CREATE INDEX jobs_by_start ON jobs (coalesce(started_ns, -1));
CREATE INDEX factor_blocks_by_month ON factor_blocks (series, month, end_ns, grain_ns);
CREATE INDEX factor_blocks_by_evidence ON factor_blocks (evidence);
CREATE INDEX seals_by_row ON seals (of, row, seal);
CREATE INDEX gaps_of_clocks ON gaps (device) WHERE reason IN ('set_ahead', 'set_back');
CREATE INDEX gaps_by_batch ON gaps (batch);
CREATE INDEX kubernetes_by_owner ON kubernetes_objects (owner);
CREATE INDEX kubernetes_by_place ON kubernetes_objects (namespace, kind, name);
CREATE INDEX kubernetes_waiting ON kubernetes_objects (waits_since_ns) WHERE waits_since_ns IS NOT NULL;
-- Job 0 is idle: energy that nobody held. Site 0 is that of nodes without one.
INSERT INTO sites (site, name, zone, period_ns) VALUES (0, 'unassigned', 'X-WORLD', 3600000000000);
INSERT INTO jobs (job, id) VALUES (0, '');
INSERT INTO chain_head VALUES (1, 0, zeroblob(32));
INSERT INTO action_head VALUES (1, 0, zeroblob(32));
INSERT INTO decision_head VALUES (1, 0, zeroblob(32));
INSERT INTO revision_head VALUES (1, 0, zeroblob(32));
INSERT INTO seal_head VALUES (1, 0, zeroblob(32));
INSERT INTO metered VALUES (1, 0);
INSERT INTO budget_progress VALUES (1, 0, 0, 1);
INSERT INTO factor_progress VALUES (1, 0);
INSERT INTO receipt_order VALUES (1, 0);
