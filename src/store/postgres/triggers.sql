-- A row without a number gets the one after the highest, so that numbers have no gaps, as SQLite gives them. One group of changes at a time is
-- applied, so that no other row takes the same.
DO $numbers$
DECLARE
    numbered text[];
BEGIN
    FOREACH numbered SLICE 1 IN ARRAY ARRAY[
        ['sites', 'site'], ['nodes', 'node'], ['devices', 'device'], ['jobs', 'job'], ['postings', 'posting'], ['gaps', 'gap'],
        ['holdings', 'id'], ['node_sites', 'id'], ['site_prices', 'price'], ['budgets', 'budget'], ['admissions', 'admission'],
        ['overrides', 'override'], ['decisions', 'decision'], ['periods', 'period'], ['factor_series', 'series'],
        ['factor_evidence', 'evidence'], ['factor_blocks', 'block'], ['revisions', 'revision']
    ] LOOP
        EXECUTE format('CREATE FUNCTION number_%1$s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.%2$I := (SELECT coalesce(pg_catalog.max(%2$I), 0) + 1 FROM %1$I); RETURN NEW; END $$', numbered[1], numbered[2]);
        EXECUTE format('CREATE TRIGGER is_numbered BEFORE INSERT ON %1$I FOR EACH ROW WHEN (NEW.%2$I IS NULL)
            EXECUTE FUNCTION number_%1$s()', numbered[1], numbered[2]);
    END LOOP;
END $numbers$;

-- What is never changed: entries, evidence, decisions, and the chains over them.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is never changed or deleted', TG_TABLE_NAME;
END $$;
DO $kept$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['ledger_entries', 'postings', 'batches', 'batch_projects', 'reaches', 'actions', 'revisions', 'revision_hashes',
        'seals', 'decisions', 'decision_hashes', 'period_versions', 'period_jobs', 'factor_series', 'factor_evidence', 'factor_blocks'] LOOP
        IF kept <> 'reaches' THEN
            EXECUTE format('CREATE TRIGGER is_kept BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', kept);
        END IF;
        EXECUTE format('CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', kept);
    END LOOP;
END $kept$;

-- A job with energy that changes its project or labels moves that energy between budgets.
CREATE FUNCTION note_budget_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.posted_mj <> 0 OR EXISTS (SELECT 1 FROM open_accounts WHERE job = NEW.job) THEN
        UPDATE budget_progress SET stale = 1;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER budget_facts AFTER UPDATE OF project, labels ON jobs FOR EACH ROW
    WHEN (OLD.project IS DISTINCT FROM NEW.project OR OLD.labels IS DISTINCT FROM NEW.labels) EXECUTE FUNCTION note_budget_facts();

-- Sums of `holds`, kept with them.
CREATE FUNCTION sum_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE budget_holds SET held = held - OLD.held, settled = settled - OLD.settled WHERE budget = OLD.budget AND from_ns = OLD.from_ns;
    END IF;
    INSERT INTO budget_holds AS kept VALUES (NEW.budget, NEW.from_ns, NEW.held, NEW.settled)
        ON CONFLICT (budget, from_ns) DO UPDATE SET held = kept.held + NEW.held, settled = kept.settled + NEW.settled;
    RETURN NULL;
END $$;
CREATE TRIGGER holds_made AFTER INSERT ON holds FOR EACH ROW EXECUTE FUNCTION sum_holds();
CREATE TRIGGER holds_changed AFTER UPDATE OF held, settled, from_ns ON holds FOR EACH ROW EXECUTE FUNCTION sum_holds();

-- Sums of entries by site and project, kept with every entry.
CREATE FUNCTION sum_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_sums AS kept SELECT NEW.site, coalesce(project, ''), CASE WHEN NEW.job = 0 THEN 1 ELSE 0 END, NEW.energy_mj,
            NEW.overhead_mj, NEW.co2e_ug, NEW.overhead_co2e_ug FROM jobs WHERE job = NEW.job
        ON CONFLICT (site, project, is_idle) DO UPDATE SET energy_mj = kept.energy_mj + excluded.energy_mj,
            overhead_mj = kept.overhead_mj + excluded.overhead_mj, co2e_ug = kept.co2e_ug + excluded.co2e_ug,
            overhead_co2e_ug = kept.overhead_co2e_ug + excluded.overhead_co2e_ug;
    RETURN NULL;
END $$;
CREATE TRIGGER entry_summed AFTER INSERT ON ledger_entries FOR EACH ROW EXECUTE FUNCTION sum_entry();

-- A job with entries that changes its project takes them along.
CREATE FUNCTION move_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_sums SET energy_mj = ledger_sums.energy_mj - own.mj, overhead_mj = ledger_sums.overhead_mj - own.overhead,
        co2e_ug = ledger_sums.co2e_ug - own.ug, overhead_co2e_ug = ledger_sums.overhead_co2e_ug - own.overhead_ug
        FROM (SELECT site, sum(energy_mj) AS mj, sum(overhead_mj) AS overhead, sum(co2e_ug) AS ug,
            sum(overhead_co2e_ug) AS overhead_ug FROM ledger_entries WHERE job = NEW.job GROUP BY site) AS own
        WHERE ledger_sums.site = own.site AND project = coalesce(OLD.project, '') AND is_idle = 0;
    INSERT INTO ledger_sums AS kept SELECT site, coalesce(NEW.project, ''), 0, sum(energy_mj), sum(overhead_mj), sum(co2e_ug),
            sum(overhead_co2e_ug) FROM ledger_entries WHERE job = NEW.job GROUP BY site
        ON CONFLICT (site, project, is_idle) DO UPDATE SET energy_mj = kept.energy_mj + excluded.energy_mj,
            overhead_mj = kept.overhead_mj + excluded.overhead_mj, co2e_ug = kept.co2e_ug + excluded.co2e_ug,
            overhead_co2e_ug = kept.overhead_co2e_ug + excluded.overhead_co2e_ug;
    RETURN NULL;
END $$;
CREATE TRIGGER entries_follow_project AFTER UPDATE OF project ON jobs FOR EACH ROW
    WHEN (OLD.project IS DISTINCT FROM NEW.project) EXECUTE FUNCTION move_entries();
