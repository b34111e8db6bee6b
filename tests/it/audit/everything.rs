//! A data directory with something in every table.

use crate::budget::{demand, p95, policy};
use crate::ledger::actions::hourly;
use crate::ledger::{FAR, Fixture, at, batch, holding, job, keep, window};
use ::model::{FactorSource, Scope, TokenId};
use serde_json::json;
use units::{Interval, Pue};
use wattledger::budget::{Actual, Ask, Demand, Office, Override};
use wattledger::store::{By, StepReport, StoreError, TokenRecord};
use wattledger::workload::{self, DeviceName};
use wattledger::{ledger, session};
use wire::Job;

pub(super) const BY: &str = "0123456789abcdef";

pub(super) fn by(seconds: i64) -> By {
    By { token: BY.into(), at: at(seconds) }
}

pub(super) fn office<'a>(fixture: &'a Fixture, by: &'a TokenId, now: i64) -> Office<'a> {
    Office { store: &fixture.store, library: &fixture.library, now: at(now), by }
}

/// Jobs, gaps, windows set aside, corrections, restatements, closed periods, factors that were revised, tokens, sessions, budgets with holds in every
/// state, exceptions, and accounts that are still open.
pub(super) fn everything() -> Fixture {
    let fixture = Fixture::in_germany(60);
    administered(&fixture);
    budgets(&fixture);
    metered(&fixture);
    fixture.close(at(20_000));
    moved(&fixture);
    fixture.close(at(30_000));
    closed(&fixture);
    decided(&fixture);
    open(&fixture);
    super::spoken::spoken(&fixture);
    fixture
}

/// What administrators say, most of it more than once.
fn administered(fixture: &Fixture) {
    let (store, site) = (&fixture.store, || "fra".to_owned());
    let pue = |ppm| Pue::from_parts_per_million(ppm).unwrap();
    workload::set_pue(store, site().into(), at(100), pue(1_300_000), by(2)).unwrap();
    workload::set_pue(store, site().into(), at(100), pue(1_400_000), by(3)).unwrap();
    workload::set_zone(store, &fixture.library, site().into(), "FR", at(40 * 86_400), by(4)).unwrap();
    workload::set_price(store, site().into(), at(0), "EUR".to_owned(), 80_000_000, by(5)).unwrap();
    workload::set_idle_owner(store, site().into(), Some("infra".to_owned()), by(6)).unwrap();
    workload::add_project(store, "speech".into(), by(7)).unwrap();
    workload::add_site(store, &fixture.library, "par".into(), "FR", 60, pue(1_100_000), by(8)).unwrap();
    workload::assign_node(store, "spare".into(), "par".into(), at(0), by(9)).unwrap();
    workload::assign_node(store, "spare".into(), "fra".into(), at(0), by(10)).unwrap();
    let preference = wattledger::grid::FactorPreference::default();
    workload::set_factor_preference(store, site().into(), at(35 * 86_400), preference, by(11)).unwrap();
    for (name, is_revoked) in [("old", true), ("current", false)] {
        let record = TokenRecord {
            id: TokenId::default(),
            name: name.to_owned(),
            scopes: vec![Scope::Read, Scope::Admin],
            project: None,
            created: at(1),
            expires: Some(at(FAR)),
            last_used: None,
            revoked: None,
            voice: wattledger::store::Voice::default(),
        };
        let (token, stored) = wattledger::access::Token::issue(record).unwrap();
        store.write::<_, StoreError>(move |tx| tx.tokens().add(&stored, &BY.into())).unwrap();
        if is_revoked {
            let revoked = token.id();
            store.write(move |tx| tx.tokens().revoke(&revoked, None, &by(12))).unwrap();
        } else {
            session::begin(store, token.id(), None, at(13)).unwrap();
            session::administrator_link(store, at(14)).unwrap();
        }
    }
    keep(store, FactorSource::File, vec![hourly("DE", 0, 400_000), hourly("DE", 1, 380_000)], by(15));
    keep(store, FactorSource::Provider, vec![hourly("DE", 1, 390_000), hourly("DE", 2, 300_000)], by(16));
    let noticed = |tx: &wattledger::store::Tx<'_>| {
        tx.duty().keep_note("alerts/0123456789abcdef", "{}")?;
        tx.notices().note(::model::AttentionKind::ChartsRebuilt, "series.db", at(16), "damaged")
    };
    store.write::<_, StoreError>(noticed).unwrap();
    let mut half = hourly("DE", 30 * 24, 350_000);
    half.edition = "halves".to_owned();
    half.values[0].interval = Interval::new(at(30 * 86_400), at(30 * 86_400 + 1_800)).unwrap();
    keep(store, FactorSource::File, vec![half], by(17));
}

