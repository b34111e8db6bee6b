//! The endpoints of charts and the comparison, by HTTP and on the command line.

use crate::service::process::until;
use crate::service::{Data, Service};
use serde_json::{Value, json};

const EXAMPLE: &[u8] = include_bytes!("../../../docs/wire-example.json");
const JSON: (&str, &str) = ("Content-Type", "application/json");
const JOB: &str = "/api/v1/jobs/finetune-7b.3/series";

pub(super) fn post(service: &Service, body: &[u8]) {
    let reply = service.send("POST", "/api/v1/batches", &service.admin, &[JSON], body);
    assert_eq!(reply.status, 200, "{reply:?}");
}

/// The example as a batch of `project`'s job on a node of its own.
pub(super) fn batch_of(project: &str) -> Vec<u8> {
    let mut batch: Value = serde_json::from_slice(EXAMPLE).unwrap();
    for place in ["/agent", "/node/name", "/jobs/0/project"] {
        *batch.pointer_mut(place).unwrap() = json!(project);
    }
    for place in ["/jobs/0/id", "/holdings/0/job"] {
        *batch.pointer_mut(place).unwrap() = json!(format!("{project}-job"));
    }
    serde_json::to_vec(&batch).unwrap()
}

fn sum(column: &Value) -> i64 {
    column.as_array().unwrap().iter().filter_map(Value::as_i64).sum()
}

#[test]
fn series_show_what_the_ledger_has_soon_after_the_acknowledgement() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let admin = service.admin.clone();
    post(&service, EXAMPLE);
    until(|| service.get(JOB, &admin).json()["energy_mj"] == 4_905_984);
    let job = service.get(&format!("{JOB}?from=2026-01-05T09:00Z&to=2026-01-05T09:01Z&points=60"), &admin).json();
    assert_eq!((&job["bucket_s"], &job["start_ms"][0]), (&json!(1), &json!(1_767_603_602_000_i64)));
    assert_eq!((sum(&job["energy_mj_per_bucket"]), job["start_ms"].as_array().unwrap().len()), (4_905_984, 8));
    assert_eq!(job["power_mean_mw"][3], 613_248);
    assert_eq!((&job["power_min_mw"][3], &job["power_max_mw"][3]), (&json!(281_350), &json!(688_912)));
    assert_eq!((&job["quality"]["measured_share"], &job["is_complete"]), (&json!(1.0), &json!(true)));
    let devices = service.get("/api/v1/devices", &admin).json();
    let (id, site) = (&devices["items"][0]["id"], &devices["items"][0]["site"]);
    assert_eq!((id, site), (&json!(1), &json!("unassigned")));
    let range = "from=2026-01-05&to=2026-01-06&points=24";
    let energy = |path: &str| service.get(&format!("/api/v1/{path}?{range}"), &admin).json()["energy_mj"].clone();
    assert_eq!(energy("devices/1/series"), 6_132_480);
    assert_eq!(energy("nodes/gpu-node-7.example/series"), 6_132_480 + 1_214_075);
    let heat = service.get("/api/v1/jobs/finetune-7b.3/devices/series?points=5000", &admin).json();
    assert_eq!((&heat["devices"][0]["id"], &heat["devices"][0]["energy_mj"]), (&json!(1), &json!(4_905_984)));
    assert_eq!(
        heat["devices"][0]["power_mean_mw"].as_array().unwrap().len(),
        heat["start_ms"].as_array().unwrap().len()
    );
    let power = service.get(&format!("/api/v1/power?group_by=project&{range}"), &admin).json();
    let groups: Vec<_> = power["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| (&own["group"], &own["is_idle"], sum(&own["energy_mj"])))
        .collect();
    assert_eq!(
        groups,
        [(&json!("language-models"), &json!(false), 4_905_984), (&Value::Null, &json!(true), 1_226_496 + 1_214_075)]
    );
}

