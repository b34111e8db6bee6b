use super::*;
use model::EntryKind;
use wattledger::store::By;
use wire::Outcome;

#[test]
fn an_entry_is_the_published_formula_over_one_period() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 3_700);
    // 42 kJ around eleven o'clock: a window never stays whole over the hour.
    first.windows = vec![window("gpu0", 3_540, 3_660, 42_000_001)];
    first.holdings = vec![holding("gpu0", "train", 1, 0, None)];
    first.jobs = vec![job("train", "llm", None)];
    fixture.apply(&first);
    let open = fixture.report(&GroupBy::Project);
    assert_eq!((open.open.energy_mj, open.total.energy_mj, open.idle.energy_mj), (42_000_001, 42_000_001, 0));

    assert_eq!(fixture.close(at(3_600 + 599)), 0, "the grace time has not passed");
    assert_eq!(fixture.close(at(3_600 + 600)), 1);
    assert_eq!(fixture.close(at(7_200 + 600)), 1);
    let entries = fixture.entries();
    let intervals: Vec<_> = entries.iter().map(|entry| (entry.part.start, entry.part.end)).collect();
    assert_eq!(intervals, [(at(3_540), at(3_600)), (at(3_600), at(3_660))]);
    let energies: Vec<i64> = entries.iter().map(|entry| entry.part.energy.millijoules()).collect();
    assert_eq!(energies, [21_000_001, 21_000_000]);
    for entry in &entries {
        let (energy, intensity) = (entry.part.energy.millijoules(), i64::from(entry.intensity.milligrams_per_kwh()));
        assert_eq!(entry.overhead.millijoules(), (energy * 200_000 + 500_000) / 1_000_000);
        assert_eq!(entry.co2e.micrograms(), (energy * intensity + 1_800_000) / 3_600_000);
        assert_eq!(
            entry.overhead_co2e.micrograms(),
            (entry.overhead.millijoules() * intensity + 1_800_000) / 3_600_000
        );
        assert!(entry.factor.contains(r#""zone":"DE""#) && entry.provisional, "{}", entry.factor);
    }
    let closed = fixture.report(&GroupBy::Project);
    assert_eq!((closed.open.energy_mj, closed.rows[0].group.as_deref()), (0, Some("llm")));
    fixture.assert_sound();
    fixture.assert_explained();
}

#[test]
fn periods_are_as_long_as_the_site_says() {
    for (minutes, expected) in [(60, 2), (30, 4), (15, 8), (5, 24)] {
        let fixture = Fixture::in_germany(minutes);
        let mut whole = batch(1, 0);
        whole.windows = vec![window("gpu0", 0, 7_200, 100_000_007)];
        fixture.apply(&whole);
        assert_eq!(fixture.close(at(FAR)), expected, "{minutes} min");
        fixture.assert_sound();
    }
}

#[test]
fn a_device_is_shared_by_weight_and_only_while_it_is_held() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 100);
    first.windows = vec![window("gpu0", 0, 100, 1_000), window("gpu1", 0, 100, 500), window("mig0", 0, 100, 400)];
    first.holdings = vec![
        holding("gpu0", "a", 1, 20, Some(80)),
        holding("gpu0", "b", 2, 50, None),
        holding("mig0", "a", 1, 0, None),
    ];
    fixture.apply(&first);
    // gpu0: 0-20 idle 200, 20-50 a 300, 50-80 a 100 and b 200, 80-100 b 200. What gpu0 contains is not added again.
    let expected = [("a", 400), ("b", 400), ("idle", 700)].map(|(job, energy)| (job.to_owned(), energy));
    assert_eq!(fixture.by_job(), expected.into());
    fixture.assert_sound();
}

