//! The copy in InfluxDB: what is written there, and that nothing of its failures reaches the service.

use super::influx_server::{InfluxDouble, Mood};
use super::{NOW_S, grid, settle};
use crate::command::Answer;
use crate::ledger::{Fixture, at, batch, holding, job, window};
use crate::service::process::until;
use crate::service::{Data, Service};
use collectors::clock::{Clock, SystemClock};
use model::{BatchId, DeviceId};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use units::{Interval, Span};
use wattledger::series::{
    self, Influx, InfluxServer, PowerGroup, SeriesChange, SeriesDevice, SeriesStore, Watermark, catch_up,
};
use wire::Batch;

pub(crate) fn open(server: &InfluxDouble, directory: &Path) -> Influx {
    let [org, bucket, token] = ["o", "b", "t"].map(str::to_owned);
    Influx::open(InfluxServer { url: server.url(), org, bucket, token, ca_file: None, plain_http: false }, directory)
        .unwrap()
}

/// mJ by job, and `idle`, of the points that the server has.
pub(crate) fn by_job(server: &InfluxDouble) -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    for (tags, fields) in server.points("energy_window") {
        let job = tags.get("job").map_or("idle", String::as_str);
        *found.entry(job.to_owned()).or_default() += fields["energy_mj"];
    }
    found.retain(|_, energy| *energy != 0);
    found
}

/// The lines of a configuration that copy to `server`.
fn copying(server: &InfluxDouble, data: &Data, is_read: bool) -> String {
    let token_file = data.path().with_extension("token");
    std::fs::write(&token_file, "t\n").unwrap();
    format!(
        "[series.influx]\nurl = \"{}\"\norg = \"o\"\nbucket = \"b\"\ntoken_file = \"{}\"\nread = {is_read}\n",
        server.url(),
        token_file.display()
    )
}

/// `wattledger series rebuild`, told by the environment where to copy to.
fn rebuild(server: &InfluxDouble, data: &Data) -> Answer {
    let token_file = data.path().with_extension("token");
    std::fs::write(&token_file, "t\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_wattledger"))
        .args(["series", "rebuild", "--data"])
        .arg(data.path())
        .env("WATTLEDGER_SERIES_INFLUX_URL", server.url())
        .env("WATTLEDGER_SERIES_INFLUX_ORG", "o")
        .env("WATTLEDGER_SERIES_INFLUX_BUCKET", "b")
        .env("WATTLEDGER_SERIES_INFLUX_TOKEN_FILE", token_file)
        .output()
        .unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The next minute of a GPU that a job holds.
pub(super) fn minute(sequence: u64) -> Batch {
    let start = i64::try_from(sequence).unwrap() * 60;
    let mut batch = batch(sequence, start + 60);
    batch.windows =
        (0..6).map(|place| window("gpu0", start + place * 10, start + place * 10 + 10, 3_000_000)).collect();
    batch.jobs = vec![job("a", "p", None)];
    batch.holdings = vec![holding("gpu0", "a", 1, 60, None)];
    batch
}

pub(super) fn post(service: &Service, batch: &Batch) {
    let reply = service.send(
        "POST",
        "/api/v1/batches",
        &service.admin,
        &[("Content-Type", "application/json")],
        &batch.to_json().unwrap(),
    );
    assert_eq!(reply.status, 200, "{reply:?}");
}

pub(super) fn metric(service: &Service, line: &str) -> Option<f64> {
    let metrics = service.get("/metrics", &service.admin);
    let value = metrics.body.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '))?;
    Some(value.parse().unwrap())
}

#[test]
fn whatever_the_server_does_batches_are_taken_and_the_copy_is_whole_afterwards() {
    let (server, data) = (InfluxDouble::start(), Data::new());
    let service = Service::start(&data.path(), &copying(&server, &data, false));
    let moods = [401, 403, 404, 429, 500, 503].map(Mood::Refuses).into_iter().chain([Mood::Garbage]);
    let mut sequence = 0;
    for mood in moods {
        server.becomes(mood);
        sequence += 1;
        post(&service, &minute(sequence));
        let energy = 18_000_000 * i64::try_from(sequence).unwrap();
        // The service's own charts have it meanwhile.
        until(|| service.get("/api/v1/jobs/a/series", &service.admin).json()["energy_mj"] == energy);
        assert!(metric(&service, "wattledger_mirror_behind_seconds").unwrap() > 0.0);
        assert_eq!(server.points("energy_window"), [], "{mood:?}");
    }
    server.becomes(Mood::Well);
    let metered = 18_000_000 * i64::try_from(sequence).unwrap();
    until(|| server.sum("energy_window", "energy_mj") == metered);
    assert_eq!(by_job(&server), BTreeMap::from([("a".to_owned(), metered)]));
    assert_eq!(metric(&service, "wattledger_mirror_points_total{outcome=\"refused\"}"), Some(0.0));
    until(|| metric(&service, "wattledger_mirror_behind_seconds") == Some(0.0));
}