#[test]
fn the_copy_catches_up_after_a_kill_and_after_it_was_deleted() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let admin = service.admin.clone();
    post(&service, EXAMPLE);
    // Killed at once, before or while the batch is taken.
    drop(service);
    let service = Service::start(&data.path(), "");
    until(|| service.get(JOB, &admin).json()["energy_mj"] == 4_905_984);
    let path = format!("{JOB}?from=2026-01-05&to=2026-01-06&points=100");
    let before = service.get(&path, &admin).body;
    drop(service);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(data.path().join(format!("series.db{suffix}")));
    }
    let service = Service::start(&data.path(), "");
    until(|| service.get(&path, &admin).body == before);
}

#[test]
fn what_cannot_be_shown_is_refused_with_the_rule() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    post(&service, EXAMPLE);
    let job = |query: &str| format!("jobs/finetune-7b.3/series?{query}");
    let asked = [
        job("points=0"),
        job("points=5001"),
        job("points=many"),
        job("from=2026-01-06&to=2026-01-05"),
        job("from=2026-01-05&to=2026-01-05"),
        job("from=2010-01-01&to=2026-01-01"),
        job("from=1969-12-31&to=1970-01-02"),
        job("from=yesterday"),
        "jobs/nobody/series".to_owned(),
        "devices/77/series".to_owned(),
        "devices/gpu0/series".to_owned(),
        "nodes/nowhere/series".to_owned(),
        "power?group_by=colour".to_owned(),
        "grid/intensity/series".to_owned(),
        "grid/intensity/series?zone=QQ".to_owned(),
        "jobs/compare?id=finetune-7b.3".to_owned(),
        "jobs/compare?id=finetune-7b.3&id=nobody".to_owned(),
        "jobs/compare?id=a&job=b".to_owned(),
    ];
    let answers = asked.map(|path| {
        let reply = service.get(&format!("/api/v1/{path}"), &service.admin);
        format!("{path}\n  {} {}\n", reply.status, reply.body)
    });
    insta::assert_snapshot!(answers.concat());
}

#[test]
fn a_project_s_token_sees_the_power_of_its_own_jobs_alone() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    post(&service, &batch_of("alpha"));
    post(&service, &batch_of("beta"));
    until(|| service.get("/api/v1/jobs/beta-job/series", &service.admin).json()["energy_mj"] == 4_905_984);
    let (_, token) = service.token(&["read"], Some("alpha"));
    let status = |path: &str| service.get(&format!("/api/v1/{path}"), &token).status;
    assert_eq!(status("jobs/alpha-job/series"), 200);
    assert_eq!(status("jobs/alpha-job/devices/series"), 200);
    for hidden in ["jobs/beta-job/series", "jobs/beta-job/devices/series", "jobs/compare?id=alpha-job&id=beta-job"] {
        assert_eq!(status(hidden), 404, "{hidden}");
    }
    for fleet in ["devices/1/series", "nodes/beta/series"] {
        assert_eq!(status(fleet), 403, "{fleet}");
    }
    for by in ["project", "site", "node"] {
        let path = format!("/api/v1/power?group_by={by}&from=2026-01-05&to=2026-01-06");
        let power = service.get(&path, &token).json();
        let groups = power["groups"].as_array().unwrap();
        assert_eq!((groups.len(), sum(&groups[0]["energy_mj"])), (1, 4_905_984), "{power}");
        assert!(!power.to_string().contains("beta"), "{power}");
    }
}

