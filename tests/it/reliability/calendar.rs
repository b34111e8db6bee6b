//! Calendars in which days are 23 or 25 hours long or missing, and numbers up to the largest: every sum is exact.

use super::{count, random};
use crate::oracle::{at, node};
use crate::service::{Data, Service};
use api::{Report, ReportRow};
use chrono::{DateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use units::{Energy, Power, Pue, Span, Timestamp};
use wattledger::grid::Library;
use wattledger::ledger;
use wattledger::store::{By, CalendarUnit, GroupBy, Selection, Store};
use wattledger::{ingest, workload};
use wire::{Batch, Boot, ClockEvidence, Device, DeviceKind, Holding, Job, Method, Quality, SensorClass, Window};

const ZONES: [Tz; 12] = [
    Tz::UTC,
    Tz::Australia__Lord_Howe,
    Tz::Pacific__Chatham,
    Tz::Pacific__Apia,
    Tz::Asia__Kathmandu,
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::America__St_Johns,
    Tz::America__Sao_Paulo,
    Tz::Asia__Gaza,
    Tz::Africa__Casablanca,
    Tz::Antarctica__Troll,
];

fn instant(at: DateTime<Utc>) -> Timestamp {
    Timestamp::from_nanoseconds(at.timestamp_nanos_opt().unwrap())
}

fn january(year: i32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap()
}

/// UTC hours in which some zone's clocks change, with the hours around them, and the ends of some months.
fn hours_that_matter() -> BTreeSet<DateTime<Utc>> {
    let mut found = BTreeSet::new();
    for zone in ZONES {
        let offset = |at: DateTime<Utc>| at.with_timezone(&zone).offset().fix();
        let mut day = january(2010);
        while day < january(2031) {
            let next = day + TimeDelta::days(1);
            if offset(day) != offset(next) {
                let hour = (0..24)
                    .map(|hour| day + TimeDelta::hours(hour))
                    .find(|hour| offset(*hour + TimeDelta::hours(1)) != offset(day));
                let hour = hour.unwrap();
                found.extend([-1, 0, 1].map(|around| hour + TimeDelta::hours(around)));
            }
            day = next;
        }
    }
    for year in 2010..=2030 {
        found.extend((-12..14).step_by(5).map(|around| january(year) + TimeDelta::hours(around)));
    }
    found
}

fn device(limit_mw: u64) -> Device {
    Device {
        uuid: "GPU-0".into(),
        name: "Synthetic".to_owned(),
        index: 0,
        kind: DeviceKind::Accelerator,
        sensor: SensorClass::Counter,
        limit: Power::from_milliwatts(limit_mw),
        systematic_ppm: 50_000,
        counted_in: None,
        driver_epoch: 1,
    }
}

fn window(start: Timestamp, span: Span, energy_mj: i64) -> Window {
    Window {
        device: "GPU-0".into(),
        start,
        end: start.after(span).unwrap(),
        energy: Energy::from_millijoules(energy_mj),
        covered: span,
        method: Method::Counter,
        quality: Quality::Counter,
        flags: Vec::new(),
        power_min: Power::ZERO,
        power_peak: Power::ZERO,
        readings: 1,
        integration_uncertainty: Energy::ZERO,
        sensor_systematic: Energy::ZERO,
    }
}

fn batch(sequence: u64, limit_mw: u64, windows: Vec<Window>) -> Batch {
    Batch {
        version: wire::VERSION,
        agent: "oracle-0".into(),
        boot: Boot::from_bits(1),
        sequence,
        node: node(0),
        clock: ClockEvidence { wall: at(0), monotonic: Span::ZERO },
        devices: vec![device(limit_mw)],
        windows,
        holdings: Vec::new(),
        jobs: Vec::new(),
        gaps: Vec::new(),
    }
}

fn held(job: &str, weight: u32, start: Timestamp) -> Holding {
    Holding { device: "GPU-0".into(), job: job.to_owned().into(), weight, start, end: None }
}

/// A ledger of jobs only, at a site with overhead, posted.
fn posted(batches: impl IntoIterator<Item = Batch>) -> (tempfile::TempDir, Store, Arc<Library>) {
    let directory = tempfile::tempdir().unwrap();
    let (store, library) = (Store::open(directory.path()).unwrap(), Arc::new(Library::bundled().unwrap()));
    let pue = Pue::from_parts_per_million(1_234_567).unwrap();
    let long_ago = instant(january(2000));
    workload::add_site(&store, &library, "fra".into(), "DE", 60, pue, By::service(long_ago)).unwrap();
    workload::assign_node(&store, "oracle-0".into(), "fra".into(), long_ago, By::service(long_ago)).unwrap();
    for batch in batches {
        ingest::apply(&store, batch.to_json().unwrap(), at(0)).unwrap();
    }
    ledger::close(&store, &library, instant(january(2040)), Span::ZERO).unwrap();
    (directory, store, library)
}

/// Integers of the rows by group.
fn rows(report: &Report) -> BTreeMap<String, [i64; 4]> {
    let numbers = |row: &ReportRow| {
        [row.amount.energy_mj, row.amount.co2e_ug_location, row.overhead.energy_mj, row.overhead.co2e_ug_location]
    };
    report.rows.iter().map(|row| (row.group.clone().unwrap(), numbers(row))).collect()
}

/// The rows with their names cut to `length` characters.
fn coarser(rows: &BTreeMap<String, [i64; 4]>, length: usize) -> BTreeMap<String, [i64; 4]> {
    let mut sums: BTreeMap<String, [i64; 4]> = BTreeMap::new();
    for (name, numbers) in rows {
        let sum = sums.entry(name[..length].to_owned()).or_default();
        (0..4).for_each(|place| sum[place] += numbers[place]);
    }
    sums
}

#[test]
fn hours_days_and_months_of_every_zone_sum_to_the_total() {
    let hours = hours_that_matter();
    let windows: Vec<_> = (1_000_001..)
        .zip(&hours)
        .map(|(energy, hour)| window(instant(*hour), Span::from_seconds(3_600), energy))
        .collect();
    let mut batches: Vec<_> =
        (1..).zip(windows.chunks(500)).map(|(number, part)| batch(number, 1_000_000, part.to_vec())).collect();
    batches[0].holdings = vec![held("j", 1, instant(january(2009)))];
    let (_directory, store, library) = posted(batches);
    let whole = Selection::between(instant(january(2009)), instant(january(2032)));
    for zone in ZONES {
        let of = |unit| ledger::report(&store, &library, &whole, &GroupBy::Calendar(unit, zone)).unwrap();
        let [hourly, daily, monthly] = [CalendarUnit::Hour, CalendarUnit::Day, CalendarUnit::Month].map(of);
        assert_eq!(coarser(&rows(&hourly), 10), rows(&daily), "{zone}");
        assert_eq!(coarser(&rows(&daily), 7), rows(&monthly), "{zone}");
        let total = coarser(&rows(&monthly), 0)[""];
        assert_eq!((total[0], total[1]), (monthly.total.energy_mj, monthly.total.co2e_ug_location), "{zone}");
        assert_eq!((&monthly.total, &daily.total), (&hourly.total, &hourly.total), "{zone}");
        assert_eq!(hourly.idle.energy_mj, 0, "{zone}");
        assert_eq!((monthly.timezone.as_str(), monthly.tzdb.as_str()), (zone.name(), chrono_tz::IANA_TZDB_VERSION));
    }
    println!("{} hours of 2010 to 2030 in {} zones", hours.len(), ZONES.len());
}

#[test]
fn days_have_as_many_hours_as_their_clocks_show() {
    for (zone, date, quarters) in [
        (Tz::Europe__Berlin, "2026-03-29", 92),
        (Tz::Europe__Berlin, "2026-10-25", 100),
        (Tz::Australia__Lord_Howe, "2026-04-05", 98),
        (Tz::Pacific__Chatham, "2026-09-27", 92),
        (Tz::Pacific__Apia, "2011-12-29", 96),
        (Tz::Pacific__Apia, "2011-12-30", 0),
        (Tz::Asia__Kathmandu, "2026-06-01", 96),
    ] {
        let day: DateTime<Utc> = format!("{date}T00:00:00Z").parse().unwrap();
        let around = (-96..192).map(|quarter| instant(day + TimeDelta::minutes(15 * quarter)));
        let shown: Vec<_> = around.filter(|at| CalendarUnit::Day.of(*at, zone) == date).collect();
        assert_eq!(shown.len(), quarters, "{zone} {date}");
        let hours: Vec<_> = shown.iter().map(|at| CalendarUnit::Hour.of(*at, zone)).collect();
        let runs = hours.chunk_by(|one, next| one == next).count();
        assert_eq!(
            hours.iter().collect::<BTreeSet<_>>().len(),
            runs,
            "{zone} {date}: an hour that comes twice has two names"
        );
    }
}

#[test]
fn a_report_by_the_days_of_a_zone_says_which_and_refuses_what_is_none() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let get = |query: &str| service.get(&format!("/api/v1/reports/emissions?{query}"), &service.admin);
    let report = get("from=2026-01-05&to=2026-01-06&group_by=day&timezone=Asia/Kathmandu");
    assert_eq!((report.status, report.json()["timezone"].as_str()), (200, Some("Asia/Kathmandu")), "{report:?}");
    assert_eq!(report.json()["tzdb"], chrono_tz::IANA_TZDB_VERSION);
    for (query, field) in [
        ("from=2026-01-05&to=2026-01-06&timezone=Mars/Olympus", "timezone"),
        ("from=2026-01-05&to=2028-01-06&group_by=hour", "to"),
        ("from=2000-01-05&to=2028-01-06&group_by=day", "to"),
        ("from=2026-01-05&to=2026-01-06&group_by=week", "group_by"),
    ] {
        let refused = get(query);
        assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some(field)), "{query} {refused:?}");
    }
    let arguments = ["report", "--from", "2026-01-05", "--to", "2026-01-06", "--timezone", "Asia/Kathmandu", "--json"];
    let printed = service.command(&service.admin, &[&arguments[..], &["--group-by", "day"]].concat());
    let printed: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    assert_eq!(printed, report.json());
}

