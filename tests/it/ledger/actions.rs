//! What was administered is accounted for: every change behind the program's back is named by `verify`.

use super::{FAR, Fixture, after, at, batch, holding, job, keep, window};
use model::{ActionId, FactorSource, Scope, TokenId};
use rusqlite::Connection;
use units::{CarbonIntensity, Interval, Pue};
use wattledger::grid::{FactorSeries, FactorValue};
use wattledger::ledger::{self, Fault};
use wattledger::store::{By, Store, StoreError, TokenRecord, Voice};
use wattledger::workload::{self, DeviceName};

fn by(seconds: i64) -> By {
    By { token: "0123456789abcdef".into(), at: at(seconds) }
}

/// Of an hour after ten o'clock, mg/kWh.
pub(crate) fn hourly(zone: &str, hour: i64, milligrams: u32) -> FactorSeries {
    let text = |text: &str| text.to_owned();
    FactorSeries {
        zone: text(zone).into(),
        basis: wattledger::grid::Basis::Lifecycle,
        gas: wattledger::grid::Gas::Co2e,
        accounting: wattledger::grid::Accounting::Consumption,
        publisher: text("Test"),
        edition: text("1"),
        licence: text("CC0-1.0"),
        values: vec![FactorValue {
            interval: Interval::new(at(hour * 3_600), at((hour + 1) * 3_600)).unwrap(),
            intensity: CarbonIntensity::from_milligrams_per_kwh(milligrams),
            status: wattledger::grid::FactorStatus::Measured,
            method: None,
        }],
    }
}

fn factor(hour: i64) -> FactorSeries {
    hourly("DE", hour, 400_000)
}

fn token(fixture: &Fixture, name: &str) -> TokenId {
    let record = TokenRecord {
        id: TokenId::default(),
        name: name.to_owned(),
        scopes: vec![Scope::Read],
        project: None,
        created: at(1),
        expires: None,
        last_used: None,
        revoked: None,
        voice: Voice::default(),
    };
    let (token, stored) = wattledger::access::Token::issue(record).unwrap();
    fixture.store.write::<_, StoreError>(move |tx| tx.tokens().add(&stored, &"0123456789abcdef".into())).unwrap();
    token.id()
}

/// Of everything that can be administered, something, and some of it more than once.
fn administered() -> Fixture {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 3_600);
    first.windows = vec![window("gpu0", 0, 1_800, 300_000_000), window("gpu1", 0, 1_800, 300_000)];
    first.holdings = vec![holding("gpu0", "train", 1, 0, Some(1_800))];
    first.jobs = vec![job("train", "vision", Some(1_800))];
    fixture.apply(&first);
    let (store, site) = (&fixture.store, || "fra".to_owned());
    workload::set_pue(store, site().into(), at(100), Pue::from_parts_per_million(1_300_000).unwrap(), by(2)).unwrap();
    workload::set_pue(store, site().into(), at(100), Pue::from_parts_per_million(1_400_000).unwrap(), by(3)).unwrap();
    workload::set_zone(store, &fixture.library, site().into(), "FR", at(40 * 86_400), by(4)).unwrap();
    workload::set_price(store, site().into(), at(0), "EUR".to_owned(), 80_000_000, by(5)).unwrap();
    workload::set_idle_owner(store, site().into(), Some("ops".to_owned()), by(6)).unwrap();
    workload::set_idle_owner(store, site().into(), None, by(7)).unwrap();
    workload::set_idle_owner(store, site().into(), Some("infra".to_owned()), by(8)).unwrap();
    workload::add_project(store, "speech".into(), by(9)).unwrap();
    let gpu = || vec![DeviceName { node: None, uuid: "gpu1".into() }];
    for moment in [10, 20] {
        // The same twice, then its end.
        workload::state_job(
            store,
            wire::Job { started: Some(at(0)), ..job("called", "speech", None) },
            gpu(),
            by(moment),
        )
        .unwrap();
    }
    workload::finish_job(store, "called".into(), at(1_000), Some(0), by(30)).unwrap();
    keep(store, FactorSource::File, vec![factor(0), factor(1)], by(40));
    keep(store, FactorSource::File, vec![factor(1), factor(2)], by(50));
    let revoked = token(&fixture, "old");
    token(&fixture, "current");
    store.write(move |tx| tx.tokens().revoke(&revoked, None, &by(60))).unwrap();
    fixture.close(at(FAR));
    let day = Interval::new(at(-10 * 3_600), at(14 * 3_600)).unwrap();
    ledger::close_period(store, Some("a day".to_owned()), day, by(FAR)).unwrap();
    fixture
}