#[test]
fn a_silent_server_keeps_the_service_neither_from_work_nor_from_its_end() {
    let (server, data) = (InfluxDouble::start(), Data::new());
    server.becomes(Mood::Silent);
    let service = Service::start(&data.path(), &copying(&server, &data, false));
    post(&service, &minute(1));
    until(|| service.get("/api/v1/jobs/a/series", &service.admin).json()["energy_mj"] == 18_000_000);
    let clock = SystemClock::new();
    let began = clock.monotonic();
    assert_eq!(service.stop().0, 0);
    let took = clock.monotonic().minus(began);
    assert!(took < Span::from_seconds(15), "it waited for the server: {took:?}");
    server.becomes(Mood::Well);
    let service = Service::start(&data.path(), &copying(&server, &data, false));
    until(|| server.sum("energy_window", "energy_mj") == 18_000_000);
    assert_eq!(service.stop().0, 0);
}

#[test]
fn a_point_that_is_refused_takes_no_other_with_it_and_is_counted() {
    let (server, data) = (InfluxDouble::start(), Data::new());
    server.refuses_lines_with("start_ns=1773136880000000000i");
    let service = Service::start(&data.path(), &copying(&server, &data, false));
    post(&service, &minute(1));
    until(|| metric(&service, "wattledger_mirror_points_total{outcome=\"refused\"}") == Some(1.0));
    assert_eq!(server.sum("energy_window", "energy_mj"), 15_000_000);
    post(&service, &minute(2));
    until(|| server.sum("energy_window", "energy_mj") == 33_000_000);
}

#[test]
fn points_go_where_the_energy_went_when_holders_become_known_later() {
    let (server, data) = (InfluxDouble::start(), Data::new());
    let service = Service::start(&data.path(), &copying(&server, &data, false));
    let mut idle = minute(1);
    (idle.jobs, idle.holdings) = (Vec::new(), Vec::new());
    post(&service, &idle);
    until(|| by_job(&server) == BTreeMap::from([("idle".to_owned(), 18_000_000)]));
    // A job that began in the middle of a window, told afterwards.
    let name = "x:y+z@1";
    let mut late = batch(2, 130);
    late.jobs = vec![job(name, "p", None)];
    late.holdings = vec![holding("gpu0", name, 1, 75, Some(100))];
    post(&service, &late);
    let expected = BTreeMap::from([("idle".to_owned(), 10_500_000), (name.to_owned(), 7_500_000)]);
    until(|| by_job(&server) == expected);
    assert!(server.requests().1 > 0, "what was there before is deleted");
    let held: Vec<_> =
        server.points("energy_window").into_iter().filter(|(tags, _)| tags.contains_key("job")).collect();
    assert!(held.iter().all(|(tags, _)| tags["project"] == "p" && tags["node"] == "n1" && tags["device"] == "gpu0"));
    assert_eq!(held.iter().map(|(_, fields)| fields["held_ns"]).sum::<i64>(), 25_000_000_000);
}

#[test]
fn an_empty_bucket_is_filled_from_the_ledger_alone() {
    let (server, data) = (InfluxDouble::start(), Data::new());
    let service = Service::start(&data.path(), "");
    (1..=90).for_each(|sequence| post(&service, &minute(sequence)));
    assert_eq!(service.stop().0, 0);
    let metered = 90 * 18_000_000;
    for _ in 0..2 {
        let answer = rebuild(&server, &data);
        assert_eq!(answer.code, 0, "{answer:?}");
        // 540 windows, and two hours of sums.
        assert!(answer.stdout.contains(&format!("metered {metered} mJ")), "{}", answer.stdout);
        assert!(answer.stdout.contains(" 0 refused"), "{}", answer.stdout);
        assert_eq!(server.points("energy_window").len(), 540);
        assert_eq!(server.sum("energy_window", "energy_mj"), metered);
        assert_eq!(server.sum("energy_hour", "energy_mj"), metered);
        server.empty();
    }
    // A server that cannot delete is filled all the same.
    server.becomes(Mood::OnlyWrites);
    assert_eq!(rebuild(&server, &data).code, 0);
    assert_eq!(server.sum("energy_window", "energy_mj"), metered);
    server.becomes(Mood::Refuses(401));
    let refused = rebuild(&server, &data);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("cannot be used: status 401"), "{}", refused.stderr);
}