#[test]
fn more_than_the_device_can_draw_is_kept_but_not_posted() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 100);
    // 700 W x 10 s x 1.2 = 8.4 kJ
    first.windows = vec![window("gpu0", 0, 10, 8_400_000), window("gpu0", 10, 20, 8_400_001)];
    let number = fixture.apply(&first).stored.unwrap().0;
    assert_eq!(fixture.by_job()["idle"], 8_400_000);
    let aside = fixture.store.read(|tx| tx.evidence().set_aside_of(number)).unwrap();
    assert_eq!((aside.len(), aside[0].position, aside[0].reason.name()), (1, 1, "implausible"));
    fixture.assert_sound();
}

#[test]
fn late_windows_supplement_and_late_holdings_reverse() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 0);
    first.windows = vec![window("gpu0", 0, 60, 6_001)];
    fixture.apply(&first);
    fixture.close(at(10_000));
    let mut late = batch(2, 20_000);
    late.windows = vec![window("gpu0", 60, 120, 5_003)];
    fixture.apply(&late);
    fixture.close(at(20_000));
    let mut told = batch(3, 30_000);
    told.holdings = vec![holding("gpu0", "train", 1, 30, None)];
    told.jobs = vec![job("train", "llm", Some(25_000))];
    fixture.apply(&told);
    assert_eq!(fixture.report(&GroupBy::Job).total.energy_mj, 3_000 + 5_003, "also before it is posted");
    fixture.close(at(30_000));

    let kinds: Vec<_> = fixture
        .entries()
        .iter()
        .map(|entry| (entry.kind, !entry.key.job.is_idle(), entry.part.energy.millijoules()))
        .collect();
    use EntryKind::{Original, Repost, Reversal, Supplement};
    let expected = [
        (Original, false, 6_001),
        (Supplement, false, 5_003),
        (Reversal, false, -6_001),
        (Reversal, false, -5_003),
        (Repost, false, 3_001),
        (Original, true, 8_003),
    ];
    assert_eq!(kinds, expected);
    let entries = fixture.entries();
    assert_eq!(entries[2].co2e.micrograms(), -entries[0].co2e.micrograms(), "negated, not recomputed");
    assert_eq!(entries[2].reason, "attribution changed after posting");
    fixture.assert_sound();
    fixture.assert_explained();
}

