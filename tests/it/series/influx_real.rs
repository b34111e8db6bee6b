//! The copy in servers that others wrote: what they keep is what was sent.

use super::{NOW_S, at, settle};
use crate::ledger::{Fixture, batch, holding, job, window};
use crate::service::process::until;
use crate::skip;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use units::{Energy, Span};
use wattledger::series::{
    Embedded, Holder, Influx, InfluxServer, SeriesChange, SeriesDevice, SeriesStore, Watermark, WindowShare, catch_up,
};

/// A VictoriaMetrics of its own; it ends with the value.
struct Victoria {
    process: Child,
    url: String,
    _directory: tempfile::TempDir,
}

impl Victoria {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new("victoria-metrics")
            .arg(format!("-httpListenAddr=127.0.0.1:{port}"))
            .arg(format!("-storageDataPath={}", directory.path().display()))
            .arg("-retentionPeriod=10y")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let victoria = Self { process, url: format!("http://127.0.0.1:{port}"), _directory: directory };
        until(|| victoria.get("/health").is_some());
        victoria
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut answer = ureq::get(format!("{}{path}", self.url)).call().ok()?;
        answer.body_mut().with_config().limit(1 << 30).read_to_string().ok()
    }

    /// Sum of the values of every series of a name, by job and project.
    fn sums(&self, name: &str) -> BTreeMap<(String, String), i64> {
        self.get("/internal/force_flush");
        let exported = self.get(&format!("/api/v1/export?match[]={name}")).unwrap();
        let mut found = BTreeMap::new();
        for line in exported.lines() {
            let series: Value = serde_json::from_str(line).unwrap();
            let tag = |name: &str| {
                let value = series["metric"][name].as_str().unwrap_or_default();
                percent_decode_str(value).decode_utf8().unwrap().into_owned()
            };
            let sum: f64 = series["values"].as_array().unwrap().iter().filter_map(Value::as_f64).sum();
            *found.entry((tag("job"), tag("project"))).or_default() += sum as i64;
        }
        found
    }
}

impl Drop for Victoria {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Text of characters that mean something to somebody.
fn hostile(random: &mut fastrand::Rng) -> String {
    const MEANING: &[char] = &[
        ' ', ',', '=', '"', '\\', '\n', '\r', '\t', '\0', '%', '#', '$', '{', '}', '\'', '|', '\u{7f}', '\u{85}',
        '\u{2028}', 'i', 'e', '0', '-', '_', '.', '/', 'é', '\u{301}', '終', '🔥',
    ];
    let length = random.usize(1..40);
    (0..length).map(|_| *random.choice(MEANING).unwrap()).collect()
}

#[test]
fn a_hundred_thousand_hostile_texts_are_kept_and_come_back() {
    if !skip::runs("victoria-metrics", &["-version"]) {
        return skip::skip("victoria-metrics cannot be run here");
    }
    let (victoria, directory) = (Victoria::start(), tempfile::tempdir().unwrap());
    let [org, bucket, token] = ["o", "b", "t"].map(str::to_owned);
    let store = Influx::open(
        InfluxServer { url: victoria.url.clone(), org, bucket, token, ca_file: None, plain_http: false },
        directory.path(),
    )
    .unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    let mut expected: BTreeMap<(String, String), i64> = BTreeMap::new();
    for round in 1..=10 {
        let mut change = SeriesChange {
            batch: model::BatchId::new(round),
            device: SeriesDevice {
                node: hostile(&mut random).into(),
                uuid: hostile(&mut random).into(),
                ..SeriesDevice::numbered(model::DeviceId::new(1))
            },
            replaces: None,
            windows: Vec::new(),
            shares: Vec::new(),
        };
        for place in 0..10_000 {
            let [job, project] = [(); 2].map(|()| hostile(&mut random));
            let energy = i64::from(random.u32(..));
            *expected.entry((job.clone(), project.clone())).or_default() += energy;
            let start = at(round * 10_000 + i64::try_from(place).unwrap());
            let span = Span::from_seconds(1);
            change.windows.push(wattledger::series::SeriesWindow {
                start,
                end: start.after(span).unwrap(),
                energy: Energy::from_millijoules(energy),
                min: units::Power::from_milliwatts(0),
                max: units::Power::from_milliwatts(1),
                covered: span,
                quality: wire::Quality::Counter,
                is_contained: false,
                is_low: false,
            });
            let holder =
                Holder { site: None, project: Some(project.into()), job: Some(job.into()), trace: None }.into();
            let energy = Energy::from_millijoules(energy);
            change.shares.push(WindowShare { window: place, holder, energy, held: span, covered: span });
        }
        let watermark = Watermark { revision: model::Revision::new(round), sha256: vec![0; 32] };
        store.take(&[change], &watermark).unwrap();
    }
    assert_eq!(store.counts().refused_points, 0);
    assert_eq!(store.counts().written_points, 100_010, "100,000 windows and how far each round went");
    let kept = victoria.sums("energy_window_energy_mj");
    assert_eq!(kept.len(), expected.len());
    assert!(kept == expected, "a text came back as another");
}

#[test]
fn a_real_influxdb_gives_back_every_window() {
    let given =
        ["URL", "ORG", "BUCKET", "TOKEN"].map(|name| std::env::var_os(format!("WATTLEDGER_TEST_INFLUX_{name}")));
    let [Some(url), Some(org), Some(bucket), Some(token)] = given.map(|given| given?.into_string().ok()) else {
        return skip::skip("WATTLEDGER_TEST_INFLUX_URL, _TOKEN, _ORG and _BUCKET name no InfluxDB 2 to test with");
    };
    let directory = tempfile::tempdir().unwrap();
    let influx =
        Influx::open(InfluxServer { url, org, bucket, token, ca_file: None, plain_http: false }, directory.path())
            .unwrap();
    influx.clear().unwrap();
    let fixture = Fixture::in_germany(60);
    for sequence in 1..=120_i64 {
        let mut minute = batch(sequence.unsigned_abs(), sequence * 60);
        let starts = (0..6).map(|place| sequence * 60 + place * 10);
        minute.windows = starts.map(|start| window("gpu0", start, start + 10, 3_000_000 + start)).collect();
        if sequence == 60 {
            // Told an hour late, so that points are written anew.
            minute.jobs = vec![job("a", "p", None)];
            minute.holdings = vec![holding("gpu0", "a", 1, 125, Some(3_605))];
        }
        fixture.apply(&minute);
        catch_up(&fixture.store, &influx).unwrap();
    }
    let embedded = Embedded::open(fixture.directory.path()).unwrap();
    catch_up(&fixture.store, &embedded).unwrap();
    let expected = (super::windows(&embedded), super::by_job(&fixture, &embedded, 7));
    assert_eq!((super::windows(&influx), super::by_job(&fixture, &influx, 7)), expected);
    settle(&fixture, &influx, at(NOW_S));
    assert_eq!((super::windows(&influx), super::by_job(&fixture, &influx, 7)), expected);
    influx.clear().unwrap();
    assert_eq!(influx.counts().refused_points, 0);
}
