#![allow(clippy::print_stdout, reason = "seeds and counts are to be seen")]

use super::*;
use ledger::Fault;
use model::{EntryId, JobNumber};
use rusqlite::Connection;

/// Every column of an entry but its number, what it reverses and its hash.
const COLUMNS: [&str; 24] = [
    "kind",
    "reason",
    "job",
    "node",
    "site",
    "component",
    "period_start_ns",
    "period_end_ns",
    "start_ns",
    "end_ns",
    "energy_mj",
    "overhead_mj",
    "pue_ppm",
    "intensity_mg_per_kwh",
    "co2e_ug",
    "overhead_co2e_ug",
    "factor",
    "provisional",
    "modelled_mj",
    "covered_ns",
    "span_ns",
    "first_posting",
    "last_posting",
    "posted_ns",
];

/// A ledger with originals, reversals and reposts, closed.
fn some_history() -> Fixture {
    let fixture = Fixture::in_germany(15);
    for sequence in 1..=4_u8 {
        let start = i64::from(sequence) * 900;
        let mut next = batch(u64::from(sequence), start);
        next.windows =
            vec![window("gpu0", start, start + 800, 300_000_000), window("gpu1", start, start + 900, 77_777)];
        next.holdings = vec![holding("gpu0", "train", 1, 950, None)];
        next.jobs = vec![Job { labels: [("team".to_owned(), "a".to_owned())].into(), ..job("train", "vision", None) }];
        if sequence == 4 {
            next.windows.push(window("gpu1", start + 900, start + 901, 9_000_000_000));
            let (device, start, end) = ("gpu1".into(), at(start + 901), at(start + 960));
            next.gaps = vec![wire::Gap { device, start, end, reason: wire::GapReason::Unread }];
        }
        fixture.apply(&next);
    }
    fixture.close(at(FAR));
    let mut late = batch(9, 9_000);
    late.holdings = vec![holding("gpu1", "other", 1, 1_000, Some(2_000))];
    fixture.apply(&late);
    fixture.close(at(FAR));
    fixture
}

#[test]
fn an_untouched_ledger_has_no_fault() {
    let fixture = some_history();
    let entries = fixture.assert_sound().entries;
    assert!(entries > 12, "{entries}");
    fixture.assert_explained();
    assert_eq!(after(fixture, "VACUUM"), None);
}

#[test]
fn every_changed_column_of_every_entry_is_named() {
    let columns = some_history();
    let last = columns.entries().last().unwrap().id.number();
    let directory = columns.directory;
    drop(columns.store);
    let path = directory.path().join("wattledger.db");
    for (position, name) in COLUMNS.into_iter().enumerate() {
        let id = i64::try_from(position).unwrap() % last + 1;
        let connection = Connection::open(&path).unwrap();
        let is_text = ["kind", "reason", "component", "factor"].contains(&name);
        let (forward, back) = match name {
            "provisional" => ("1 - #", "1 - #"),
            _ if is_text => ("# || 'x'", "substr(#, 1, length(#) - 1)"),
            _ => ("# + 1", "# - 1"),
        };
        let change =
            |set: &str| format!("PRAGMA foreign_keys = OFF; UPDATE ledger_entries SET {name} = {set} WHERE id = {id}");
        connection.execute_batch(&change(&forward.replace('#', name))).unwrap();
        let fault = ledger::verify(&Store::open(directory.path()).unwrap()).unwrap().fault;
        let named = matches!(fault, Some(Fault::Changed { entry, .. } | Fault::Unreadable { entry, .. }) if entry.number() == id);
        assert!(named, "{name} of entry {id}: {fault:?}");
        connection.execute_batch(&change(&back.replace('#', name))).unwrap();
    }
    assert_eq!(ledger::verify(&Store::open(directory.path()).unwrap()).unwrap().fault, None);
}

#[test]
fn deleted_swapped_and_cut_entries_are_found() {
    let last = some_history().entries().last().unwrap().id.number();
    let delete = |id: i64| format!("DELETE FROM ledger_entries WHERE id = {id}");
    for id in [1, 5, last] {
        assert_eq!(after(some_history(), &delete(id)), Some(Fault::Missing { entry: EntryId::new(id) }));
    }
    let swap = "UPDATE ledger_entries SET id = 1000 WHERE id = 3; UPDATE ledger_entries SET id = 3 WHERE id = 4;
        UPDATE ledger_entries SET id = 4 WHERE id = 1000";
    assert!(matches!(after(some_history(), swap), Some(Fault::Changed { entry, .. }) if entry.number() == 3));
    // The tail is cut and the head moved back to match: only the note outside the database still knows.
    let cut = format!(
        "{}; UPDATE chain_head SET entries = {id}, hash = (SELECT hash FROM ledger_entries WHERE id = {id})",
        delete(last),
        id = last - 1
    );
    assert_eq!(after(some_history(), &cut), Some(Fault::Checkpoint { entry: EntryId::new(last) }));
}