fn stated(project: &str, milliwatts: u64, job: &str) -> Demand {
    Demand { job: Some(job.to_owned().into()), ..demand(project, milliwatts) }
}

/// Budgets, and a job that is admitted before it is metered.
fn budgets(fixture: &Fixture) {
    let by = TokenId::from(BY);
    let many = |change| policy("vision", 40 * p95(600_000), change);
    office(fixture, &by, 20).create(many(json!({}))).unwrap();
    office(fixture, &by, 21)
        .create(many(json!({"name": "grams", "unit": "co2e", "limit_mj": null, "limit_ug": 9_000_000_000_000_i64})))
        .unwrap();
    let retired = office(fixture, &by, 22).create(policy("speech", p95(1_000_000), json!({}))).unwrap();
    office(fixture, &by, 23).admit(Some("train"), stated("vision", 900_000, "train"), Ask::Reserve).unwrap();
    office(fixture, &by, 24).retire(&retired.to_string()).unwrap();
    office(fixture, &by, 25).create(policy("speech", p95(600_000), json!({"name": "speech again"}))).unwrap();
}

/// Four batches of a job, with a window that cannot be, an overlap, a gap, and energy that nobody held.
fn metered(fixture: &Fixture) {
    for sequence in 1..=4_u8 {
        let start = i64::from(sequence) * 900;
        let mut next = batch(u64::from(sequence), start + 900);
        next.windows = vec![
            window("gpu0", start, start + 800, 300_000_000),
            window("gpu1", start, start + 900, 77_777),
            window("mig0", start, start + 800, 1_000),
        ];
        next.holdings = vec![holding("gpu0", "train", 1, 950, None)];
        let labels = [("team".to_owned(), "a".to_owned())].into();
        next.jobs =
            vec![Job { labels, name: Some("fine".to_owned()), started: Some(at(950)), ..job("train", "vision", None) }];
        if sequence == 4 {
            next.windows.push(window("gpu1", start + 900, start + 901, 9_000_000_000));
            let (device, start, end) = ("gpu1".into(), at(start + 901), at(start + 960));
            next.gaps = vec![wire::Gap { device, start, end, reason: wire::GapReason::Unread }];
        }
        fixture.apply(&next);
    }
    for (seconds, steps) in [(2_000, 10), (3_000, 25)] {
        let report = StepReport { at: at(seconds), steps, samples: Some(steps * 64) };
        workload::report_steps(&fixture.store, "train".into(), report).unwrap();
    }
}

/// Who held what turns out to be otherwise, an operator says so too, and a factor is corrected.
fn moved(fixture: &Fixture) {
    let store = &fixture.store;
    let mut late = batch(9, 9_000);
    late.holdings =
        vec![holding("gpu1", "other", 2, 1_000, Some(2_000)), holding("gpu0", "train", 1, 950, Some(4_400))];
    late.jobs = vec![job("other", "speech", None)];
    fixture.apply(&late);
    let gpu = || vec![DeviceName { node: None, uuid: "gpu1".into() }];
    let called = wire::Job { started: Some(at(2_500)), ..job("called", "speech", None) };
    workload::state_job(store, called, gpu(), by(9_100)).unwrap();
    workload::finish_job(store, "called".into(), at(3_000), Some(0), by(9_200)).unwrap();
    keep(store, FactorSource::Provider, vec![hourly("DE", 0, 410_000)], by(9_300));
    let pue = Pue::from_parts_per_million(1_450_000).unwrap();
    workload::set_pue(store, "fra".into(), at(100), pue, by(9_400)).unwrap();
    let range = Interval::new(at(-10 * 3_600), at(10 * 3_600)).unwrap();
    ledger::restate(store, &fixture.library, range, "the PUE was measured".to_owned(), by(20_100)).unwrap();
}

