//! What goes wrong between this machine and a provider: nothing of it becomes a factor, reaches another host, or shows the key.

use super::stand_in::{Said, StandIn};
use super::{Bench, HOUR, KEY, START_S, lines};
use collectors::clock::{Clock, SystemClock, VirtualClock};
use model::{ProviderName, ProviderState};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use units::Timestamp;
use wattledger::config::{ServiceConfig, ServiceOverrides};
use wattledger::duty::Duty;
use wattledger::feed::{Feeds, notes};
use wattledger::store::Store;

/// After a good round, one in which the server says `said`: the words of the failure.
fn fails(said: impl Fn() -> Said + Send + 'static) -> String {
    let rounds = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&rounds);
    let bench = Bench::of(ProviderName::UkCarbonIntensity, move |_| (counted.load(Ordering::SeqCst) > 0).then(&said));
    bench.sync();
    let good = bench.kept();
    rounds.fetch_add(1, Ordering::SeqCst);
    bench.advance(HOUR);
    let report = bench.feed().sync().unwrap();
    assert_eq!((report.new, report.revised), (0, 0), "{report:?}");
    assert_eq!(bench.kept(), good, "the last good values stay");
    let note = bench.feed().note();
    let now = bench.clock.wall();
    assert_eq!(note.state(now), ProviderState::Failing);
    assert_eq!(note.last_success, Timestamp::from_seconds(START_S));
    report.troubles.join("; ")
}

#[test]
fn what_is_no_answer_leaves_the_last_good_values() {
    let html = "<html><body>Sign in to the network</body></html>";
    for (said, expected) in [
        (Said::ok(html), "it is not JSON"),
        (Said::ok(""), "it is not JSON"),
        (Said::ok(r#"{"data":[{"from""#), "it is not JSON"),
        (Said::ok(r#"{"data":NaN}"#), "it is not JSON"),
        (Said::ok(r#"{"error":{"code":"500","message":"x"}}"#), "the provider reports: 500: x"),
        (Said::status(500), "status 500"),
        (Said::status(204), "status 204"),
        (Said::status(404), "status 404"),
        (Said { body: html.into(), ..Said::status(403) }, "does not take the key"),
        (Said::ok(html).with("Content-Encoding", "gzip"), "JSON"),
    ] {
        let found = fails(move || said.clone());
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

#[test]
fn two_hundred_megabytes_are_not_read() {
    let found = fails(|| Said::ok(vec![b' '; 200 << 20]));
    assert!(found.contains("it is longer than 33554432 bytes"), "{found}");
}

#[test]
fn a_redirect_is_followed_nowhere() {
    let other = StandIn::start(|_| Some(Said::ok(r#"{"data":[]}"#)));
    for target in [
        other.url(),
        other.url().replace("127.0.0.1", "localhost"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "//evil.example/".to_owned(),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let target = target.clone();
            let found = fails(move || Said::status(status).with("Location", target.clone()));
            assert!(found.contains("redirects to another address") && found.contains(&status.to_string()), "{found}");
        }
    }
    assert_eq!(other.heard().len(), 0);
}

#[test]
fn the_key_is_in_no_note_no_reason_and_no_evidence() {
    for name in [ProviderName::Entsoe, ProviderName::ElectricityMaps, ProviderName::OpenElectricity] {
        // It says the key back, as some do.
        let bench = Bench::of(name, |heard| {
            (heard.target.contains("forecast") || heard.header("x-fail").is_some())
                .then(|| Said { body: format!("no plan for {KEY}").into(), ..Said::status(400) })
        });
        bench.sync();
        let shown = match name {
            ProviderName::Entsoe => bench.server.heard()[0].parameter("securityToken"),
            ProviderName::ElectricityMaps => bench.server.heard()[0].header("auth-token").map(str::to_owned),
            _ => bench.server.heard()[0].header("authorization").map(|value| value.replace("Bearer ", "")),
        };
        assert_eq!(shown.as_deref(), Some(KEY), "{name}");
        let report = bench.feed().sync().unwrap();
        assert!(!format!("{report:?}").contains(KEY), "{report:?}");
        for entry in std::fs::read_dir(bench.data.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && path.extension().is_none_or(|extension| extension != "key") {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()), "{}", path.display());
            }
        }
    }
}

#[test]
fn what_is_known_of_a_provider_outlives_the_service_and_not_its_place_in_the_configuration() {
    let bench = Bench::of(ProviderName::Rte, |_| None);
    bench.sync();
    let (note, path) = (bench.feed().note(), bench.data.path().to_owned());
    assert_eq!(bench.store.read(notes).unwrap().get(&ProviderName::Rte), Some(&note));
    let config = |text: &str| ServiceConfig::parse(text, "f", ServiceOverrides::default()).unwrap().providers;
    let clock: Arc<dyn Clock> = Arc::new(VirtualClock::new(Timestamp::from_seconds(START_S).unwrap()));
    let again =
        Feeds::open(&config(&lines(ProviderName::Rte, &bench.server.url(), &path)), &bench.store, &clock).unwrap();
    assert_eq!(again.all()[0].note(), note);
    Feeds::open(&[], &bench.store, &clock).unwrap();
    assert_eq!(bench.store.read(notes).unwrap().len(), 0);
}

#[test]
fn a_provider_that_hangs_delays_no_other() {
    let hanging = StandIn::start(|_| None);
    let world =
        super::faces::World { now: SystemClock::new().wall().nanoseconds() / 1_000_000_000, ..Default::default() };
    let good = StandIn::start(move |heard| world.answer(ProviderName::Rte, heard));
    let data = tempfile::tempdir().unwrap();
    let text = lines(ProviderName::UkCarbonIntensity, &hanging.url(), data.path())
        + &lines(ProviderName::Rte, &good.url(), data.path());
    let settings = ServiceConfig::parse(&text, "f", ServiceOverrides::default()).unwrap().providers;
    let store = Arc::new(Store::open(data.path()).unwrap());
    let feeds = Feeds::open(&settings, &store, &(Arc::new(SystemClock::new()) as Arc<dyn Clock>)).unwrap();
    feeds.begin(&Duty::alone(&store), |_| ()).unwrap();
    crate::service::process::until(|| feeds.find(ProviderName::Rte).unwrap().note().last_success.is_some());
    assert_eq!(feeds.find(ProviderName::UkCarbonIntensity).unwrap().note().last_attempt, None, "it still waits");
}
