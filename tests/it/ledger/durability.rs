use super::*;
use rusqlite::Connection;

#[test]
fn what_was_acknowledged_is_there_after_reopening() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 0);
    first.windows = vec![window("gpu0", 0, 5_000, 123_456_789)];
    first.holdings = vec![holding("gpu0", "train", 1, 17, None)];
    fixture.apply(&first);
    fixture.close(at(3_600 + 600));
    let before = fixture.report(&GroupBy::Job);
    let Fixture { directory, store, library } = fixture;
    drop(store);
    let again = Fixture { store: Store::open(directory.path()).unwrap(), directory, library };
    assert_eq!(again.report(&GroupBy::Job), before);
    assert_eq!(again.apply(&first).outcome, wire::Outcome::Duplicate);
    again.assert_sound();
}

#[test]
fn a_directory_has_one_service_and_no_future() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let second = Store::open(directory.path()).unwrap_err().to_string();
    assert!(second.contains("is in use by another wattledger: stop it"), "{second}");
    drop(store);
    let connection = Connection::open(directory.path().join("wattledger.db")).unwrap();
    connection.pragma_update(None, "user_version", 1_000).unwrap();
    drop(connection);
    let newer = Store::open(directory.path()).unwrap_err().to_string();
    assert!(newer.contains("has version 1000 and this program reads up to "), "{newer}");
}

#[test]
fn a_file_that_lost_its_tail_or_its_head_is_named() {
    let fixture = Fixture::in_germany(60);
    fixture.apply(&batch(1, 0));
    let Fixture { directory, store, .. } = fixture;
    drop(store);
    let path = directory.path().join("wattledger.db");
    let whole = std::fs::read(&path).unwrap();
    let mut overwritten = whole.clone();
    overwritten[..100].fill(0xAA);
    for broken in [&whole[..whole.len() - 4_096], &whole[..whole.len() / 2], &whole[..50], &overwritten] {
        std::fs::write(&path, broken).unwrap();
        let said = Store::open(directory.path()).unwrap_err().to_string();
        assert!(said.contains("wattledger.db is damaged (") && said.contains("restore"), "{said}");
    }
    std::fs::write(&path, &whole).unwrap();
    assert!(Store::open(directory.path()).is_ok());
}

#[test]
fn many_agents_at_once_are_each_counted_once() {
    let fixture = Fixture::in_germany(60);
    std::thread::scope(|scope| {
        for agent in 0..16_u32 {
            let store = &fixture.store;
            scope.spawn(move || {
                for sequence in 1..=20_i64 {
                    let mut next = batch(sequence.unsigned_abs(), sequence * 10);
                    next.agent = format!("agent-{agent}").into();
                    next.node.name = format!("node-{agent}").into();
                    next.windows = vec![window("gpu0", sequence * 10, sequence * 10 + 10, 1_001)];
                    ingest::apply(store, next.to_json().unwrap(), at(0)).unwrap();
                    ingest::apply(store, next.to_json().unwrap(), at(0)).unwrap();
                }
            });
        }
    });
    let verified = fixture.assert_sound();
    assert_eq!((verified.batches, verified.metered.millijoules()), (320, 320 * 1_001));
}

#[test]
fn a_refused_change_leaves_nothing() {
    let fixture = Fixture::in_germany(60);
    fixture.apply(&batch(1, 0));
    let devices = ["gpu0", "gpu9"].map(|uuid| workload::DeviceName { node: None, uuid: uuid.to_owned().into() });
    let refused =
        workload::state_job(&fixture.store, job("j", "p", None), devices.into(), wattledger::store::By::service(at(0)))
            .unwrap_err();
    assert!(refused.to_string().starts_with("no device \"gpu9\": a device is known once an agent has metered it"));
    assert_eq!(fixture.store.read(|tx| tx.jobs().find(&"j".into())).unwrap(), None);
}

/// What brings the tables back to those before actions were recorded, but for those of actions.
pub(super) const BEFORE_SORTING_AND_BUDGETS: &str = "
    DROP TRIGGER budget_facts; DROP TABLE decision_hashes; DROP TABLE decision_head; DROP TABLE decisions; DROP TABLE overrides; DROP TABLE holds; DROP TABLE budget_holds;
    DROP TABLE admissions; DROP TABLE budget_progress; DROP TABLE budget_open; DROP TABLE budget_days; DROP TABLE budgets;
    DROP TABLE held_time; DROP INDEX jobs_by_start; DROP INDEX jobs_by_intensity; DROP INDEX jobs_by_held_idle; DROP INDEX jobs_by_energy_per_step;
    ALTER TABLE jobs DROP COLUMN posted_uj_per_step; ALTER TABLE jobs DROP COLUMN held_idle_ppm;
    ALTER TABLE jobs DROP COLUMN posted_mg_per_kwh; ALTER TABLE jobs DROP COLUMN steps;
    ALTER TABLE jobs DROP COLUMN held_idle_us; ALTER TABLE jobs DROP COLUMN held_us;";

