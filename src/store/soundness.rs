//! What must hold between the rows of the tables, beyond what chains and seals say: the checks of an audit that need no more than SQL.

use super::engine::ValueRef;
use super::engine::{DataRow, OptionalExtension};
use super::{RowFault, SoundnessStore, StoreError};

/// Tables whose rows are numbered without a gap, with the column and the first number.
const NUMBERED: [(&str, &str, i64); 17] = [
    ("sites", "site", 0),
    ("nodes", "node", 1),
    ("devices", "device", 1),
    ("jobs", "job", 0),
    ("postings", "posting", 1),
    ("gaps", "gap", 1),
    ("holdings", "id", 1),
    ("node_sites", "id", 1),
    ("site_prices", "price", 1),
    ("budgets", "budget", 1),
    ("admissions", "admission", 1),
    ("overrides", "override", 1),
    ("decisions", "decision", 1),
    ("periods", "period", 1),
    ("factor_series", "series", 1),
    ("factor_evidence", "evidence", 1),
    ("factor_blocks", "block", 1),
];

/// Something that must hold of every row.
struct Rule {
    table: &'static str,
    column: &'static str,
    what: &'static str,
    /// Names the first row that breaks it.
    broken: &'static str,
}

const RULES: [Rule; 19] = [
    Rule {
        table: "sites",
        column: "name, zone or period_ns",
        what: "the site of nodes without one is not as the program makes it",
        broken: "SELECT site FROM sites WHERE site = 0
            AND (name, zone, period_ns) <> ('unassigned', 'X-WORLD', 3600000000000)",
    },
    Rule {
        table: "jobs",
        column: "id, project, name, labels, attempt, started_ns, ended_ns, exit_status or steps",
        what: "the job that stands for idle says something",
        broken: "SELECT job FROM jobs WHERE job = 0 AND (id <> '' OR labels <> '{}' OR steps <> 0
            OR project IS NOT NULL OR name IS NOT NULL OR attempt IS NOT NULL OR started_ns IS NOT NULL OR ended_ns IS NOT NULL
            OR exit_status IS NOT NULL)",
    },
    Rule {
        table: "jobs",
        column: "steps",
        what: "it is not what was reported last",
        broken: "SELECT job FROM jobs WHERE steps <> coalesce(
            (SELECT steps FROM job_steps WHERE job_steps.job = jobs.job ORDER BY at_ns DESC LIMIT 1), 0) ORDER BY job LIMIT 1",
    },
    Rule {
        table: "jobs",
        column: "held_us or held_idle_us",
        what: "how long it held accelerators is said to be unknown, but all of its batches say it",
        broken: "SELECT job FROM jobs WHERE (held_us IS NULL OR held_idle_us IS NULL)
            AND ((held_us IS NULL) <> (held_idle_us IS NULL) OR job NOT IN (SELECT job FROM postings WHERE component = 'accelerator'
                AND NOT EXISTS (SELECT 1 FROM held_time WHERE held_time.batch = postings.batch AND held_time.job = postings.job)
                UNION SELECT 0)) ORDER BY job LIMIT 1",
    },
    Rule {
        table: "projects",
        column: "name",
        what: "neither an action nor a job nor a budget speaks of it",
        broken: "SELECT name FROM projects WHERE name NOT IN (SELECT subject FROM actions WHERE kind = 'project')
            AND name NOT IN (SELECT json_extract(body, '$.project') FROM job_statements WHERE body LIKE '%project%'
                AND json_valid(body) AND json_extract(body, '$.project') IS NOT NULL)
            AND name NOT IN (SELECT json_extract(policy, '$.project') FROM budgets WHERE json_valid(policy)
                AND json_extract(policy, '$.project') IS NOT NULL) ORDER BY name LIMIT 1",
    },
    Rule {
        table: "nodes",
        column: "seen_ns",
        what: "it is not when its last batch came",
        broken: "SELECT node FROM nodes LEFT JOIN (SELECT node, max(received_ns) AS last FROM batches GROUP BY node) AS own USING (node)
            WHERE seen_ns IS DISTINCT FROM last AND seen_ns IS DISTINCT FROM (SELECT at_ns FROM node_sites JOIN revisions ON revision = made
                WHERE node_sites.node = nodes.node ORDER BY id LIMIT 1)
            AND NOT (last IS NULL AND seen_ns IS NOT DISTINCT FROM (SELECT at_ns FROM actions WHERE kind = 'node_token' AND subject = nodes.name
                ORDER BY action LIMIT 1)) ORDER BY node LIMIT 1",
    },
    Rule {
        table: "node_sites",
        column: "void",
        what: "it is not the revision that stated the same moment anew",
        broken: "SELECT id FROM (SELECT id, void, lead(made) OVER (PARTITION BY node, since_ns ORDER BY id) AS next FROM node_sites) AS stated
            WHERE void IS DISTINCT FROM next ORDER BY id LIMIT 1",
    },
    Rule {
        table: "job_statements",
        column: "boot",
        what: "a caller of the API has no boot",
        broken: "SELECT job || ' ' || wall_ns || ' ' || sequence FROM job_statements WHERE agent = '' AND boot <> '' LIMIT 1",
    },
    Rule {
        table: "holdings",
        column: "wall_ns, agent, boot or sequence",
        what: "no batch or action of this name states it",
        broken: "SELECT id FROM holdings WHERE CASE WHEN agent = '' THEN
                NOT EXISTS (SELECT 1 FROM job_statements AS said WHERE said.job = holdings.job AND said.wall_ns = holdings.wall_ns
                    AND said.agent = '' AND said.boot = holdings.boot AND said.sequence = holdings.sequence)
                ELSE NOT EXISTS (SELECT 1 FROM batches WHERE batches.agent = holdings.agent AND batches.boot = holdings.boot
                    AND batches.sequence = holdings.sequence AND batches.wall_ns = holdings.wall_ns) END ORDER BY id LIMIT 1",
    },
    Rule {
        table: "postings",
        column: "revision",
        what: "another revision made it",
        broken: "SELECT posting FROM postings JOIN revision_hashes AS own USING (revision)
            LEFT JOIN revision_hashes AS next ON next.revision = postings.revision + 1
            WHERE posting < own.first_posting OR posting >= next.first_posting ORDER BY posting LIMIT 1",
    },
    Rule {
        table: "postings",
        column: "entry",
        what: "it names an entry: entries name their postings, not the other way round",
        broken: "SELECT posting FROM postings WHERE entry IS NOT NULL ORDER BY posting LIMIT 1",
    },
    Rule {
        table: "open_accounts",
        column: "energy_mj, modelled_mj, covered_ns, span_ns, start_ns, end_ns, period_end_ns, first_posting, last_posting or takes_back",
        what: "it is not the sum of what was posted to the account since its last entry",
        broken: "SELECT node || ' ' || period_start_ns || ' ' || job || ' ' || component || ' ' || site FROM open_accounts AS kept
            WHERE NOT coalesce((SELECT sum(own.energy_mj) = kept.energy_mj AND sum(own.modelled_mj) = kept.modelled_mj
                    AND sum(own.covered_ns) = kept.covered_ns AND sum(own.span_ns) = kept.span_ns AND min(own.start_ns) = kept.start_ns
                    AND max(own.end_ns) = kept.end_ns AND min(own.period_end_ns) = kept.period_end_ns AND min(posting) = kept.first_posting
                    AND max(posting) = kept.last_posting AND max(own.takes_back) = kept.takes_back FROM postings AS own
                    WHERE own.node = kept.node AND own.period_start_ns = kept.period_start_ns AND own.job = kept.job
                    AND own.component = kept.component AND own.site = kept.site AND posting >= kept.first_posting), FALSE)
                OR EXISTS (SELECT 1 FROM ledger_entries AS entry WHERE entry.node = kept.node
                    AND entry.period_start_ns = kept.period_start_ns AND entry.job = kept.job AND entry.component = kept.component
                    AND entry.site = kept.site AND entry.last_posting >= kept.first_posting) LIMIT 1",
    },
    Rule {
        table: "open_accounts",
        column: "first_posting",
        what: "something was posted to the account that neither an entry nor an open account holds",
        // What was taken back as a whole is held by neither, and comes to nothing.
        broken: "SELECT own.node || ' ' || own.period_start_ns || ' ' || own.job || ' ' || own.component || ' ' || own.site
            FROM postings AS own LEFT JOIN open_accounts AS kept ON kept.node = own.node AND kept.period_start_ns = own.period_start_ns
                AND kept.job = own.job AND kept.component = own.component AND kept.site = own.site
            WHERE kept.first_posting IS NULL OR posting < kept.first_posting
            GROUP BY own.node, own.period_start_ns, own.job, own.component, own.site
            HAVING (sum(own.energy_mj) <> 0 OR sum(own.span_ns) <> 0) AND max(posting) > coalesce((SELECT max(entry.last_posting)
                FROM ledger_entries AS entry WHERE entry.node = own.node AND entry.period_start_ns = own.period_start_ns
                AND entry.job = own.job AND entry.component = own.component AND entry.site = own.site AND entry.reverses IS NULL), 0)
            LIMIT 1",
    },
    Rule {
        table: "budgets",
        column: "created_by",
        what: "somebody else made it, by the decision that did",
        broken: "SELECT budgets.budget FROM budgets JOIN decisions ON decisions.budget = budgets.budget AND action = 'create'
            WHERE by <> created_by ORDER BY budgets.budget LIMIT 1",
    },
    Rule {
        table: "budget_holds",
        column: "held or settled",
        what: "it is not the sum of the holds",
        broken: "SELECT budget || ' ' || from_ns FROM (SELECT budget, from_ns, sum(held) AS own_held, sum(settled) AS own_settled
                FROM holds GROUP BY budget, from_ns) AS own FULL JOIN budget_holds AS kept USING (budget, from_ns)
            WHERE coalesce(own_held, 0) <> coalesce(held, 0) OR coalesce(own_settled, 0) <> coalesce(settled, 0)
                OR (own_held IS NOT NULL AND held IS NULL) LIMIT 1",
    },
    Rule {
        table: "reaches",
        column: "node",
        what: "it is of another node than its batch",
        broken: "SELECT reaches.batch FROM reaches JOIN batches USING (batch) WHERE reaches.node <> batches.node LIMIT 1",
    },
    Rule {
        table: "decision_hashes",
        column: "decision",
        what: "there is no such decision",
        broken: "SELECT decision FROM decision_hashes WHERE decision NOT IN (SELECT decision FROM decisions) ORDER BY decision LIMIT 1",
    },
    Rule {
        table: "budget_progress",
        column: "posting or entry",
        what: "the sums of budgets cannot hold what is not there",
        broken: "SELECT one FROM budget_progress WHERE posting > (SELECT coalesce(max(posting), 0) FROM postings)
            OR entry > (SELECT coalesce(max(id), 0) FROM ledger_entries) OR posting < 0 OR entry < 0",
    },
    Rule {
        table: "factor_progress",
        column: "block",
        what: "the ledger cannot have followed blocks that are not there",
        broken: "SELECT one FROM factor_progress WHERE block > (SELECT coalesce(max(block), 0) FROM factor_blocks) OR block < 0",
    },
];