/// A closed period, and its restatement.
fn closed(fixture: &Fixture) {
    let store = &fixture.store;
    let day = Interval::new(at(-10 * 3_600), at(14 * 3_600)).unwrap();
    ledger::close_period(store, Some("a day".to_owned()), day, by(FAR)).unwrap();
    let moved = wire::Job { labels: [("team".to_owned(), "b".to_owned())].into(), ..job("other", "speech", None) };
    workload::state_job(store, moved, Vec::new(), by(FAR + 1)).unwrap();
    let period = model_period(fixture);
    ledger::restate_period(store, period, "a team was named".to_owned(), by(FAR + 2)).unwrap();
}

fn model_period(fixture: &Fixture) -> ::model::PeriodId {
    let periods =
        fixture.store.read::<_, StoreError>(|tx| tx.periods().list(None, ::model::PeriodId::new(0), 10)).unwrap();
    periods[0].period
}

/// Admissions in every state, requests and overrides.
fn decided(fixture: &Fixture) {
    let by = TokenId::from(BY);
    let now = 31_000;
    let admit = |offset: i64, key: &str, watts: u64, ask| {
        office(fixture, &by, now + offset).admit(Some(key), stated("speech", watts * 1_000, key), ask).unwrap()
    };
    let held = admit(0, "held", 100, Ask::Reserve);
    let committed = admit(1, "committed", 100, Ask::Reserve).id.unwrap();
    let released = admit(2, "released", 100, Ask::Reserve).id.unwrap();
    assert!(held.allowed);
    admit(3, "checked", 100, Ask::Check);
    let actual = Actual { energy: Some(units::Energy::from_millijoules(1_000_000)), co2e: None };
    office(fixture, &by, now + 4).commit(committed, actual).unwrap();
    office(fixture, &by, now + 5).release(released).unwrap();
    let denied = admit(6, "denied", 5_000, Ask::Reserve);
    assert!(!denied.allowed);
    let asked = |offset| {
        office(fixture, &by, now + offset).request(denied.id.unwrap(), "ada".to_owned(), "deadline".to_owned()).unwrap()
    };
    let granted = |reason: &str| Override { name: "grace".to_owned(), reason: reason.to_owned(), expires: at(90_000) };
    let first = asked(7);
    office(fixture, &by, now + 8).approve(first.number, granted("agreed")).unwrap();
    office(fixture, &by, now + 9).override_budget("speech again", granted("the week of the paper")).unwrap();
    office(fixture, &by, now + 10).renew(held.id.unwrap()).unwrap();
    office(fixture, &by, now + 11).settle().unwrap();
    let pod = wattledger::store::ObjectRow {
        uid: "8db07711".to_owned(),
        group: String::new(),
        kind: "Pod".to_owned(),
        namespace: "ml".to_owned(),
        name: "train".to_owned(),
        owner: Some("64e9f4aa".to_owned()),
        state: ::model::ObjectState::Pending,
        declared: "[]".to_owned(),
        pods: "[]".to_owned(),
        counted: "[]".to_owned(),
        changed: at(now + 12),
        waits_since: Some(at(now + 12)),
    };
    let heard = move |tx: &wattledger::store::Tx<'_>| {
        tx.kubernetes().put(&pod)?;
        tx.kubernetes().hear("webhook", at(now + 12), "")
    };
    fixture.store.write::<_, StoreError>(heard).unwrap();
}

/// A job that is held for and still runs, in accounts that are open, one of them with energy that was taken back.
fn open(fixture: &Fixture) {
    let by = TokenId::from(BY);
    for (sequence, start) in [(10, 32_400), (11, 33_000)] {
        let mut next = batch(sequence, start + 600);
        next.windows = vec![window("gpu0", start, start + 600, 90_000_000), window("gpu1", start, start + 600, 50_000)];
        next.jobs = vec![job("held", "speech", None)];
        next.holdings = vec![holding("gpu0", "held", 1, 32_400, None)];
        fixture.apply(&next);
    }
    let mut late = batch(12, 34_000);
    late.holdings = vec![holding("gpu1", "held", 1, 33_300, None)];
    late.jobs = vec![job("held", "speech", Some(40_000))];
    fixture.apply(&late);
    office(fixture, &by, 34_050).settle().unwrap();
    let mut last = batch(13, 34_060);
    last.windows = vec![window("gpu0", 33_600, 33_660, 9_000_000)];
    fixture.apply(&last);
    office(fixture, &by, 34_100).settle().unwrap();
}