#[test]
fn intensity_is_the_imported_hours_else_a_flat_line_that_says_so() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let admin = service.admin.clone();
    let path = "/api/v1/grid/intensity/series?zone=DE&from=2026-01-05&to=2026-01-06&points=24";
    let flat = service.get(path, &admin).json();
    let values = flat["intensity_mg_per_kwh"].as_array().unwrap();
    assert_eq!((values.len(), values.iter().all(|value| value == &values[0])), (24, true));
    assert_eq!(flat["factor"]["resolution"], "yearly");
    let csv = "datetime_utc,g_per_kwh\n2026-01-05T06:00:00Z,100\n2026-01-05T07:00:00Z,300\n2026-01-05T08:00:00Z,500\n";
    let import = "/api/v1/grid/factors?zone=DE&publisher=TSO&edition=1&licence=CC0&basis=lifecycle&gas=CO2e&accounting=production&status=measured";
    let made = service.send("POST", import, &admin, &[("Content-Type", "text/csv")], csv.as_bytes());
    assert_eq!(made.status, 201, "{made:?}");
    let hours = service
        .get(&path.replace("to=2026-01-06", "to=2026-01-05T12:00Z").replace("points=24", "points=4"), &admin)
        .json();
    assert_eq!(hours["bucket_s"], 10_800);
    let bucket = |key: &str| hours[key][2].clone();
    assert_eq!(
        [bucket("intensity_mg_per_kwh"), bucket("min"), bucket("max")],
        [json!(300_000), json!(100_000), json!(500_000)]
    );
    assert_eq!((bucket("status"), &hours["intensity_mg_per_kwh"][0]), (json!("measured"), &values[0]));
    assert_eq!(
        (&hours["factor"]["resolution"], &hours["other_factors"][0]["publisher"]),
        (&json!("yearly"), &json!("TSO"))
    );
}

#[test]
fn jobs_are_compared_by_what_follows_from_their_footprints() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    post(&service, &batch_of("alpha"));
    post(&service, &batch_of("beta"));
    let admin = service.admin.clone();
    let path = "/api/v1/jobs/compare?id=beta-job&id=alpha-job";
    until(|| {
        let compared = service.get(path, &admin).json();
        (0..2).all(|job| compared["jobs"][job]["held_idle_share"] == 0.0)
    });
    let compared = service.get(path, &admin).json();
    let job = &compared["jobs"][0];
    assert_eq!(
        (&job["id"], &job["energy_mj"], &job["power_mean_mw_per_device"]),
        (&json!("beta-job"), &json!(4_905_984), &json!(613_248))
    );
    let close = |key: &str, expected: f64| {
        let found = job[key].as_f64().unwrap();
        assert!((found / expected - 1.0).abs() < 1e-9, "{key} {found} {expected}");
    };
    close("device_hours", 8.0 / 3_600.0);
    close("energy_kwh_per_device_hour", 0.613_248);
    close("intensity_g_per_kwh", job["co2e_g"].as_f64().unwrap() / job["energy_kwh"].as_f64().unwrap());
    let table = service.command(&admin, &["compare", "alpha-job", "beta-job"]);
    assert_eq!(table.code, 0, "{}", table.stderr);
    assert!(table.stdout.contains("alpha-job") && table.stdout.contains("613.2"), "{}", table.stdout);
    assert!(!table.stdout.contains("energy cost"), "no site has a price");
    let sites = [
        ("/sites", json!({ "name": "fra", "zone": "DE" })),
        ("/sites/fra/price", json!({ "per_mwh": 9_000_000, "currency": "EUR", "since": "2026-01-01" })),
        ("/nodes/beta/site", json!({ "site": "fra" })),
    ];
    for (path, document) in sites {
        let reply = service.post(&format!("/api/v1{path}"), &admin, &document);
        assert!(reply.status < 300, "{reply:?}");
    }
    let table = service.command(&admin, &["compare", "alpha-job", "beta-job"]).stdout;
    // 4,905,984 mJ at 9 EUR/Wh.
    let cost = table.lines().find(|line| line.starts_with("energy cost")).unwrap();
    assert_eq!(cost.split_whitespace().collect::<Vec<_>>(), ["energy", "cost", "-", "12.26", "EUR"], "{table}");
    let printed = service.command(&admin, &["compare", "beta-job", "alpha-job", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&printed.stdout).unwrap()["jobs"][0]["energy_mj"], job["energy_mj"]);
    assert_eq!(service.command(&admin, &["compare", "alpha-job"]).code, 2);
}
