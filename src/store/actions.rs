//! What was administered: a chain of actions, and what each says of the rows that it wrote.

use super::engine::{self, DataRow, Null, OptionalExtension, ValueRef};
use super::entries::Head;
use super::row::moment;
use super::{ActionStore, DecisionStore, StoreError};
use model::{ActionId, ActionKind, JobId, TokenId};
use rusqlite::functions::FunctionFlags;

use sha2::{Digest, Sha256};
use units::Timestamp;

/// Who does something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The token of whoever does it; [`TokenId::SERVICE`] for the service itself.
    pub token: TokenId,
    /// The moment of the action, by the clock of the service.
    pub at: Timestamp,
}

impl By {
    /// The service itself, at `at`.
    #[must_use]
    pub const fn service(at: Timestamp) -> Self {
        Self { token: TokenId::SERVICE, at }
    }
}

/// An act of administration, as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Number of the action; from 1, without a gap.
    pub action: ActionId,
    /// Who did it, and when.
    pub by: By,
    /// What kind of thing it changed: the word of an [`ActionKind`], as text, since the hash covers it whatever it says.
    pub kind: String,
    /// Which thing of that kind it changed.
    pub subject: String,
    /// The state of the thing afterwards, JSON or text; `None` where it no longer exists.
    pub body: Option<String>,
    /// SHA-256 over the hash of the action before and all of the above.
    pub hash: Vec<u8>,
}

impl Action {
    /// The hash that follows from `previous` (32 zero bytes before the first) and the content: number, time, token, kind, subject, `1` with a body
    /// or `0` without, and the body, as decimal or UTF-8 text, each preceded by its length in bytes (`u64`, little endian).
    #[must_use]
    pub fn chained(&self, previous: &[u8]) -> Vec<u8> {
        let (number, at) = (self.action.to_string(), self.by.at.nanoseconds().to_string());
        let has_body = if self.body.is_some() { "1" } else { "0" };
        let body = self.body.as_deref().unwrap_or_default();
        chained(previous, &[&number, &at, self.by.token.as_str(), &self.kind, &self.subject, has_body, body])
    }
}

/// SHA-256 over `previous` and the texts, each preceded by its length in bytes.
pub(super) fn chained(previous: &[u8], texts: &[&str]) -> Vec<u8> {
    let mut sha256 = Sha256::new_with_prefix(previous);
    for text in texts {
        sha256.update((text.len() as u64).to_le_bytes());
        sha256.update(text);
    }
    sha256.finalize().to_vec()
}