#[test]
fn shares_of_any_energy_sum_to_it_and_what_no_device_draws_is_set_aside() {
    const HOUR: Span = Span::from_seconds(3_600);
    let limit_mw = 1_000_000_000;
    let mut random = random();
    for trial in 0..count(20) {
        let mut all = batch(1, limit_mw, Vec::new());
        for hour in 0..3_u64 {
            let energy = match random.u8(0..3) {
                0 => random.i64(0..100),
                1 => random.i64(0..1_000_000_000),
                _ => random.i64(0..4_000_000_000_000),
            };
            all.windows.push(window(at(0).after(Span::from_seconds(hour * 3_600)).unwrap(), HOUR, energy));
        }
        for job in 0..random.u32(1..40) {
            let weight = random.u32(1..=wire::WEIGHT_MAX);
            all.holdings.push(held(&format!("j{job}"), weight, at(random.i64(-10..9_000))));
            all.jobs.push(Job { id: format!("j{job}").into(), ..Job::default() });
        }
        let sum: i64 = all.windows.iter().map(|window| window.energy.millijoules()).sum();
        let (_directory, store, library) = posted([all]);
        let day = Selection::between(at(-86_400), at(86_400));
        let report = ledger::report(&store, &library, &day, &GroupBy::Job).unwrap();
        let parts: i128 = report.rows.iter().map(|row| i128::from(row.amount.energy_mj)).sum();
        assert_eq!(parts + i128::from(report.idle.energy_mj), i128::from(sum), "trial {trial}");
        let verified = ledger::verify(&store).unwrap();
        assert_eq!((verified.fault, verified.metered.millijoules()), (None, sum), "trial {trial}");
        let exact = sum as f64 / 3.6e12;
        assert!((report.metered.energy_mwh - exact).abs() <= exact * 1e-9);
    }
    // A node that declares any limit must not drive the sums of all others out of their range.
    let (_directory, store, _) = posted([]);
    let most = i64::MAX / 5 * 3;
    let too_much = [0, 600].map(|start| window(at(start), Span::from_seconds(600), most)).to_vec();
    ingest::apply(&store, batch(1, u64::MAX, too_much).to_json().unwrap(), at(0)).unwrap();
    let verified = ledger::verify(&store).unwrap();
    assert_eq!((verified.batches, verified.metered.millijoules(), verified.fault), (1, 0, None));
}
