use super::*;
use api::{AttentionItem, Severity};
use model::ProjectName;
use wattledger::attention::attention;

/// What needs someone `seconds` after ten o'clock: kind, severity and id.
fn at_time(fixture: &Fixture, seconds: i64) -> Vec<(String, Severity, String)> {
    let items = all(fixture, seconds, None);
    items.into_iter().map(|item| (item.kind.to_string(), item.severity, item.subject.id)).collect()
}

fn all(fixture: &Fixture, seconds: i64, project: Option<&str>) -> Vec<AttentionItem> {
    let project = project.map(ProjectName::from);
    attention(&fixture.store, &fixture.library, at(seconds), project.as_ref()).unwrap()
}

/// `gpu0` held by `train` of project `p` and drawing `energy_mj` in an hour; `gpu1` idle.
fn hour(energy_mj: i64) -> Fixture {
    let fixture = Fixture::in_germany(60);
    let mut hour = batch(1, 3_600);
    hour.windows = vec![window("gpu0", 0, 3_600, energy_mj), window("gpu1", 0, 3_600, 36_000_000)];
    hour.holdings = vec![holding("gpu0", "train", 1, 0, None)];
    hour.jobs = vec![job("train", "p", None)];
    fixture.apply(&hour);
    fixture
}

#[test]
fn a_fleet_at_work_needs_nobody() {
    // 400 W of 700 W.
    assert_eq!(at_time(&hour(400_000 * 3_600), 3_700), []);
}

#[test]
fn a_held_device_that_does_nothing_is_named_with_its_draw() {
    let fixture = hour(90_000 * 3_600);
    assert_eq!(at_time(&fixture, 3_700), [("held_idle".to_owned(), Severity::Warn, "train".to_owned())]);
    let message = &all(&fixture, 3_700, Some("p"))[0].message;
    assert!(message.contains("draw only 90 W of 700 W each"), "{message}");
    assert_eq!(all(&fixture, 3_700, Some("other")), []);
    workload::finish_job(&fixture.store, "train".into(), at(3_600), None, wattledger::store::By::service(at(3_650)))
        .unwrap();
    assert_eq!(at_time(&fixture, 3_700), [], "given back");
}

/// An agent whose clock was set ahead.
#[test]
fn windows_of_the_future_are_named_until_their_time_has_come() {
    let fixture = hour(400_000 * 3_600);
    let ahead = ("clock_ahead".to_owned(), Severity::Bad, "n1".to_owned());
    assert_eq!(at_time(&fixture, 3_600 - 600), []);
    assert_eq!(at_time(&fixture, 3_600 - 601), [ahead]);
    let message = &all(&fixture, 3_600 - 601, None)[0].message;
    assert!(message.contains("end in the future, at 2026-03-10T11:00:00Z: set its clock"), "{message}");
    assert_eq!(all(&fixture, 0, Some("p")), [], "the fleet is not a project's");
    // What it metered afterwards, with the right date, is there beside it.
    let mut right = batch(2, 60);
    right.windows = vec![window("gpu0", -60, 0, 1_000_003)];
    fixture.apply(&right);
    let verified = fixture.assert_sound();
    assert_eq!(verified.metered.millijoules(), 400_000 * 3_600 + 36_000_000 + 1_000_003);
}

#[test]
fn a_silent_agent_is_late_then_lost_then_gone_and_its_job_is_asked_about() {
    let fixture = hour(400_000 * 3_600);
    let late = |severity| ("agent_late".to_owned(), severity, "n1".to_owned());
    let silent = ("job_silent".to_owned(), Severity::Warn, "train".to_owned());
    assert_eq!(at_time(&fixture, 3_600 + 299), []);
    assert_eq!(at_time(&fixture, 3_600 + 301), [late(Severity::Warn)]);
    assert_eq!(at_time(&fixture, 3_600 + 3_601), [late(Severity::Bad), silent.clone()]);
    assert_eq!(at_time(&fixture, 3_600 + 31 * 86_400), [silent], "taken away, but the job has no end");
    assert_eq!(all(&fixture, 3_600 + 3_601, Some("p")).len(), 1, "the fleet is not a project's");
}