/// Kinds of things whose rows are as the last action about them says: a query of all of them, or of subject `?1`. The first column is the subject, and the
/// others make the body. What the service notes by itself, such as the last use of a token, is no part of a body.
const STATED: [(ActionKind, &str); 17] = [
    (ActionKind::Site, "SELECT site AS subject, name, zone, period_ns AS posting_period_ns FROM sites WHERE site > 0"),
    (
        ActionKind::Pue,
        "SELECT sites.name || ' ' || since_ns AS subject, sites.name AS site, since_ns, ppm FROM site_pue JOIN sites USING (site)",
    ),
    (
        ActionKind::Zone,
        "SELECT sites.name || ' ' || since_ns AS subject, sites.name AS site, since_ns, site_zones.zone
        FROM site_zones JOIN sites USING (site)",
    ),
    (
        ActionKind::FactorPreference,
        "SELECT sites.name || ' ' || since_ns AS subject, sites.name AS site, since_ns, preference
        FROM site_preferences JOIN sites USING (site)",
    ),
    (
        ActionKind::PostingPeriod,
        "SELECT sites.name || ' ' || since_ns || ' ' || made AS subject, sites.name AS site, since_ns,
            site_periods.period_ns AS posting_period_ns, made AS revision
        FROM site_periods JOIN sites USING (site)",
    ),
    (
        ActionKind::Price,
        "SELECT price AS subject, sites.name AS site, since_ns, currency, micro_per_mwh FROM site_prices JOIN sites USING (site)",
    ),
    (
        ActionKind::IdleOwner,
        "SELECT sites.name AS subject, sites.name AS site, owner FROM site_idle_owners JOIN sites USING (site)",
    ),
    (
        ActionKind::NodeSite,
        "SELECT node_sites.id AS subject, nodes.name AS node, sites.name AS site, since_ns, made AS revision, revisions.at_ns
        FROM node_sites JOIN nodes USING (node) JOIN sites USING (site) JOIN revisions ON revision = made",
    ),
    (
        ActionKind::NodeToken,
        "SELECT nodes.name AS subject, nodes.name AS node, token, since_ns FROM node_tokens JOIN nodes USING (node)",
    ),
    (ActionKind::TokenVoice, "SELECT token AS subject, line, nodes, holders_only FROM token_voices"),
    (
        ActionKind::Token,
        "SELECT id AS subject, name, scopes, project, created_ns, expires_ns, revoked_ns, sha256(digest) AS digest FROM tokens",
    ),
    (
        ActionKind::EnrolmentCode,
        "SELECT id AS subject, name, project, created_ns, expires_ns, uses_max, uses, revoked_ns, sha256(digest) AS digest
        FROM enrolment_codes",
    ),
    // Projects also come with jobs, about which no action speaks.
    (
        ActionKind::Project,
        "SELECT name AS subject, name FROM projects WHERE name IN (SELECT subject FROM actions WHERE kind = 'project')",
    ),
    (
        ActionKind::Period,
        "SELECT period || '.' || version AS subject, name, from_ns, to_ns, head AS entries, reason, lower(hex(seal)) AS seal
        FROM period_versions JOIN periods USING (period)",
    ),
    (
        ActionKind::Factors,
        "SELECT evidence AS subject, source, name, obtained_ns, lower(hex(sha256)) AS sha256, sum(amount) AS \"values\",
            string_agg(sha256(series || '\n' || zone || '\n' || publisher || '\n' || edition || '\n' || basis || '\n' || gas
            || '\n' || accounting || '\n' || licence || '\n' || step_s || '\n' || is_forecast || '\n'
            || coalesce(CAST(month AS TEXT), '') || '\n' || start_ns || '\n' || end_ns || '\n' || grain_ns || '\n' || unsettled
            || '\n' || hex(factor_blocks.body)), ',' ORDER BY block) AS blocks
        FROM factor_evidence JOIN factor_blocks USING (evidence) JOIN factor_series USING (series)
        WHERE ?1 IS NULL OR evidence = CAST(?1 AS BIGINT) GROUP BY evidence, source, name, obtained_ns, sha256",
    ),
    (ActionKind::Budget, "SELECT budget AS subject, name, policy, created_ns, retired_ns FROM budgets"),
    (
        ActionKind::Override,
        "SELECT override AS subject, budget, admission, state, asked_by, asked_reason, asked_ns, name, reason, expires_ns, decided_ns,
            decided_by FROM overrides",
    ),
];

/// The body that a row of [`STATED`] makes: its columns after the first, as a JSON object without spaces. `blocks` is a list.
fn body_of(row: &DataRow<'_>) -> engine::Result<String> {
    let mut members = Vec::new();
    for (column, name) in row.names().into_iter().enumerate().skip(1) {
        let value = match row.get_ref(column)? {
            ValueRef::Null => "null".to_owned(),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Text(text) => {
                let text = String::from_utf8_lossy(text);
                if name == "blocks" { list(text.split(',')) } else { quoted(&text) }
            }
            ValueRef::Real(_) | ValueRef::Blob(_) => return Err(engine::unreadable(column, NotStated)),
        };
        members.push(format!("{}:{value}", quoted(name)));
    }
    Ok(format!("{{{}}}", members.join(",")))
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", texts.map(quoted).collect::<Vec<_>>().join(","))
}

/// A text as JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Neither text nor a whole number.
#[derive(Debug, thiserror::Error)]
#[error("an action states whole numbers and texts")]
struct NotStated;

/// Kinds that came after actions were recorded.
const YOUNGER: [ActionKind; 8] = [
    ActionKind::Budget,
    ActionKind::Override,
    ActionKind::Factors,
    ActionKind::FactorPreference,
    ActionKind::PostingPeriod,
    ActionKind::NodeToken,
    ActionKind::TokenVoice,
    ActionKind::EnrolmentCode,
];