/// A random flip, deletion, swap or cut, as SQL, and the entry that `verify` must name.
fn tampered(random: &mut fastrand::Rng, last: i64) -> (String, i64) {
    let entry = random.i64(1..=last);
    match random.u8(0..4) {
        0 => {
            let column = *random.choice(&COLUMNS).unwrap();
            let bit = 1_i64 << random.u8(0..40);
            let other = match column {
                "kind" | "reason" | "component" | "factor" => format!("{column} || char({})", random.u8(33..127)),
                "provisional" => "1 - provisional".to_owned(),
                // One bit of the integer, as XOR.
                _ => format!("({column} | {bit}) - ({column} & {bit})"),
            };
            (format!("UPDATE ledger_entries SET {column} = {other} WHERE id = {entry}"), entry)
        }
        1 => (format!("DELETE FROM ledger_entries WHERE id = {entry}"), entry),
        2 => {
            let other = entry % last + 1;
            let ids = format!("CASE id WHEN {entry} THEN -{other} ELSE -{entry} END");
            let swap = format!("UPDATE ledger_entries SET id = {ids} WHERE id IN ({entry}, {other})");
            (format!("{swap}; UPDATE ledger_entries SET id = -id WHERE id < 0"), entry.min(other))
        }
        _ => {
            let kept = entry - 1;
            let head = format!("(SELECT hash FROM ledger_entries WHERE id = {kept})");
            let cut = format!("DELETE FROM ledger_entries WHERE id > {kept}");
            // The head is moved back with it, where there is an entry left to point at.
            let moved = format!("UPDATE chain_head SET entries = {kept}, hash = {head}");
            (if kept > 0 { format!("{cut}; {moved}") } else { cut }, if kept > 0 { last } else { 1 })
        }
    }
}

fn named(fault: Option<Fault>) -> Option<i64> {
    match fault? {
        Fault::Missing { entry }
        | Fault::Unreadable { entry, .. }
        | Fault::Changed { entry, .. }
        | Fault::Checkpoint { entry } => Some(entry.number()),
        _ => None,
    }
}

#[test]
fn whatever_is_done_to_entries_the_first_bad_one_is_named_and_nothing_else_is() {
    let mut random = crate::reliability::random();
    let fixture = some_history();
    let last = fixture.entries().last().unwrap().id.number();
    let Fixture { directory, store, .. } = fixture;
    drop(store);
    let [whole, head] = ["wattledger.db", "chain-head"].map(|name| std::fs::read(directory.path().join(name)).unwrap());
    let place = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let trials = crate::reliability::count(1_000);
    for trial in 0..trials {
        std::fs::write(place.path().join("wattledger.db"), &whole).unwrap();
        std::fs::write(place.path().join("chain-head"), &head).unwrap();
        let verify = || ledger::verify(&Store::open(place.path()).unwrap()).unwrap().fault;
        if trial % 10 == 0 {
            assert_eq!(verify(), None, "a false alarm");
        }
        let (sql, entry) = tampered(&mut random, last);
        let connection = Connection::open(place.path().join("wattledger.db")).unwrap();
        connection.execute_batch(&format!("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; {sql}")).unwrap();
        drop(connection);
        let fault = verify();
        assert_eq!(named(fault.clone()), Some(entry), "{sql}: {fault:?}");
    }
    println!("{trials} of {trials} found");
}

/// Bit flips and cuts of the database: where a flipped bit or a cut is neither refused nor found by `verify`, every figure is what it was.
#[test]
fn a_damaged_database_is_refused_or_named_or_says_what_it_said_before() {
    let mut random = crate::reliability::random();
    let fixture = some_history();
    let before = fixture.report(&GroupBy::Job);
    let Fixture { directory, store, library } = fixture;
    drop(store);
    let whole = std::fs::read(directory.path().join("wattledger.db")).unwrap();
    let head = std::fs::read(directory.path().join("chain-head")).unwrap();
    let (trials, mut found) = (crate::reliability::count(300), 0);
    for trial in 0..trials {
        let place = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let mut damaged = whole.clone();
        match trial % 3 {
            0 => damaged.truncate(random.usize(0..whole.len())),
            1 => damaged[random.usize(0..whole.len())] ^= 1 << random.u8(0..8),
            _ => {
                let start = random.usize(0..whole.len() - 512);
                random.fill(&mut damaged[start..start + 512]);
            }
        }
        std::fs::write(place.path().join("wattledger.db"), &damaged).unwrap();
        std::fs::write(place.path().join("chain-head"), &head).unwrap();
        // An empty file is a ledger without anything, which the note beside it contradicts.
        let store = Store::open(place.path());
        let said = store.as_ref().map(|store| (ledger::lost_head(store), ledger::verify(store)));
        let Ok((Ok(None), Ok(ledger::Verified { fault: None, .. }))) = said else {
            found += 1;
            continue;
        };
        let again = Fixture { directory: place, store: store.unwrap(), library: Arc::clone(&library) };
        assert_eq!(again.report(&GroupBy::Job), before, "trial {trial}");
    }
    println!("{found} of {trials} damages were refused or named; the others changed nothing that is shown");
    assert!(found >= trials / 3, "every cut is found: {found}");
}