#[test]
fn low_coverage_windows_set_aside_and_a_node_of_nowhere_are_listed() {
    let fixture = Fixture::new();
    let mut odd = batch(1, 3_600);
    odd.windows = vec![window("gpu0", 0, 3_500, 1_000), window("gpu1", 0, 10, 8_401_000)];
    odd.windows[0].covered = Span::from_seconds(3_000);
    let gap = |reason| wire::Gap { device: "gpu0".into(), start: at(3_000), end: at(3_500), reason };
    odd.gaps = vec![gap(wire::GapReason::Unread), gap(wire::GapReason::Merged)];
    fixture.apply(&odd);
    let gaps = fixture
        .store
        .read(|tx| tx.gaps().list(&wattledger::store::GapFilter { limit: 9, ..Default::default() }))
        .unwrap();
    assert_eq!(
        gaps.iter().map(|gap| (gap.uuid.as_str(), gap.reason.name())).collect::<Vec<_>>(),
        [("gpu0", "merged"), ("gpu0", "unread")]
    );
    let expected = [
        ("coverage_low".to_owned(), Severity::Warn, "n1".to_owned()),
        ("node_without_site".to_owned(), Severity::Warn, "n1".to_owned()),
        ("windows_set_aside".to_owned(), Severity::Warn, "n1/gpu1".to_owned()),
        ("gaps_reported".to_owned(), Severity::Info, "n1".to_owned()),
    ];
    assert_eq!(at_time(&fixture, 3_700), expected);
    let coverage = &all(&fixture, 3_700, None)[0].message;
    assert!(coverage.contains("measured for only 85.7 % of the last day"), "{coverage}");
}

#[test]
fn what_an_agent_cannot_tell_of_holders_is_listed_for_a_day() {
    let fixture = hour(400_000 * 3_600);
    let mut batch = batch(2, 3_600);
    batch.node.unclear = vec!["gpu0 is used by two".to_owned(), "gpu1 too".to_owned()];
    fixture.apply(&batch);
    let listed = |seconds: i64| {
        let items = all(&fixture, seconds, None).into_iter().filter(|item| item.kind.name() == "holder_unclear");
        items.map(|item| (item.subject.id, item.message)).collect::<Vec<_>>()
    };
    assert_eq!(listed(3_700), [("n1".to_owned(), "gpu0 is used by two; gpu1 too".to_owned())]);
    assert_eq!(listed(3_600 + 2 * 86_400), []);
}

#[test]
fn factors_that_stand_still_or_stay_provisional_are_listed() {
    use wattledger::grid::FactorStatus::{Measured, Provisional};
    let fixture = Fixture::in_germany(60);
    let import = |edition: &'static str, status, hour: i64| {
        let mut factor = breakdown::measured_hour();
        factor.values[0].interval = units::Interval::new(at(hour), at(hour + 3_600)).unwrap();
        factor.values[0].status = status;
        factor.edition = edition.to_owned();
        keep(&fixture.store, model::FactorSource::File, vec![factor], wattledger::store::By::service(at(0)));
    };
    import("first", Provisional, 0);
    import("first", Provisional, 3_600);
    import("final", Measured, 3_600);
    let stale = ("factors_stale".to_owned(), Severity::Warn, "DE".to_owned());
    assert_eq!(at_time(&fixture, 2 * 86_400), []);
    assert_eq!(at_time(&fixture, 2 * 86_400 + 7_200), std::slice::from_ref(&stale));
    let old = ("factors_provisional".to_owned(), Severity::Info, "DE".to_owned());
    assert_eq!(at_time(&fixture, 31 * 86_400), [stale, old]);
    let message = &all(&fixture, 31 * 86_400, None)[1].message;
    assert!(message.starts_with("1 factor of DE is still provisional"), "{message}");
}