#[test]
fn every_action_names_who_did_what_and_when() {
    let fixture = administered();
    fixture.assert_sound();
    let actions = fixture.store.read(|tx| tx.actions().after(ActionId::new(0), 1_000)).unwrap();
    assert_eq!(actions.iter().map(|action| action.action.number()).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
    let said = |kind: &str| {
        let of_kind = actions.iter().filter(|action| action.kind == kind);
        of_kind
            .map(|action| (action.by.token.as_str(), action.by.at, action.body.as_deref().unwrap_or("-")))
            .collect::<Vec<_>>()
    };
    let price = r#"{"site":"fra","since_ns":1773136800000000000,"currency":"EUR","micro_per_mwh":80000000}"#;
    assert_eq!(said("price"), [("0123456789abcdef", at(5), price)]);
    assert_eq!(said("idle_owner").len(), 3);
    assert_eq!(said("job").len(), 3);
    assert_eq!(said("period")[0].1, at(FAR));
    assert_eq!(said("site")[0].0, "");
    assert_eq!(after(fixture, "VACUUM"), None);
}

#[test]
fn whatever_is_administered_behind_the_programs_back_is_named() {
    for (sql, expected) in [
        ("UPDATE sites SET name = 'lyon' WHERE site = 1", "site \"1\" was changed"),
        ("UPDATE sites SET zone = 'FR' WHERE site = 1", "site \"1\" was changed"),
        ("UPDATE site_pue SET ppm = 1100000 WHERE since_ns > 0", "pue \"fra 1773136900000000000\" was changed"),
        ("DELETE FROM site_pue WHERE since_ns > 0", "it is missing"),
        ("INSERT INTO site_pue VALUES (1, 77, 1000000)", "pue \"fra 77\" was added"),
        ("UPDATE site_zones SET zone = 'GB'", "zone \"fra "),
        ("DELETE FROM site_zones", "zone \"fra "),
        ("UPDATE site_prices SET micro_per_mwh = 1", "price \"1\" was changed"),
        ("INSERT INTO site_prices VALUES (2, 1, 0, 'EUR', 1)", "price \"2\" was added"),
        ("UPDATE site_idle_owners SET owner = 'nobody'", "idle_owner \"fra\" was changed"),
        ("DELETE FROM site_idle_owners", "idle_owner \"fra\" was changed: it is missing"),
        ("DELETE FROM projects WHERE name = 'speech'", "project \"speech\" was changed: it is missing"),
        ("UPDATE node_sites SET since_ns = since_ns + 1", "node_site \"1\" was changed"),
        ("UPDATE tokens SET scopes = 'admin' WHERE name = 'current'", "token "),
        ("UPDATE tokens SET revoked_ns = NULL WHERE name = 'old'", "token "),
        ("UPDATE tokens SET digest = zeroblob(32) WHERE name = 'current'", "token "),
        ("INSERT INTO tokens (id, name, digest, scopes, created_ns) VALUES ('aa', 'x', x'00', 'admin', 1)", "token \"aa\" was added"),
        ("DELETE FROM tokens WHERE name = 'old'", "it is missing"),
        ("UPDATE factor_blocks SET body = (SELECT body FROM factor_blocks WHERE block = 1) WHERE block = 3", "factors \"2\" was changed"),
        ("UPDATE factor_series SET edition = '2'", "entry 1 was changed: its factor is not what is kept"),
        ("UPDATE factor_evidence SET obtained_ns = obtained_ns + 1", "factors \"1\" was changed"),
        ("DELETE FROM factor_blocks WHERE block = 1", "entry 1 was changed: its factor is not what is kept"),
        ("UPDATE factor_evidence SET body = (SELECT body FROM factor_evidence WHERE evidence = 2) WHERE evidence = 1",
            "file or reply 1 brought were changed: its bytes do not have the hash"),
        (
            "UPDATE job_statements SET body = replace(body, 'speech', 'vision') WHERE agent = '';
            UPDATE jobs SET project = 'vision' WHERE id = 'called'",
            "job \"called ",
        ),
        (
            "DELETE FROM job_statements WHERE agent = '' AND sequence = (SELECT max(sequence) FROM job_statements);
            UPDATE jobs SET ended_ns = NULL, exit_status = NULL WHERE id = 'called'",
            "job \"called ",
        ),
        (
            "DELETE FROM job_statements WHERE agent <> '';
            UPDATE jobs SET project = NULL, ended_ns = NULL WHERE id = 'train'",
            "\"train\" was changed: its project, labels or times",
        ),
        ("DELETE FROM period_jobs; DELETE FROM period_versions; DELETE FROM periods", "period \"1.1\" was changed: it is missing"),
        ("UPDATE revisions SET at_ns = at_ns + 1 WHERE revision IN (SELECT batch FROM batches)", "revision "),
        ("UPDATE revisions SET at_ns = at_ns + 1 WHERE revision NOT IN (SELECT batch FROM batches)", "_site \"1\" was changed"),
        ("UPDATE revisions SET at_ns = at_ns + 1 WHERE reason = 'end of a job'", "revision "),
        ("UPDATE devices SET limit_mw = limit_mw + 1 WHERE uuid = 'gpu0'", "device \"gpu0\" of node \"n1\" was changed"),
        ("UPDATE reaches SET end_ns = end_ns + 1", "node \"n1\" was changed: the reach of its windows"),
        ("UPDATE reaches SET devices = ',1,'", "node \"n1\" was changed: the reach of its windows"),
        ("INSERT INTO reaches VALUES (1, 0, 1, 1, ',1,')", "node \"n1\" was changed: the reach of its windows"),
        ("UPDATE nodes SET reached_ns = 1", "node \"n1\" was changed: the reach of its windows"),
        ("UPDATE metered SET energy_mj = 0", "were metered"),
        ("UPDATE actions SET token = 'somebody' WHERE action = 3", "action 3 was changed: its hash"),
        ("UPDATE actions SET at_ns = at_ns + 1 WHERE action = 3", "action 3 was changed: its hash"),
        ("UPDATE actions SET body = NULL WHERE action = 3", "action 3 was changed: its hash"),
        ("DELETE FROM actions WHERE action = 3", "action 3 was changed: it is missing"),
        ("DELETE FROM actions WHERE action = 20", "action 20 was changed: it is missing"),
        ("DELETE FROM actions", "action 1 was changed: it is missing"),
        (
            // With the row it is about, and the head moved back: only the note outside the database still knows.
            "DELETE FROM period_jobs; DELETE FROM period_versions; DELETE FROM periods; DELETE FROM actions WHERE action = 20;
            UPDATE action_head SET actions = 19, hash = (SELECT hash FROM actions WHERE action = 19)",
            "action 20 was changed: it is missing",
        ),
    ] {
        let fixture = administered();
        ledger::note_head(&fixture.store).unwrap();
        let fault = after(fixture, sql).unwrap_or_else(|| panic!("nothing was found after {sql}")).to_string();
        assert!(fault.contains(expected), "{sql}: {fault}");
    }
}

#[test]
fn an_empty_or_changed_note_of_a_head_is_named_as_what_it_is() {
    for file in ["chain-head", "action-head"] {
        for text in ["", "12", "12 abcd", "x 00"] {
            let fixture = administered();
            ledger::note_head(&fixture.store).unwrap();
            std::fs::write(fixture.directory.path().join(file), text).unwrap();
            let fault = after(fixture, "VACUUM").unwrap();
            assert_eq!(fault, Fault::Note { file });
            assert!(fault.to_string().contains(&format!("`{file}` beside the database names no head")), "{fault}");
        }
    }
}

/// Goes back to one row a factor: those of the first `hours` hours, as [`factor`] has them.
fn before_factor_series(hours: i64) -> String {
    let origin = r#"{"basis":"lifecycle","gas":"CO2e","accounting":"consumption","status":"measured","publisher":"Test","edition":"1","licence":"CC0-1.0"}"#;
    let rows = (0..hours).map(|hour| {
        let [start, end] = [hour, hour + 1].map(|hour| at(hour * 3_600).nanoseconds());
        format!("INSERT INTO factors VALUES ('DE', {start}, {end}, 400000, '1', '{origin}', 1);")
    });
    "DROP TABLE factor_progress; DROP TABLE factor_blocks; DROP TABLE factor_evidence; DROP TABLE factor_series;
    CREATE TABLE factors (zone TEXT NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, intensity_mg_per_kwh INTEGER NOT NULL,
        edition TEXT NOT NULL, origin TEXT NOT NULL, imported_ns INTEGER NOT NULL, PRIMARY KEY (zone, start_ns, edition)) STRICT, WITHOUT ROWID;"
        .chars()
        .map(String::from)
        .chain(rows)
        .collect()
}

#[test]
fn a_directory_of_before_there_were_actions_opens_and_is_accounted_for_from_then_on() {
    let Fixture { directory, store, .. } = administered();
    drop(store);
    let connection = Connection::open(directory.path().join("wattledger.db")).unwrap();
    let back = "DROP TABLE actions; DROP TABLE action_head; DROP TABLE metered; PRAGMA user_version = 4";
    connection.execute_batch(super::durability::BEFORE_SORTING_AND_BUDGETS).unwrap();
    connection.execute_batch(back).unwrap();
    connection.execute_batch(&before_factor_series(3)).unwrap();
    drop(connection);
    for head in ["action-head", "batch-head", "seal-head"] {
        std::fs::remove_file(directory.path().join(head)).unwrap();
    }
    let store = Store::open(directory.path()).unwrap();
    let zone = "DE".into();
    let series = store.read(|tx| tx.factors().series_of(&zone)).unwrap();
    assert_eq!((series.len(), series[0].edition.as_str(), series[0].months.len()), (1, "1", 1));
    assert_eq!(ledger::verify(&store).unwrap().fault, None);
    let adopted = store.read(|tx| tx.actions().after(ActionId::new(0), 1_000)).unwrap();
    assert!(adopted.len() > 10 && adopted.iter().all(|action| action.by.token.is_empty()), "{adopted:?}");
    drop(store);
    let connection = Connection::open(directory.path().join("wattledger.db")).unwrap();
    connection.execute_batch("UPDATE site_prices SET micro_per_mwh = 1").unwrap();
    drop(connection);
    let fault = ledger::verify(&Store::open(directory.path()).unwrap()).unwrap().fault.unwrap();
    assert!(fault.to_string().contains("price \"1\" was changed"), "{fault}");
}

#[test]
fn a_batch_that_would_drive_sums_out_of_their_range_is_refused_with_the_limit() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 0);
    first.windows = vec![window("gpu0", 0, 600, 1_000)];
    fixture.apply(&first);
    let path = fixture.directory.path().join("wattledger.db");
    // As if 1 TWh less half a joule had come before.
    let near = "UPDATE metered SET energy_mj = 3599999999999999500";
    Connection::open(&path).unwrap().execute_batch(near).unwrap();
    let mut next = batch(2, 700);
    next.windows = vec![window("gpu0", 600, 1_200, 501)];
    let refused = wattledger::ingest::apply(&fixture.store, next.to_json().unwrap(), at(700)).unwrap_err().to_string();
    assert!(refused.contains("more than 1000 GWh"), "{refused}");
    next.windows = vec![window("gpu0", 600, 1_200, 500)];
    fixture.apply(&next);
    Connection::open(&path).unwrap().execute_batch("UPDATE metered SET energy_mj = 1500").unwrap();
    fixture.close(at(FAR));
    assert_eq!(fixture.assert_sound().metered.millijoules(), 1_500);
}

/// The largest figures of a full ledger: overhead at the highest PUE, and grams of both at the highest intensity that can be imported.
#[test]
fn every_sum_of_a_full_ledger_is_in_range() {
    let full = units::Energy::from_millijoules(3_600_000_000_000_000_000);
    let overhead = full.overhead(Pue::from_parts_per_million(3_000_000).unwrap()).unwrap();
    let highest = CarbonIntensity::from_milligrams_per_kwh(3_000_000);
    let grams = [full.carbon(highest).unwrap(), overhead.carbon(highest).unwrap()];
    assert!(grams.into_iter().all(|grams| grams.micrograms() > 0) && overhead > full);
}