#[test]
fn changed_evidence_holdings_and_postings_are_found() {
    for (sql, expected) in [
        (
            "UPDATE batches SET packing = 0, body = CAST('{}' AS BLOB) WHERE sequence = 2",
            "its bytes do not have the hash",
        ),
        ("UPDATE batches SET body = substr(body, 1, length(body) - 9) WHERE sequence = 2", "it cannot be read"),
        (
            "UPDATE jobs SET posted_mj = posted_mj + 1 WHERE id = 'train'",
            "what is noted as posted to it is not the sum",
        ),
        ("UPDATE jobs SET posted_ug = posted_ug + 1 WHERE id = ''", "what is noted as posted to it is not the sum"),
        ("UPDATE holdings SET weight = weight, start_ns = start_ns + 1 WHERE job = 1", "its postings are not what"),
        ("UPDATE postings SET modelled_mj = 1 WHERE posting = 1", "its postings do not sum to it"),
        ("UPDATE postings SET energy_mj = energy_mj + 1 WHERE posting = 1", "its postings do not sum to it"),
        ("DELETE FROM postings WHERE posting = 1", "entry 1 was changed: its postings are missing"),
        ("UPDATE batches SET sequence = 77 WHERE sequence = 2", "its agent, boot, sequence, node or time is not"),
        ("UPDATE nodes SET name = 'other'", "its agent, boot, sequence, node or time is not"),
        ("DELETE FROM set_aside", "the windows set aside are not those that do not count"),
        ("DELETE FROM gaps", "its gaps are not those of its bytes"),
        ("UPDATE gaps SET reason = 'merged'", "its gaps are not those of its bytes"),
        ("UPDATE jobs SET project = NULL WHERE id = 'train'", "\"train\" was changed: its project, labels or times"),
        (
            "UPDATE job_statements SET body = replace(body, 'vision', 'other'); INSERT OR IGNORE INTO projects VALUES ('other');
            UPDATE jobs SET project = 'other' WHERE id = 'train'",
            "\"train\" was changed: its project, labels or times",
        ),
        ("UPDATE job_labels SET value = 'b'", "\"train\" was changed: its project, labels or times"),
        (
            "INSERT INTO ledger_entries SELECT 0, kind, NULL, reason, job, node, site, component, period_start_ns,
                period_end_ns, start_ns, end_ns, energy_mj, overhead_mj, pue_ppm, intensity_mg_per_kwh, co2e_ug,
                overhead_co2e_ug, factor, provisional, modelled_mj, covered_ns, span_ns, first_posting, last_posting,
                posted_ns, hash FROM ledger_entries WHERE id = 1;
            UPDATE jobs SET posted_mj = (SELECT sum(energy_mj) FROM ledger_entries WHERE job = jobs.job),
                posted_ug = (SELECT sum(co2e_ug) FROM ledger_entries WHERE job = jobs.job)",
            "entry 0 was changed: its number is none of the chain",
        ),
    ] {
        let fault = after(some_history(), sql).unwrap().to_string();
        assert!(fault.contains(expected), "{sql}: {fault}");
    }
}

/// Flips one bit in every byte of a stored batch, one byte at a time.
#[test]
fn no_bit_of_the_evidence_can_change() {
    let Fixture { directory, store, .. } = some_history();
    drop(store);
    let path = directory.path().join("wattledger.db");
    let body: Vec<u8> = {
        let connection = Connection::open(&path).unwrap();
        connection.query_row("SELECT body FROM batches WHERE sequence = 2", (), |row| row.get(0)).unwrap()
    };
    for place in (0..body.len()).step_by(7) {
        let mut changed = body.clone();
        changed[place] ^= 1 << (place % 8);
        let connection = Connection::open(&path).unwrap();
        connection.execute("UPDATE batches SET body = ?1 WHERE sequence = 2", [&changed]).unwrap();
        drop(connection);
        let fault = ledger::verify(&Store::open(directory.path()).unwrap()).unwrap().fault;
        // A bit of the frame's header may change nothing of what it unpacks to.
        let harmless = zstd::bulk::decompress(&changed, 1 << 20).ok() == zstd::bulk::decompress(&body, 1 << 20).ok();
        assert_eq!(matches!(fault, Some(Fault::Batch { .. })), !harmless, "byte {place}: {fault:?}");
    }
}

#[test]
fn an_open_account_that_is_not_its_postings_is_found() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 0);
    first.windows = vec![window("gpu0", 0, 600, 1_000_001)];
    fixture.apply(&first);
    fixture.assert_sound();
    let fault = after(fixture, "UPDATE open_accounts SET energy_mj = energy_mj + 1").unwrap();
    assert!(matches!(fault, Fault::Open { job: JobNumber::IDLE, .. }), "{fault}");
}
