-- What is posted at each site to each project (empty for jobs without one, and for idle): sums of entries, kept with every entry.
-- Made anew where an older directory has it already.
CREATE TABLE IF NOT EXISTS ledger_sums (
    site INTEGER NOT NULL REFERENCES sites, project TEXT NOT NULL, is_idle INTEGER NOT NULL CHECK (is_idle IN (0, 1)),
    energy_mj INTEGER NOT NULL, overhead_mj INTEGER NOT NULL, co2e_ug INTEGER NOT NULL, overhead_co2e_ug INTEGER NOT NULL,
    PRIMARY KEY (site, project, is_idle)
) STRICT, WITHOUT ROWID;
DELETE FROM ledger_sums;
INSERT INTO ledger_sums SELECT site, coalesce(project, ''), job = 0, sum(energy_mj), sum(overhead_mj), sum(co2e_ug), sum(overhead_co2e_ug)
    FROM ledger_entries JOIN jobs USING (job) GROUP BY 1, 2, 3;
CREATE TRIGGER IF NOT EXISTS entry_summed AFTER INSERT ON ledger_entries BEGIN
    INSERT INTO ledger_sums SELECT NEW.site, coalesce(project, ''), NEW.job = 0, NEW.energy_mj, NEW.overhead_mj, NEW.co2e_ug,
        NEW.overhead_co2e_ug FROM jobs WHERE job = NEW.job
        ON CONFLICT DO UPDATE SET energy_mj = energy_mj + excluded.energy_mj, overhead_mj = overhead_mj + excluded.overhead_mj,
        co2e_ug = co2e_ug + excluded.co2e_ug, overhead_co2e_ug = overhead_co2e_ug + excluded.overhead_co2e_ug;
END;
-- A job with entries that changes its project takes them along.
CREATE TRIGGER IF NOT EXISTS entries_follow_project AFTER UPDATE OF project ON jobs WHEN OLD.project IS NOT NEW.project BEGIN
    UPDATE ledger_sums SET energy_mj = ledger_sums.energy_mj - own.mj, overhead_mj = ledger_sums.overhead_mj - own.overhead,
        co2e_ug = ledger_sums.co2e_ug - own.ug, overhead_co2e_ug = ledger_sums.overhead_co2e_ug - own.overhead_ug
        FROM (SELECT site, sum(energy_mj) AS mj, sum(overhead_mj) AS overhead, sum(co2e_ug) AS ug,
            sum(overhead_co2e_ug) AS overhead_ug FROM ledger_entries WHERE job = NEW.job GROUP BY site) AS own
        WHERE ledger_sums.site = own.site AND project = coalesce(OLD.project, '') AND is_idle = 0;
    INSERT INTO ledger_sums SELECT site, coalesce(NEW.project, ''), 0, sum(energy_mj), sum(overhead_mj), sum(co2e_ug),
        sum(overhead_co2e_ug) FROM ledger_entries WHERE job = NEW.job GROUP BY site
        ON CONFLICT DO UPDATE SET energy_mj = energy_mj + excluded.energy_mj, overhead_mj = overhead_mj + excluded.overhead_mj,
        co2e_ug = co2e_ug + excluded.co2e_ug, overhead_co2e_ug = overhead_co2e_ug + excluded.overhead_co2e_ug;
END;
