//! Live providers over real HTTP, with stand-ins of their servers on loopback.

mod entries;
mod faces;
mod rounds;
mod service;
pub(crate) mod stand_in;
mod transport;

use collectors::clock::{Clock, VirtualClock};
use model::{ProviderName, ZoneId};
use stand_in::{Heard, Said, StandIn};
use std::sync::{Arc, Mutex};
use units::{Interval, Span, Timestamp};
use wattledger::config::{ServiceConfig, ServiceOverrides};
use wattledger::feed::{Feed, FeedReport, Feeds};
use wattledger::grid::FactorStatus;
use wattledger::store::{FactorMonth, Store, StoreError};

/// 10 May 2026, 12:00.
const START_S: i64 = 1_778_414_400;
const HOUR: Span = Span::from_seconds(3_600);
/// No other text of these tests holds it.
const KEY: &str = "k3y-0f-a-secret";

/// A provider whose server is a stand-in, on a clock that tests move.
struct Bench {
    feeds: Feeds,
    store: Arc<Store>,
    clock: Arc<VirtualClock>,
    world: Arc<Mutex<faces::World>>,
    server: StandIn,
    data: tempfile::TempDir,
}

/// What providers would say at present.
pub(crate) fn world_of_now() -> faces::World {
    let now = collectors::clock::SystemClock::new().wall();
    faces::World { now: now.nanoseconds() / 1_000_000_000, ..faces::World::default() }
}

/// The lines of the configuration that ask `name` at `url`.
fn lines(name: ProviderName, url: &str, data: &std::path::Path) -> String {
    let key = data.join(format!("{name}.key"));
    let is_open = matches!(name, ProviderName::UkCarbonIntensity | ProviderName::Energinet | ProviderName::Rte);
    let key = if is_open {
        String::new()
    } else {
        let text = if name == ProviderName::WattTime { format!("ada:{KEY}") } else { KEY.to_owned() };
        std::fs::write(&key, text + "\n").unwrap();
        format!("key_file = {key:?}")
    };
    format!("[grid.providers.{name}]\nzones = [\"{}\"]\nbase_url = \"{url}\"\n{key}\n", faces::zone(name))
}

impl Bench {
    /// `name`, whose server says what its face does unless `before` says something.
    fn of(name: ProviderName, before: impl Fn(&Heard) -> Option<Said> + Send + 'static) -> Self {
        let world = Arc::new(Mutex::new(faces::World { now: START_S, ..faces::World::default() }));
        let seen = Arc::clone(&world);
        let server = StandIn::start(move |heard| {
            let face = || seen.lock().unwrap().answer(name, heard).or_else(|| Some(Said::status(404)));
            before(heard).or_else(face)
        });
        let data = tempfile::tempdir().unwrap();
        let config =
            ServiceConfig::parse(&lines(name, &server.url(), data.path()), "test.toml", ServiceOverrides::default());
        let clock = Arc::new(VirtualClock::new(Timestamp::from_seconds(START_S).unwrap()));
        let store = Arc::new(Store::open(data.path()).unwrap());
        let feeds = Feeds::open(&config.unwrap().providers, &store, &(Arc::clone(&clock) as Arc<dyn Clock>)).unwrap();
        Self { feeds, store, clock, world, server, data }
    }

    fn feed(&self) -> &Feed {
        &self.feeds.all()[0]
    }

    /// A round, after which nothing failed.
    fn sync(&self) -> FeedReport {
        let report = self.feed().sync().unwrap();
        assert_eq!(report.troubles, [""; 0]);
        report
    }

    fn advance(&self, span: Span) {
        self.clock.advance(span);
        self.world.lock().unwrap().now += i64::try_from(span.nanoseconds() / 1_000_000_000).unwrap();
    }

    /// The times of the kept values that are no forecasts, of each series of the zone.
    fn kept(&self) -> Vec<Vec<Interval>> {
        let zone = ZoneId::from(faces::zone(self.feed().name()));
        let found = self.store.read::<_, StoreError>(|tx| {
            let mut all = Vec::new();
            for series in tx.factors().series_of(&zone)?.into_iter().filter(|series| !series.is_forecast) {
                let mut months: Vec<Option<FactorMonth>> = series.months.iter().copied().map(Some).collect();
                months.push(None);
                let mut times = Vec::new();
                for month in months {
                    times.extend(tx.factors().values(series.series, month)?.into_iter().map(|kept| kept.value));
                }
                assert!(times.iter().all(|value| value.status != FactorStatus::Forecast));
                times.sort_by_key(|value| value.interval);
                all.push(times.into_iter().map(|value| value.interval).collect());
            }
            Ok(all)
        });
        found.unwrap()
    }
}
