//! Every provider: the first round, the next, revised values, a pause that it asks for, and an outage.

use super::stand_in::Said;
use super::{Bench, HOUR, START_S, faces};
use model::{ProviderName, ProviderState};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use units::Span;
use wattledger::feed::FeedError;

/// Values, forecasts among them, that an hour brings, and those of one revised hour (or month), over all series.
const fn brought(name: ProviderName) -> (usize, usize) {
    match name {
        ProviderName::ElectricityMaps => (2, 1),
        ProviderName::WattTime => (24, 12),
        ProviderName::UkCarbonIntensity => (4, 2),
        ProviderName::Entsoe | ProviderName::Eia => (2, 2),
        ProviderName::Energinet => (12, 12),
        ProviderName::Rte => (4, 4),
        ProviderName::OpenElectricity => (24, 24),
        ProviderName::Ember => (0, 1),
    }
}

/// Starts of the steps in three hours that begin at noon the day before, or of three months.
fn old_steps(name: ProviderName) -> BTreeSet<i64> {
    match name {
        // 1 January, 1 February and 1 March 2026.
        ProviderName::Ember => [1_767_225_600, 1_769_904_000, 1_772_323_200].into(),
        _ => {
            let noon = START_S - 20 * 3_600;
            (noon..noon + 3 * 3_600).step_by(usize::try_from(faces::step(name)).unwrap()).collect()
        }
    }
}

/// Through all of it with one provider.
fn passes(name: ProviderName) {
    let status = Arc::new(AtomicU16::new(200));
    let said = Arc::clone(&status);
    let bench = Bench::of(name, move |heard| {
        if heard.target.starts_with("/login") {
            return Some(Said::ok(r#"{"token":"t0ken"}"#));
        }
        match said.load(Ordering::SeqCst) {
            200 => None,
            429 => Some(Said::status(429).with("Retry-After", "120")),
            other => Some(Said::status(other)),
        }
    });
    let (hourly, of_revised) = brought(name);
    let state = || bench.feed().note().state(units::Timestamp::from_seconds(bench.world.lock().unwrap().now).unwrap());
    assert_eq!(state(), ProviderState::Starting);

    let first = bench.sync();
    assert!(first.new > hourly * 20 && first.revised == 0 && first.refused == 0, "{name}: {first:?}");
    assert_eq!(state(), ProviderState::Ok, "{name}");

    let asked = bench.server.heard().len();
    bench.advance(HOUR);
    let next = bench.sync();
    assert_eq!((next.new, next.revised), (hourly, 0), "{name}: {next:?}");
    assert!(
        next.unchanged > 0 && bench.server.heard().len() > asked,
        "{name}: what is known is asked for again, as it may be revised"
    );
    assert!(next.unchanged <= first.new, "{name}");

    bench.world.lock().unwrap().revised = old_steps(name);
    let revised = bench.sync();
    assert_eq!((revised.new, revised.revised), (0, 3 * of_revised), "{name}: {revised:?}");

    status.store(429, Ordering::SeqCst);
    let refused = bench.feed().sync().unwrap();
    assert!(refused.troubles[0].contains("status 429"), "{name}: {refused:?}");
    let asked = bench.server.heard().len();
    status.store(200, Ordering::SeqCst);
    bench.advance(Span::from_seconds(119));
    assert!(matches!(bench.feed().sync(), Err(FeedError::TooEarly(_))), "{name}");
    assert_eq!(bench.server.heard().len(), asked, "{name}: it is not asked before it said");
    bench.advance(Span::from_seconds(1));
    bench.sync();

    let before = bench.kept();
    status.store(503, Ordering::SeqCst);
    for _ in 0..10 {
        bench.advance(HOUR);
        assert_eq!(bench.feed().sync().unwrap().troubles.len(), 1, "{name}");
    }
    assert_eq!((state(), bench.kept()), (ProviderState::Failing, before), "{name}: what is known stays");
    status.store(200, Ordering::SeqCst);
    let recovered = bench.sync();
    assert_eq!((recovered.new, recovered.revised), (10 * hourly, 0), "{name}: {recovered:?}");
    assert_eq!(state(), ProviderState::Ok, "{name}");
    for times in bench.kept() {
        assert!(times.windows(2).all(|pair| pair[0].end() == pair[1].start()), "{name}: no hour is missing");
    }
}

macro_rules! each {
    ($($test:ident: $name:ident,)+) => {
        $(#[test]
        fn $test() {
            passes(ProviderName::$name);
        })+
    };
}

each! {
    electricity_maps: ElectricityMaps,
    watttime: WattTime,
    uk_carbon_intensity: UkCarbonIntensity,
    entsoe: Entsoe,
    eia: Eia,
    energinet: Energinet,
    rte: Rte,
    open_electricity: OpenElectricity,
    ember: Ember,
}

#[test]
fn a_token_that_has_ended_is_exchanged_once_and_the_question_asked_again() {
    let tokens = Arc::new(AtomicU16::new(0));
    let issued = Arc::clone(&tokens);
    let bench = Bench::of(ProviderName::WattTime, move |heard| {
        if heard.target == "/login" {
            // ada:k3y-0f-a-secret
            assert_eq!(heard.header("authorization"), Some("Basic YWRhOmszeS0wZi1hLXNlY3JldA=="));
            let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
            return Some(Said::ok(format!(r#"{{"token":"t{number}"}}"#)));
        }
        let valid = format!("Bearer t{}", issued.load(Ordering::SeqCst));
        (heard.header("authorization") != Some(&valid)).then(|| Said::status(401))
    });
    bench.sync();
    assert_eq!(tokens.load(Ordering::SeqCst), 1, "one login is enough for all questions of a round");
    // The token of before is no longer one.
    tokens.fetch_add(1, Ordering::SeqCst);
    bench.advance(HOUR);
    bench.sync();
    assert_eq!(tokens.load(Ordering::SeqCst), 3);
    let logins = bench.server.heard().iter().filter(|heard| heard.target == "/login").count();
    assert_eq!(logins, 2);
}

#[test]
fn a_key_that_is_not_taken_is_said_and_not_tried_on_every_zone_question() {
    let bench = Bench::of(ProviderName::WattTime, |_| Some(Said::status(403)));
    let report = bench.feed().sync().unwrap();
    assert_eq!(report.troubles.len(), 1);
    assert!(report.troubles[0].contains("does not take the key (status 403)"), "{report:?}");
}

#[test]
fn all_pages_of_an_answer_are_read() {
    let bench = Bench::of(ProviderName::Eia, |_| None);
    let first = bench.sync();
    // A week and an hour before noon, less the two hours that are not published yet; two series of each.
    assert_eq!(first.new, 2 * (7 * 24 - 2 + 1));
    let offsets: Vec<_> =
        bench.server.heard().iter().map(|heard| heard.parameter("offset").unwrap_or_default()).collect();
    assert_eq!(offsets, ["", "100", "200", "300"]);
}

#[test]
fn a_plan_without_forecasts_or_ranges_is_no_failure_of_what_it_includes() {
    let bench = Bench::of(ProviderName::ElectricityMaps, |heard| {
        (!heard.target.contains("/history?")).then(|| Said::status(401))
    });
    let report = bench.sync();
    assert_eq!((report.new, report.missing.len()), (22, 1), "{report:?}");
    // After more than a day the hours before the last one are a range, which fails once.
    bench.advance(HOUR.times(30));
    let report = bench.feed().sync().unwrap();
    assert_eq!((report.new, report.troubles.len()), (22, 1), "{report:?}");
    bench.advance(HOUR);
    assert_eq!(bench.sync().new, 1);
}