/// Tables with exactly one row.
const SINGLE: [&str; 8] = [
    "chain_head",
    "action_head",
    "decision_head",
    "revision_head",
    "seal_head",
    "metered",
    "budget_progress",
    "factor_progress",
];

impl SoundnessStore<'_> {
    /// The first row that cannot be as the program left it, by what must hold between rows.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn first_broken(&self) -> Result<Option<RowFault>, StoreError> {
        if let Some(fault) = self.first_without_row()? {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.first_gap()? {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.first_orphan()? {
            return Ok(Some(fault));
        }
        for Rule { table, column, what, broken } in &RULES {
            if let Some(row) = self.first_text(broken)? {
                return Ok(Some(RowFault::new(table, row, Some(column), what)));
            }
        }
        Ok(None)
    }

    /// The first column of the first row of a query, as text.
    fn first_text(&self, sql: &str) -> Result<Option<String>, StoreError> {
        let text = |row: &DataRow<'_>| {
            Ok(match row.get_ref(0)? {
                ValueRef::Integer(number) => number.to_string(),
                other => String::from_utf8_lossy(other.as_bytes().unwrap_or_default()).into_owned(),
            })
        };
        Ok(self.0.prepare(sql)?.query_row((), text).optional()?)
    }

    fn first_without_row(&self) -> Result<Option<RowFault>, StoreError> {
        for table in SINGLE {
            let rows: i64 = self.0.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0))?;
            if rows != 1 {
                return Ok(Some(RowFault::new(table, 1, None, "it is missing")));
            }
        }
        Ok(None)
    }

    /// A row whose number is missing among those of its table.
    fn first_gap(&self) -> Result<Option<RowFault>, StoreError> {
        for (table, column, first) in NUMBERED {
            let sql = format!(
                "SELECT count(*), coalesce(min({column}), {first}), coalesce(max({column}), {first} - 1) FROM {table}"
            );
            let (count, low, high): (i64, i64, i64) =
                self.0.query_row(&sql, (), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            if low == first && high.checked_sub(first).and_then(|span| span.checked_add(1)) == Some(count) {
                continue;
            }
            let sql = format!(
                "SELECT coalesce((SELECT min({column}) - 1 FROM {table} WHERE {column} > {first}
                    AND {column} - 1 NOT IN (SELECT {column} FROM {table})), {first})"
            );
            let missing: i64 = self.0.query_row(&sql, (), |row| row.get(0))?;
            return Ok(Some(RowFault::new(table, missing, Some(column), "it is missing, or has another number")));
        }
        Ok(None)
    }

    /// A row that refers to one that is not there.
    fn first_orphan(&self) -> Result<Option<RowFault>, StoreError> {
        Ok(self.0.first_orphan()?.map(|(table, row)| {
            let row = row.map(|row| row.to_string()).unwrap_or_default();
            RowFault::new(&table, row, None, "it refers to a row that is not there")
        }))
    }
}
