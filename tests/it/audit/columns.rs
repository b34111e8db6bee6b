//! Every column of the ledger's database: what finds a change of it, or why a change does no harm. A new column belongs here.

use crate::ledger::Fixture;
use rusqlite::Connection;
use std::collections::BTreeSet;

/// What the audit checks: table, columns, and by what.
const VERIFIED: &[(&str, &str, &str)] = &[
    ("sites", "site name zone period_ns", "the last action about each; the unassigned site is fixed"),
    ("site_pue", "site since_ns ppm", "the last action about each"),
    ("site_zones", "site since_ns zone", "the last action about each"),
    ("site_preferences", "site since_ns preference", "the last action about each"),
    ("site_periods", "site since_ns period_ns made", "the last action about each"),
    ("site_prices", "price site since_ns currency micro_per_mwh", "the last action about each"),
    ("site_idle_owners", "site owner", "the last action about each"),
    ("nodes", "node name software seen_ns longest_ns reached_ns", "the batches of each"),
    ("node_sites", "id node site since_ns made void", "the last action about each; the one that follows"),
    ("devices", "device node uuid name number kind limit_mw counted_in", "the last batch that declares each"),
    ("projects", "name", "actions, jobs and budgets that name each"),
    ("jobs", "job id project name labels attempt started_ns ended_ns exit_status", "the statements about each"),
    ("jobs", "posted_mj posted_ug held_us held_idle_us steps", "sums of entries and held time, the last report of steps"),
    ("job_labels", "name value job", "the statements about each job"),
    ("job_statements", "job wall_ns agent boot sequence body", "the batch or the action that makes each"),
    ("job_steps", "job at_ns steps samples", "the last seal of each"),
    ("revisions", "revision at_ns reason", "their chain"),
    ("revision_hashes", "revision first_posting hash", "their chain"),
    ("revision_head", "one revisions hash", "the chain that it ends"),
    ("holdings", "id device job start_ns end_ns weight made void", "the last seal of each"),
    ("holdings", "wall_ns agent boot sequence", "the batch or statement that they name"),
    ("batches", "batch agent boot sequence node wall_ns received_ns sha256 body packing", "their bytes, and the chain of revisions"),
    ("reaches", "node start_ns batch end_ns devices", "the windows of each batch"),
    ("set_aside", "batch position device start_ns end_ns energy_mj reason", "the windows of each batch, attributed again"),
    ("gaps", "gap batch device start_ns end_ns reason", "the gaps of each batch"),
    ("held_time", "batch job device_us idle_us", "the windows of each batch, attributed again"),
    ("postings", "posting batch job node site component period_start_ns period_end_ns start_ns end_ns energy_mj modelled_mj
        covered_ns span_ns takes_back", "the windows of each batch, attributed again"),
    ("postings", "revision entry", "the chain of revisions; entries name their postings"),
    ("metered", "one energy_mj", "the sum of postings"),
    ("open_accounts", "node period_start_ns job component site period_end_ns start_ns end_ns energy_mj modelled_mj covered_ns
        span_ns first_posting last_posting takes_back", "the postings since the last entry of each"),
    ("ledger_entries", "id kind reverses reason job node site component period_start_ns period_end_ns start_ns end_ns energy_mj
        overhead_mj pue_ppm intensity_mg_per_kwh co2e_ug overhead_co2e_ug factor provisional modelled_mj covered_ns span_ns
        first_posting last_posting posted_ns hash", "their chain"),
    ("chain_head", "one entries hash", "the chain that it ends"),
    ("ledger_sums", "site project is_idle energy_mj overhead_mj co2e_ug overhead_co2e_ug", "sums of entries"),
    ("periods", "period name from_ns to_ns", "their seals, and the last action about each"),
    ("period_versions", "period version head head_hash prices closed_ns closed_by reason seal", "their seals, and the last action"),
    ("period_jobs", "period version job project labels", "the seal of the version"),
    ("actions", "action at_ns token kind subject body hash", "their chain"),
    ("action_head", "one actions hash", "the chain that it ends"),
    ("factor_series", "series zone publisher edition basis gas accounting step_s is_forecast licence", "the action that brought them"),
    ("factor_evidence", "evidence source name obtained_ns sha256 body", "its hash, and the action that brought it"),
    ("factor_blocks", "block series month evidence start_ns end_ns grain_ns amount unsettled body", "the action that brought them"),
    ("budgets", "budget name policy created_ns retired_ns", "the last action about each"),
    ("budgets", "created_by", "the decision that made it"),
    ("budget_days", "budget day_ns posted_mj posted_ug", "the ledger, summed from its first entry"),
    ("budget_open", "budget site period_start_ns energy_mj", "the open accounts, summed"),
    ("admissions", "admission key demand project job state answer decided_ns start_ns span_ns pue_ppm p50_mj p95_mj p50_ug p95_ug
        expires_ns resolved_ns actual_mj actual_ug overrun_mj told", "the last seal of each"),
    ("admissions", "metered_mj metered_from_ns metered_to_ns", "the postings of the job"),
    ("holds", "admission budget from_ns reserved settled", "the last seal of each"),
    ("holds", "held", "what is reserved, and what is metered of the job"),
    ("hold_ends", "admission ended_ns", "the last seal of each"),
    ("budget_holds", "budget from_ns held settled", "the sum of holds"),
    ("overrides", "override budget admission state asked_by asked_reason asked_ns name reason expires_ns decided_ns decided_by project",
        "the last action about each; its last seal"),
    ("decisions", "decision at_ns by action budget admission document", "their chain"),
    ("decision_hashes", "decision hash", "their chain"),
];

/// What else is verified.
const MORE: &[(&str, &str, &str)] = &[
    ("decision_head", "one decisions hash", "the chain that it ends"),
    ("seals", "seal of row columns hash", "their chain"),
    ("seal_head", "one seals hash", "the chain that it ends"),
    ("tokens", "id name digest scopes project created_ns expires_ns revoked_ns", "the last action about each"),
    ("token_voices", "token line nodes holders_only", "the last action about each"),
    ("node_tokens", "node token since_ns", "the last action about each"),
    (
        "enrolment_codes",
        "id name digest project created_ns expires_ns uses_max uses revoked_ns",
        "the last action about each",
    ),
    ("node_agents", "agent node", "the batches of each node"),
    ("batch_projects", "batch project", "the names under which each batch is stored"),
];

/// What may change unnoticed: table, columns, and why that does no harm.
const HARMLESS: &[(&str, &str, &str)] = &[
    ("devices", "longest_ns", "nothing reads it any more"),
    ("tokens", "last_used_ns", "it is shown to administrators and decides nothing"),
    (
        "sessions",
        "id digest token created_ns seen_ns",
        "a browser's session decides no figure, and is worth what its token is",
    ),
    ("sign_in_links", "id digest token expires_ns", "a link signs in once, and decides no figure"),
    (
        "budget_progress",
        "one posting entry stale",
        "sums that it makes wrong are found as wrong; where it makes none wrong it decides nothing",
    ),
    (
        "deferred_attributions",
        "batch believed",
        "a batch that it makes attributed otherwise is found; one that it does not is as it was",
    ),
    (
        "notices",
        "kind subject first_ns last_ns times detail",
        "it is shown in the list of what needs attention and decides nothing",
    ),
    (
        "refused_speakers",
        "node token first_ns last_ns",
        "it is shown in the list of what needs attention and decides nothing",
    ),
    (
        "kubernetes_objects",
        "uid api_group kind namespace name owner state declared pods counted changed_ns waits_since_ns",
        "what was held for an object is in its admission, which is sealed; this says what its next review is weighed against, and the reader corrects it",
    ),
    ("kubernetes_heard", "who last_ns detail", "it is shown in the list of what needs attention and decides nothing"),
    ("duty", "one term", "who is on duty decides no figure; the one whose term it is not takes the duty up again"),
    (
        "duty_notes",
        "name body",
        "what webhooks were told, when providers were asked and what was sent on decide no figure",
    ),
    (
        "receipt_order",
        "one after_batch",
        "a batch that it makes attributed otherwise is found; one that it does not is as it was",
    ),
    (
        "factor_progress",
        "one block",
        "what it makes the ledger pass over keeps the factor that its entry names, as before",
    ),
];

fn names(rows: &'static [(&'static str, &'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    rows.iter().flat_map(|(table, columns, _)| columns.split_whitespace().map(move |column| (*table, column))).collect()
}

/// Whether a change of a column may go unnoticed.
pub(super) fn is_harmless(table: &str, column: &str) -> bool {
    names(HARMLESS).contains(&(table, column))
}

/// Every table with its columns, generated ones left out.
pub(super) fn columns(connection: &Connection) -> Vec<(String, Vec<String>)> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut statement = connection.prepare(sql).unwrap();
    let tables: Vec<String> = statement.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let of = |table: &String| {
        let mut statement = connection.prepare(&format!("PRAGMA table_info({table})")).unwrap();
        statement.query_map((), |row| row.get(1)).unwrap().map(Result::unwrap).collect()
    };
    tables.iter().map(|table| (table.clone(), of(table))).collect()
}

#[test]
fn every_column_is_verified_or_declared_harmless_with_a_reason() {
    let fixture = Fixture::new();
    let connection = Connection::open(fixture.directory.path().join("wattledger.db")).unwrap();
    let there: BTreeSet<(String, String)> = columns(&connection)
        .into_iter()
        .flat_map(|(table, columns)| columns.into_iter().map(move |column| (table.clone(), column)))
        .collect();
    let mut named = BTreeSet::new();
    for (table, column) in [names(VERIFIED), names(MORE), names(HARMLESS)].concat() {
        assert!(named.insert((table.to_owned(), column.to_owned())), "{table}.{column} is named twice");
    }
    let missing: Vec<_> = there.difference(&named).collect();
    assert!(missing.is_empty(), "verify them, or declare why a change does no harm: {missing:?}");
    let gone: Vec<_> = named.difference(&there).collect();
    assert!(gone.is_empty(), "there are no such columns: {gone:?}");
    let mut reasons = VERIFIED.iter().chain(MORE).chain(HARMLESS).map(|(.., reason)| reason);
    assert!(reasons.all(|reason| reason.len() > 10));
}
