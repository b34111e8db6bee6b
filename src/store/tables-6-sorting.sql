-- Time in which jobs held accelerators, by batch: all of it, and that in which they did next to nothing.
CREATE TABLE held_time (
    batch INTEGER NOT NULL REFERENCES batches, job INTEGER NOT NULL REFERENCES jobs, device_ns INTEGER NOT NULL,
    idle_ns INTEGER NOT NULL, PRIMARY KEY (batch, job)
) STRICT, WITHOUT ROWID;
-- Their sums by job, and the steps that it reported last. A job with energy from before this was kept has unknown sums, for good.
ALTER TABLE jobs ADD COLUMN held_ns INTEGER DEFAULT 0;
ALTER TABLE jobs ADD COLUMN held_idle_ns INTEGER DEFAULT 0;
ALTER TABLE jobs ADD COLUMN steps INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET held_ns = NULL, held_idle_ns = NULL WHERE job IN (SELECT job FROM postings);
UPDATE jobs SET steps = coalesce(
    (SELECT steps FROM job_steps WHERE job_steps.job = jobs.job ORDER BY at_ns DESC LIMIT 1), 0);
-- What lists are sorted by; -1 is unknown.
ALTER TABLE jobs ADD COLUMN posted_mg_per_kwh INTEGER GENERATED ALWAYS AS
    (CASE WHEN posted_mj > 0 THEN CAST(posted_ug * 3600000.0 / posted_mj AS INTEGER) ELSE -1 END) VIRTUAL;
ALTER TABLE jobs ADD COLUMN held_idle_ppm INTEGER GENERATED ALWAYS AS
    (CASE WHEN held_ns > 0 THEN CAST(held_idle_ns * 1000000.0 / held_ns AS INTEGER) ELSE -1 END) VIRTUAL;
ALTER TABLE jobs ADD COLUMN posted_uj_per_step INTEGER GENERATED ALWAYS AS
    (CASE WHEN steps > 0 THEN CAST(posted_mj * 1000.0 / steps AS INTEGER) ELSE -1 END) VIRTUAL;
CREATE INDEX jobs_by_intensity ON jobs (posted_mg_per_kwh);
CREATE INDEX jobs_by_held_idle ON jobs (held_idle_ppm);
CREATE INDEX jobs_by_energy_per_step ON jobs (posted_uj_per_step);