/// Every chart that the API has, in coarse and in fine buckets.
fn charts(service: &Service, range: &str) -> BTreeMap<String, Value> {
    let items = |path: &str| service.get(path, &service.admin).json()["items"].as_array().unwrap().clone();
    let text = |item: &Value, key: &str| item[key].as_str().map_or_else(|| item[key].to_string(), str::to_owned);
    let named = |path: &str, key: &str| items(path).iter().map(|item| text(item, key)).collect::<Vec<_>>();
    let mut paths: Vec<String> = ["project", "site", "node"].map(|by| format!("power?group_by={by}&")).to_vec();
    paths.push("devices/series?".to_owned());
    paths.extend(named("/api/v1/devices?limit=12", "id").iter().map(|id| format!("devices/{id}/series?")));
    paths.extend(named("/api/v1/nodes?limit=4", "name").iter().map(|name| format!("nodes/{name}/series?")));
    for id in named("/api/v1/jobs?limit=12", "id") {
        paths.extend([format!("jobs/{id}/series?"), format!("jobs/{id}/devices/series?")]);
    }
    let of = |path: String| {
        [6, 500].map(|points| {
            let asked = format!("/api/v1/{path}{range}&points={points}");
            let reply = service.get(&asked, &service.admin);
            assert_eq!(reply.status, 200, "{asked}: {reply:?}");
            (asked, reply.json())
        })
    };
    paths.into_iter().flat_map(of).collect()
}

/// Tags and fields are those that `deploy/influxdb/schema.json` describes, from which dashboards are checked.
fn assert_as_described(server: &InfluxDouble) {
    let schema: Value = serde_json::from_str(include_str!("../../../deploy/influxdb/schema.json")).unwrap();
    let names = |described: &Value| {
        let names = described.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned());
        names.collect::<BTreeSet<String>>()
    };
    for measurement in server.measurements() {
        let described = &schema[&measurement];
        for (tags, fields) in server.shapes(&measurement) {
            assert_eq!(fields, names(&described["fields"]), "{measurement}");
            assert!(tags.is_subset(&names(&described["tags"])), "{measurement}");
        }
    }
    let written = ["carbon_intensity", "carbon_period", "energy_hour", "energy_window", "mirror"].map(str::to_owned);
    assert!(server.measurements().is_superset(&BTreeSet::from(written)));
}