/// What brings those back to their first version.
const FIRST_VERSION: &str = "
    CREATE TABLE spans (device INTEGER NOT NULL REFERENCES devices, start_ns INTEGER NOT NULL,
        batch INTEGER NOT NULL REFERENCES batches, end_ns INTEGER NOT NULL, PRIMARY KEY (device, start_ns, batch))
        STRICT, WITHOUT ROWID;
    INSERT INTO spans SELECT value, start_ns, batch, end_ns FROM reaches, json_each('[' || trim(devices, ',') || ']');
    UPDATE postings SET entry = (SELECT max(id) FROM ledger_entries AS own WHERE reverses IS NULL
        AND own.node = postings.node AND own.period_start_ns = postings.period_start_ns AND own.job = postings.job
        AND own.component = postings.component AND own.site = postings.site
        AND posting BETWEEN first_posting AND last_posting);
    CREATE INDEX postings_open ON postings (period_end_ns) WHERE entry IS NULL;
    DROP TABLE reaches; DROP TABLE open_accounts; DROP TABLE job_labels;
    DROP INDEX jobs_by_energy; DROP INDEX jobs_by_co2e; DROP INDEX jobs_by_project_and_energy;
    DROP INDEX jobs_by_project_and_co2e; DROP INDEX jobs_by_end;
    ALTER TABLE jobs DROP COLUMN posted_mj; ALTER TABLE jobs DROP COLUMN posted_ug;
    ALTER TABLE nodes DROP COLUMN longest_ns; ALTER TABLE nodes DROP COLUMN reached_ns;
    ALTER TABLE batches DROP COLUMN packing;
    DROP TABLE sessions; DROP TABLE sign_in_links; DROP TABLE job_steps;
    DROP TABLE site_prices; DROP TABLE site_idle_owners; DROP TABLE site_zones; DROP TABLE gaps;
    DROP TABLE period_jobs; DROP TABLE period_versions; DROP TABLE periods;
    DROP TABLE actions; DROP TABLE action_head; DROP TABLE metered;
    PRAGMA user_version = 1;";

#[test]
fn a_directory_of_the_first_version_opens_with_everything_in_it() {
    let fixture = Fixture::in_germany(15);
    let mut batches: Vec<Batch> = (1..=4).map(|sequence| batch(sequence, 900 * sequence.cast_signed())).collect();
    for (next, start) in batches.iter_mut().zip((900..).step_by(900)) {
        next.windows =
            vec![window("gpu0", start, start + 800, 300_000_001), window("gpu1", start, start + 900, 77_777)];
        next.holdings = vec![holding("gpu0", "train", 1, 950, None)];
        next.jobs = vec![Job { labels: [("team".to_owned(), "a".to_owned())].into(), ..job("train", "p", None) }];
        fixture.apply(next);
    }
    // The first two periods are posted, the others open.
    fixture.close(at(2_700 + 600));
    let before = (fixture.by_job(), fixture.entries(), fixture.assert_sound());
    let bodies: Vec<Vec<u8>> = batches.iter().map(|batch| batch.to_json().unwrap()).collect();
    let Fixture { directory, store, library } = fixture;
    drop(store);
    let connection = Connection::open(directory.path().join("wattledger.db")).unwrap();
    connection.execute_batch(BEFORE_SORTING_AND_BUDGETS).unwrap();
    connection.execute_batch(FIRST_VERSION).unwrap();
    for (body, sequence) in bodies.iter().zip(1..) {
        connection.execute("UPDATE batches SET body = ?1 WHERE sequence = ?2", (body, sequence)).unwrap();
    }
    drop(connection);
    std::fs::remove_file(directory.path().join("action-head")).unwrap();
    let again = Fixture { store: Store::open(directory.path()).unwrap(), directory, library };
    assert_eq!((again.by_job(), again.entries(), again.assert_sound()), before);
    again.assert_explained();
    assert_eq!(again.apply(&batches[0]).outcome, wire::Outcome::Duplicate);
    // A window that overlaps an old one loses, and a holding that ends moves old energy: the reaches were carried over.
    let mut late = batch(9, 9_000);
    late.windows = vec![window("gpu0", 1_000, 1_100, 5_000)];
    late.holdings = vec![holding("gpu0", "train", 1, 950, Some(1_750))];
    again.apply(&late);
    assert_eq!(again.assert_sound().metered.millijoules(), before.2.metered.millijoules());
    assert!(again.by_job()["train"] < before.0["train"]);
    again.close(at(FAR));
    again.assert_sound();
    again.assert_explained();
}