/// Adds the function `sha256`, of the bytes of a text or a blob, in hexadecimal.
pub(super) fn add_functions(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("sha256", 1, flags, |context| {
        let bytes = context.get_raw(0).as_bytes_or_null().map_err(rusqlite::Error::from)?.unwrap_or_default();
        Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    })
}

impl ActionStore<'_> {
    /// Appends an action to the chain of those that are accounted for: `body` is what holds of `subject` from now on. Returns its number.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn record(&self, by: &By, kind: ActionKind, subject: &str, body: Option<&str>) -> Result<ActionId, StoreError> {
        let head = self.head()?;
        let mut action = Action {
            action: ActionId::new(head.entries + 1),
            by: by.clone(),
            kind: kind.name().to_owned(),
            subject: subject.to_owned(),
            body: body.map(str::to_owned),
            hash: Vec::new(),
        };
        action.hash = action.chained(&head.hash);
        let sql =
            "INSERT INTO actions (action, at_ns, token, kind, subject, body, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let values = (action.action.number(), by.at.nanoseconds(), &by.token, kind.name(), subject, body, &action.hash);
        self.0.prepare_cached(sql)?.execute(values)?;
        let sql = "UPDATE action_head SET actions = ?1, hash = ?2";
        self.0.prepare_cached(sql)?.execute((action.action.number(), &action.hash))?;
        Ok(action.action)
    }

    /// Records what was just written about `subject`, a row of one of the kinds that [`Self::stated_rows`] lists.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn record_stated(&self, by: &By, kind: ActionKind, subject: &str) -> Result<(), StoreError> {
        let body = match STATED.iter().find(|(known, _)| *known == kind) {
            Some((_, rows)) => {
                // `?1` also where the rows do not ask for it themselves.
                let sql = format!("SELECT * FROM ({rows}) AS stated WHERE CAST(subject AS TEXT) = ?1");
                self.0.prepare_cached(&sql)?.query_row([subject], body_of).optional()?
            }
            None => return Err(super::row::value("kind of action", kind.name())),
        };
        self.record(by, kind, subject, body.as_deref())?;
        Ok(())
    }

    /// Every row that an action must speak of: kind, subject and body.
    ///
    /// # Errors
    ///
    /// What `each` returns; the database.
    pub fn stated_rows<E: From<StoreError>>(
        &self,
        each: impl FnMut(ActionKind, String, String) -> Result<(), E>,
    ) -> Result<(), E> {
        self.rows_of(|_| true, each)
    }

    fn rows_of<E: From<StoreError>>(
        &self,
        is_asked: impl Fn(ActionKind) -> bool,
        mut each: impl FnMut(ActionKind, String, String) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rows_of = |kind, sql: &str, body_of: fn(&DataRow<'_>) -> engine::Result<String>| -> Result<(), E> {
            let mut statement = self.0.prepare(sql).map_err(StoreError::from)?;
            let bound = if sql.contains("?1") { vec![Null] } else { Vec::new() };
            let mut rows = statement.query(engine::params_from_iter(bound)).map_err(StoreError::from)?;
            while let Some(row) = &rows.next().map_err(StoreError::from)? {
                let subject = match row.get_ref(0).map_err(StoreError::from)? {
                    ValueRef::Integer(number) => number.to_string(),
                    _ => row.get(0).map_err(StoreError::from)?,
                };
                each(kind, subject, body_of(row).map_err(StoreError::from)?)?;
            }
            Ok(())
        };
        for (kind, sql) in STATED.into_iter().filter(|(kind, _)| is_asked(*kind)) {
            rows_of(kind, sql, body_of)?;
        }
        if is_asked(ActionKind::Job) {
            rows_of(ActionKind::Job, CALLED, |row| row.get(1))?;
        }
        Ok(())
    }

    /// Whether the rows of a kind must be as actions say; other kinds are decisions, which leave no row.
    #[must_use]
    pub fn is_stated(kind: &str) -> bool {
        kind == ActionKind::Job.name() || STATED.iter().any(|(known, _)| known.name() == kind)
    }

    /// Records a statement of a caller of the API about a job, and returns its place among the statements of one moment.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn record_job(&self, by: &By, job: &JobId, body: &str) -> Result<i64, StoreError> {
        let place = self.head()?.entries + 1;
        self.record(by, ActionKind::Job, &format!("{job} {} {place}", by.at.nanoseconds()), Some(body))?;
        Ok(place)
    }

    /// The subjects of a kind of which something is left, by the last action about each.
    pub(super) fn subjects(&self, kind: ActionKind) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT subject FROM actions AS own WHERE kind = ?1 AND body IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM actions AS later WHERE later.kind = own.kind AND later.subject = own.subject AND later.action > own.action)";
        let mut statement = self.0.prepare(sql)?;
        Ok(statement.query_map([kind.name()], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Up to `limit` actions with numbers above `after`, oldest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn after(&self, after: ActionId, limit: u32) -> Result<Vec<Action>, StoreError> {
        self.actions_where("action > ?1 ORDER BY action", after, limit)
    }

    /// Up to `limit` actions with numbers below `before`, newest first.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn newest(&self, before: ActionId, limit: u32) -> Result<Vec<Action>, StoreError> {
        self.actions_where("action < ?1 ORDER BY action DESC", before, limit)
    }

    fn actions_where(&self, which: &str, number: ActionId, limit: u32) -> Result<Vec<Action>, StoreError> {
        let sql = format!("SELECT action, at_ns, token, kind, subject, body, hash FROM actions WHERE {which} LIMIT ?2");
        let mut statement = self.0.prepare_cached(&sql)?;
        Ok(statement.query_map((number.number(), limit), action)?.collect::<Result<_, _>>()?)
    }

    /// The head of the chain of actions, as kept apart from it.
    ///
    /// # Errors
    ///
    /// The database cannot be read or written.
    pub fn head(&self) -> Result<Head, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT actions, hash FROM action_head")?;
        Ok(statement.query_row((), |row| Ok(Head { entries: row.get(0)?, hash: row.get(1)? }))?)
    }

    /// Takes what an older version wrote, before there were actions, as stated.
    pub(super) fn adopt(&self) -> Result<(), StoreError> {
        self.adopt_rows(|kind| !YOUNGER.contains(&kind))?;
        let sql = "SELECT revision, at_ns, reason FROM revisions WHERE revision NOT IN (SELECT batch FROM batches)";
        let mut statement = self.0.prepare(sql)?;
        let revisions = statement
            .query_map((), |row| Ok((row.get::<i64>(0)?, moment(row, 1)?, row.get::<String>(2)?)))?
            .collect::<Result<Vec<_>, _>>()?;
        for (revision, at, reason) in revisions {
            self.record(&By::service(at), ActionKind::Revision, &revision.to_string(), Some(&reason))?;
        }
        Ok(())
    }

    /// The same of budgets, overrides and decisions, before they were chained.
    pub(super) fn adopt_budgets(&self) -> Result<(), StoreError> {
        self.adopt_rows(|kind| matches!(kind, ActionKind::Budget | ActionKind::Override))?;
        for decision in DecisionStore(self.0).list(None, None)? {
            DecisionStore(self.0).chain(&decision)?;
        }
        Ok(())
    }

    fn adopt_rows(&self, is_asked: impl Fn(ActionKind) -> bool) -> Result<(), StoreError> {
        let mut rows = Vec::new();
        self.rows_of(is_asked, |kind, subject, body| {
            rows.push((kind, subject, body));
            Ok::<_, StoreError>(())
        })?;
        for (kind, subject, body) in rows {
            self.record(&By::service(Timestamp::default()), kind, &subject, Some(&body))?;
        }
        Ok(())
    }
}

/// What callers of the API say about jobs.
const CALLED: &str =
    "SELECT jobs.id || ' ' || wall_ns || ' ' || sequence AS subject, body FROM job_statements JOIN jobs USING (job)
    WHERE agent = ''";

fn action(row: &DataRow<'_>) -> engine::Result<Action> {
    let by = By { token: row.get(2)?, at: moment(row, 1)? };
    let (action, kind, subject) = (ActionId::new(row.get(0)?), row.get(3)?, row.get(4)?);
    Ok(Action { action, by, kind, subject, body: row.get(5)?, hash: row.get(6)? })
}