#[test]
fn every_chart_is_the_same_from_either_store() {
    let (server, data) = (InfluxDouble::start(), Data::new());
    let days = std::env::var_os("WATTLEDGER_MIRROR_DAYS").map_or("1".to_owned(), |days| days.into_string().unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    command.args(["demo", "--listen", "127.0.0.1:0", "--days", &days, "--data"]).arg(data.path());
    let demo = Service::of(command, false).unwrap();
    let until_s = SystemClock::new().wall().nanoseconds() / 1_000_000_000;
    assert_eq!(demo.stop().0, 0);
    let at = |second: i64| chrono::DateTime::from_timestamp(second, 0).unwrap().format("%Y-%m-%dT%H:%M:%SZ");
    let from_s = until_s - days.parse::<i64>().unwrap() * 86_400;
    let range = format!("from={}&to={}", at(from_s), at(until_s));
    let admin = std::fs::read_to_string(data.path().join("admin.token")).unwrap().trim().to_owned();
    let clock = SystemClock::new();
    let patience = clock.monotonic().plus(Span::from_seconds(days.parse::<u64>().unwrap() * 120));
    let start = |config: &str| {
        let mut service = Service::start(&data.path(), config);
        service.admin.clone_from(&admin);
        while metric(&service, "wattledger_charts_behind_seconds") != Some(0.0) {
            assert!(clock.monotonic() < patience, "charts are still behind");
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        service
    };
    let embedded = start("");
    let expected = charts(&embedded, &range);
    assert!(expected.len() > 50 && expected.values().any(|chart| chart["energy_mj"].as_i64() > Some(1_000_000)));
    assert_eq!(embedded.stop().0, 0);
    let answer = rebuild(&server, &data);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert_as_described(&server);
    let influx = start(&copying(&server, &data, true));
    for (asked, chart) in charts(&influx, &range) {
        assert_eq!(chart, expected[&asked], "{asked}");
    }
    server.becomes(Mood::Cuts);
    let reply = influx.get(&format!("/api/v1/devices/1/series?{range}"), &admin);
    assert_eq!(reply.status, 503, "{reply:?}");
    assert!(reply.body.contains("charts are read from does not answer"), "{reply:?}");
    assert_eq!(influx.get("/api/v1/jobs", &admin).status, 200);
}

#[test]
fn a_certificate_of_the_site_s_own_is_trusted_where_it_is_named() {
    // Whoever answers there has no such path; what matters is that it can be asked, by writes and by deletes.
    let (data, folder) = (Data::new(), tempfile::tempdir().unwrap());
    let [ca, certificate, key] = crate::service::tls::certificates(folder.path());
    let service = Service::start(&data.path(), &format!("tls_certificate = {certificate:?}\ntls_key = {key:?}"));
    let refused = |ca_file: Option<&Path>, replaces: Option<Interval>| {
        let (url, directory) = (format!("https://{}", service.address), tempfile::tempdir().unwrap());
        let [org, bucket, token] = ["o", "b", "t"].map(str::to_owned);
        let server = InfluxServer { url, org, bucket, token, ca_file: ca_file.map(Path::to_owned), plain_http: false };
        let device =
            SeriesDevice { node: "n1".into(), uuid: "gpu0".into(), ..SeriesDevice::numbered(DeviceId::new(1)) };
        let batch = BatchId::new(1);
        let change = SeriesChange { batch, device, replaces, windows: Vec::new(), shares: Vec::new() };
        let store = Influx::open(server, directory.path()).unwrap();
        let mark = Watermark { revision: batch.revision(), sha256: vec![0; 32] };
        let posted = store.take_posted(&[], model::EntryId::new(1));
        store.take(&[change], &mark).and(posted).map_err(|error| error.to_string())
    };
    let hour = Interval::new(crate::ledger::at(0), crate::ledger::at(3_600));
    // A 404 to a delete says that the server cannot delete, which is no failure.
    refused(Some(&ca), hour).unwrap();
    let untrusted = refused(None, hour).unwrap_err();
    assert!(untrusted.contains("certificate"), "{untrusted}");
    let missing = Path::new("/nonexistent.pem");
    let server = |ca_file: Option<&Path>, plain_http: bool| InfluxServer {
        url: "http://influx.example:8086".to_owned(),
        org: "o".to_owned(),
        bucket: "b".to_owned(),
        token: "t".to_owned(),
        ca_file: ca_file.map(Path::to_owned),
        plain_http,
    };
    let opened = |server| Influx::open(server, folder.path()).map(drop).map_err(|error| error.to_string());
    assert!(opened(server(Some(missing), true)).unwrap_err().contains("/nonexistent.pem"));
    let clear = opened(server(None, false)).unwrap_err();
    assert!(clear.contains("would send the token unencrypted") && clear.contains("plain_http = true"), "{clear}");
    opened(server(None, true)).unwrap();
}

#[test]
fn a_chart_of_many_devices_is_few_questions() {
    let server = InfluxDouble::start();
    let fixture = Fixture::in_germany(60);
    for sequence in 1..=180_i64 {
        let mut minute = batch(sequence.unsigned_abs(), sequence * 60);
        minute.windows = (0..6)
            .flat_map(|place| {
                let start = sequence * 60 + place * 10;
                ["gpu0", "gpu1"].map(|device| window(device, start, start + 10, 3_000_000))
            })
            .collect();
        fixture.apply(&minute);
    }
    let influx = open(&server, fixture.directory.path());
    catch_up(&fixture.store, &influx).unwrap();
    settle(&fixture, &influx, at(NOW_S));
    let questions = |points: i64| {
        let before = server.queries();
        let (from, to) = (at(0), at(10_800));
        let groups = fixture
            .store
            .read(|tx| series::fleet(&influx, tx, PowerGroup::Project, grid(from, to, points), None))
            .unwrap();
        assert_eq!(groups.len(), 1, "{groups:?}");
        server.queries() - before
    };
    // Sums of hours, or windows.
    assert_eq!((questions(3), questions(300)), (1, 1));
}