#[test]
fn a_factor_that_came_later_restates_with_its_reason_and_nothing_before() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 0);
    first.windows = vec![window("gpu0", 0, 3_600, 1_000_000_000)];
    fixture.apply(&first);
    fixture.close(at(FAR));
    let before = fixture.report(&GroupBy::Project);
    keep(&fixture.store, FactorSource::File, vec![actions::hourly("DE", 0, 100_000)], By::service(at(FAR)));
    assert_eq!(fixture.report(&GroupBy::Project), before, "adding a factor changes no stored result");

    let restate = |reason: &str| {
        let range = Interval::new(at(0), at(3_600)).unwrap();
        ledger::restate(&fixture.store, &fixture.library, range, reason.to_owned(), By::service(at(FAR)))
            .unwrap()
            .entries
    };
    assert_eq!(restate("hourly factors of March"), 2);
    assert_eq!(restate("again"), 0, "what is current is left alone");
    let after = fixture.report(&GroupBy::Project);
    assert_eq!((after.metered.energy_mj, after.metered.co2e_ug_location), (1_000_000_000, 27_777_778));
    let last = fixture.entries().pop().unwrap();
    assert_eq!(
        (last.kind, last.reason.as_str(), last.provisional),
        (EntryKind::Repost, "hourly factors of March", false)
    );
    assert!(last.factor.contains(r#""fallback_step":1"#));
    fixture.assert_sound();
    fixture.assert_explained();
}

#[test]
fn a_node_that_moves_takes_its_energy_along() {
    let fixture = Fixture::new();
    let mut first = batch(1, 0);
    first.windows = vec![window("gpu0", 0, 100, 1_000)];
    fixture.apply(&first);
    fixture.close(at(FAR));
    assert!(fixture.entries()[0].factor.contains("belongs to no site"));
    workload::add_site(&fixture.store, &fixture.library, "par".into(), "FR", 30, Pue::ONE, By::service(at(0))).unwrap();
    workload::assign_node(&fixture.store, "n1".into(), "par".into(), at(50), By::service(at(FAR))).unwrap();
    fixture.close(at(FAR));
    let sites = fixture
        .store
        .read(|tx| tx.entry_sums().by_group(&Selection::between(at(-FAR), at(FAR)), &GroupBy::Site))
        .unwrap();
    let sums: Vec<_> = sites.iter().map(|row| (row.group.as_deref().unwrap(), row.energy.millijoules())).collect();
    assert_eq!(sums, [("par", 500), ("unassigned", 500)]);
    fixture.assert_sound();
    fixture.assert_explained();
}

#[test]
fn a_job_told_by_hand_holds_until_it_is_finished() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 0);
    first.windows = vec![window("gpu0", 0, 100, 1_000)];
    fixture.apply(&first);
    let stated =
        Job { started: Some(at(10)), labels: [("team".to_owned(), "x".to_owned())].into(), ..job("j", "p", None) };
    let gpu = workload::DeviceName { node: None, uuid: "gpu0".into() };
    workload::state_job(&fixture.store, stated, vec![gpu], By::service(at(10))).unwrap();
    assert_eq!(fixture.by_job()["j"], 900);
    workload::finish_job(&fixture.store, "j".into(), at(60), Some(0), By::service(at(70))).unwrap();
    assert_eq!((fixture.by_job()["j"], fixture.by_job()["idle"]), (500, 500));
    assert_eq!(fixture.close(at(100)), 1, "an ended job is posted at once");
    let by_label = fixture.report(&GroupBy::Label("team".to_owned()));
    assert_eq!((by_label.rows.len(), by_label.rows[0].group.as_deref()), (1, Some("x")));
    let only = |project| {
        let own = Selection { project: Some(String::from(project).into()), ..Selection::between(at(-FAR), at(FAR)) };
        let report = ledger::report(&fixture.store, &fixture.library, &own, &GroupBy::Job).unwrap();
        (report.total.energy_mj, report.idle.energy_mj)
    };
    assert_eq!(only("p"), (500, 0));
    assert_eq!(only("another"), (0, 0), "a project sees neither idle nor the jobs of others");
    fixture.assert_sound();

    let unknown = workload::finish_job(&fixture.store, "k".into(), at(60), None, By::service(at(70))).unwrap_err();
    assert_eq!(unknown.to_string(), "no job \"k\": `wattledger jobs` lists all");
    let empty = workload::finish_job(&fixture.store, "j".into(), at(10), None, By::service(at(70))).unwrap_err();
    assert_eq!(empty.to_string(), "job \"j\" would end at or before its start: give an end after it");
}

#[test]
fn a_batch_counts_once_and_its_name_belongs_to_its_bytes() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 0);
    first.windows = vec![window("gpu0", 0, 10, 1_000)];
    assert_eq!(fixture.apply(&first).outcome, Outcome::Accepted);
    assert_eq!(fixture.apply(&first).outcome, Outcome::Duplicate);
    assert_eq!(fixture.assert_sound().metered.millijoules(), 1_000);
    first.windows[0].energy = Energy::from_millijoules(1_001);
    let refused = ingest::apply(&fixture.store, first.to_json().unwrap(), at(0)).unwrap_err();
    assert!(matches!(refused, ingest::IngestError::Conflict { sequence: 1, .. }), "{refused}");
    assert_eq!(fixture.assert_sound().batches, 1);
}

#[test]
fn more_accounts_than_one_transaction_takes_are_all_posted() {
    let fixture = Fixture::in_germany(5);
    let mut long = batch(1, 0);
    long.windows = (0..1_203).map(|period| window("gpu0", period * 300, period * 300 + 300, 30_001)).collect();
    fixture.apply(&long);
    assert_eq!(fixture.close(at(FAR)), 1_203);
    assert_eq!(fixture.close(at(FAR)), 0);
    assert_eq!(fixture.assert_sound().idle.millijoules(), 1_203 * 30_001);
}
