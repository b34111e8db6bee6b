-- Budgets. The policy is a JSON document; how much is spent is kept here with what it sums, and can be summed anew at any time.
CREATE TABLE budgets (
    budget INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, policy TEXT NOT NULL, created_ns INTEGER NOT NULL,
    created_by TEXT NOT NULL, retired_ns INTEGER
) STRICT;
-- Posted energy and CO2e, facility overhead included, by the day in the budget's time zone that the posting period begins in.
CREATE TABLE budget_days (
    budget INTEGER NOT NULL REFERENCES budgets, day_ns INTEGER NOT NULL, posted_mj INTEGER NOT NULL,
    posted_ug INTEGER NOT NULL, PRIMARY KEY (budget, day_ns)
) STRICT, WITHOUT ROWID;
-- IT energy that is not posted yet: sums of postings less sums of entries.
CREATE TABLE budget_open (
    budget INTEGER NOT NULL REFERENCES budgets, site INTEGER NOT NULL, period_start_ns INTEGER NOT NULL,
    energy_mj INTEGER NOT NULL, PRIMARY KEY (budget, site, period_start_ns)
) STRICT, WITHOUT ROWID;
-- Up to which posting and entry the sums go; `stale` where they have to be summed anew.
CREATE TABLE budget_progress (
    one INTEGER PRIMARY KEY CHECK (one = 1), posting INTEGER NOT NULL, entry INTEGER NOT NULL, stale INTEGER NOT NULL
) STRICT;
INSERT INTO budget_progress VALUES (1, 0, 0, 1);
-- A job with energy that changes its project or labels moves that energy between budgets.
CREATE TRIGGER budget_facts AFTER UPDATE OF project, labels ON jobs
    WHEN (OLD.project IS NOT NEW.project OR OLD.labels IS NOT NEW.labels)
        AND (NEW.posted_mj <> 0 OR EXISTS (SELECT 1 FROM open_accounts WHERE job = NEW.job))
    BEGIN UPDATE budget_progress SET stale = 1; END;
-- Decisions. `demand` is what was asked, byte for byte what a repetition must ask; `answer` what was said.
CREATE TABLE admissions (
    admission INTEGER PRIMARY KEY, key TEXT UNIQUE, demand TEXT NOT NULL, project TEXT NOT NULL, job TEXT,
    state TEXT NOT NULL, answer TEXT NOT NULL, decided_ns INTEGER NOT NULL, start_ns INTEGER NOT NULL, span_ns INTEGER NOT NULL,
    pue_ppm INTEGER NOT NULL, p50_mj INTEGER NOT NULL, p95_mj INTEGER NOT NULL, p50_ug INTEGER NOT NULL, p95_ug INTEGER NOT NULL,
    expires_ns INTEGER NOT NULL, resolved_ns INTEGER, actual_mj INTEGER, actual_ug INTEGER, overrun_mj INTEGER,
    metered_mj INTEGER NOT NULL DEFAULT 0, metered_from_ns INTEGER, metered_to_ns INTEGER, told TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX admissions_by_job ON admissions (job);
CREATE INDEX admissions_held ON admissions (expires_ns) WHERE state = 'held';
CREATE INDEX admissions_by_project ON admissions (project);
-- What an admission holds of a budget, in its unit (mJ or µg), in the budget period that begins at `from_ns`;
-- `settled` is what was stated as used and the ledger does not have.
CREATE TABLE holds (
    admission INTEGER NOT NULL REFERENCES admissions, budget INTEGER NOT NULL REFERENCES budgets, from_ns INTEGER NOT NULL,
    reserved INTEGER NOT NULL CHECK (reserved >= 0), held INTEGER NOT NULL CHECK (held >= 0), settled INTEGER NOT NULL,
    PRIMARY KEY (admission, budget)
) STRICT, WITHOUT ROWID;
CREATE INDEX holds_by_budget ON holds (budget);
-- Sums of `holds`, kept with them.
CREATE TABLE budget_holds (
    budget INTEGER NOT NULL REFERENCES budgets, from_ns INTEGER NOT NULL, held INTEGER NOT NULL, settled INTEGER NOT NULL,
    PRIMARY KEY (budget, from_ns)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER holds_made AFTER INSERT ON holds BEGIN
    INSERT INTO budget_holds VALUES (NEW.budget, NEW.from_ns, NEW.held, NEW.settled)
        ON CONFLICT DO UPDATE SET held = held + NEW.held, settled = settled + NEW.settled;
END;
CREATE TRIGGER holds_changed AFTER UPDATE OF held, settled, from_ns ON holds BEGIN
    UPDATE budget_holds SET held = held - OLD.held, settled = settled - OLD.settled WHERE budget = OLD.budget AND from_ns = OLD.from_ns;
    INSERT INTO budget_holds VALUES (NEW.budget, NEW.from_ns, NEW.held, NEW.settled)
        ON CONFLICT DO UPDATE SET held = held + NEW.held, settled = settled + NEW.settled;
END;
-- A denied user asks; somebody answers. Without `admission` it is an override that nobody asked for.
CREATE TABLE overrides (
    override INTEGER PRIMARY KEY, budget INTEGER REFERENCES budgets, admission INTEGER REFERENCES admissions, state TEXT NOT NULL,
    asked_by TEXT, asked_reason TEXT, asked_ns INTEGER, name TEXT, reason TEXT, expires_ns INTEGER, decided_ns INTEGER, decided_by TEXT,
    project TEXT
) STRICT;
CREATE INDEX overrides_by_admission ON overrides (admission);
-- What was decided, by whom, and what was known then. Never changed.
CREATE TABLE decisions (
    decision INTEGER PRIMARY KEY, at_ns INTEGER NOT NULL, by TEXT NOT NULL, action TEXT NOT NULL, budget INTEGER,
    admission INTEGER, document TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_by_admission ON decisions (admission);
CREATE INDEX decisions_by_budget ON decisions (budget);
CREATE TRIGGER decisions_are_kept BEFORE UPDATE ON decisions BEGIN SELECT raise(ABORT, 'a decision is never changed'); END;
CREATE TRIGGER decisions_are_not_deleted BEFORE DELETE ON decisions BEGIN SELECT raise(ABORT, 'a decision is never deleted'); END;
