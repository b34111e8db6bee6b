-- Lists are sorted by when jobs began; what has not begun comes last.
CREATE INDEX jobs_by_start ON jobs (coalesce(started_ns, -1));
