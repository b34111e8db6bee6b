//! A batch in, its energy and grams out, by HTTP: exactly once, adding up, followed back, kept through a kill, and kept apart by project.

use super::process::until;
use super::{Data, Service};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const EXAMPLE: &[u8] = include_bytes!("../../../docs/wire-example.json");
const JSON: (&str, &str) = ("Content-Type", "application/json");
const REPORT: &str = "/api/v1/reports/emissions?from=2026-01-05&to=2026-01-06&group_by=project";

pub(crate) fn post_batch(service: &Service, token: &str, body: &[u8]) -> super::Reply {
    service.send("POST", "/api/v1/batches", token, &[JSON], body)
}

/// The example as a batch of `project`'s job, with another number.
pub(crate) fn batch_of(project: &str, sequence: u64) -> Vec<u8> {
    let mut batch: Value = serde_json::from_slice(EXAMPLE).unwrap();
    batch["agent"] = json!(project);
    batch["node"]["name"] = json!(project);
    batch["sequence"] = json!(sequence);
    batch["jobs"][0]["id"] = json!(format!("{project}-job"));
    batch["jobs"][0]["project"] = json!(project);
    batch["holdings"][0]["job"] = json!(format!("{project}-job"));
    serde_json::to_vec(&batch).unwrap()
}

pub(super) fn items(reply: &super::Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["items"].as_array().unwrap().clone()
}

#[test]
fn a_batch_is_reported_explained_and_verified_to_its_bytes() {
    let data = Data::new();
    let service = Service::start(&data.path(), "ledger.close_every_s = 1");
    let admin = service.admin.clone();
    let site = json!({ "name": "fra", "zone": "DE", "pue": 1.25 });
    assert_eq!(service.post("/api/v1/sites", &admin, &site).status, 201);
    let assigned = service.post("/api/v1/nodes/gpu-node-7.example/site", &admin, &json!({ "site": "fra" }));
    assert_eq!(assigned.status, 204, "{assigned:?}");
    assert_eq!(post_batch(&service, &admin, EXAMPLE).json()["result"], "accepted");
    until(|| items(&service.get("/api/v1/ledger/entries", &admin)).len() == 3);
    let report = service.get(REPORT, &admin).json();
    // The job holds the GPU from its second second: 8 of 10 s of 6,132,480 mJ; the core is part of the package.
    assert_eq!(report["metered"]["energy_mj"], 6_132_480 + 1_214_075);
    assert_eq!(report["rows"][0]["group"], "language-models");
    assert_eq!(report["total"]["energy_mj"], 4_905_984);
    assert_eq!(report["idle"]["energy_mj"], 1_226_496 + 1_214_075);
    assert_eq!(report["open"]["energy_mj"], 0);
    let mut sum = 0;
    for entry in items(&service.get("/api/v1/ledger/entries?limit=2", &admin)) {
        let explained = service.get(&format!("/api/v1/ledger/entries/{}/explain", entry["id"]), &admin).json();
        assert_eq!(explained["entry"], entry);
        assert_eq!((entry["pue_ppm"].as_i64(), explained["factor"]["zone"].as_str()), (Some(1_250_000), Some("DE")));
        let energy = entry["energy_mj"].as_i64().unwrap();
        let carbon = |mj: i64| (mj * entry["intensity_mg_per_kwh"].as_i64().unwrap() + 1_800_000) / 3_600_000;
        assert_eq!(entry["co2e_ug"], carbon(energy));
        assert_eq!(entry["overhead_co2e_ug"], carbon(entry["overhead_mj"].as_i64().unwrap()));
        let windows = explained["windows"].as_array().unwrap();
        assert_eq!(windows.iter().map(|window| window["energy_mj"].as_i64().unwrap()).sum::<i64>(), energy);
        let sha256: String = Sha256::digest(EXAMPLE).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(windows[0]["batch"]["sha256"], sha256.as_str());
        sum += energy;
    }
    assert!(sum > 0);
    let job = service.get("/api/v1/jobs/finetune-7b.3", &admin).json();
    assert_eq!((&job["energy_mj"], &job["footprint"]["total"]["energy_mj"]), (&json!(4_905_984), &json!(4_905_984)));
    let printed = service.command(&admin, &["report", "--from", "2026-01-05", "--to", "2026-01-06", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&printed.stdout).unwrap(), report);
    for arguments in [&["jobs"][..], &["job", "finetune-7b.3"], &["explain", "1"]] {
        let answer = service.command(&admin, arguments);
        assert_eq!(answer.code, 0, "{arguments:?} {}", answer.stderr);
    }
    // Charts follow a moment later.
    until(|| {
        let shown = service.command(&admin, &["job", "finetune-7b.3"]).stdout;
        shown.contains("power       █  each bar is the mean of ") && shown.contains("; highest 613.2 W\n")
    });
    let csv = ["report", "--from", "2026-01-05", "--to", "2026-01-06", "--format", "csv"];
    assert!(service.command(&admin, &csv).stdout.contains("language-models,4905984,"), "csv");
    assert_eq!(service.stop().0, 0);
    let verified = crate::command::wattledger(&["verify", "--data", data.path().to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
    assert!(verified.stdout.contains("7346555 mJ metered = 4905984 mJ used by jobs"), "{}", verified.stdout);
}

#[test]
fn a_changed_entry_is_named_by_verify() {
    let data = Data::new();
    let service = Service::start(&data.path(), "ledger.close_every_s = 1");
    post_batch(&service, &service.admin, EXAMPLE);
    until(|| items(&service.get("/api/v1/ledger/entries", &service.admin)).len() == 3);
    drop(service);
    let connection = rusqlite::Connection::open(data.path().join("wattledger.db")).unwrap();
    connection.execute("UPDATE ledger_entries SET energy_mj = energy_mj - 1 WHERE id = 2", ()).unwrap();
    drop(connection);
    let refused = crate::command::refusal(&["verify", "--data", data.path().to_str().unwrap()]);
    assert!(refused.starts_with("exit 1") && refused.contains("entry 2"), "{refused}");
}

#[test]
fn the_same_batch_counts_once_and_other_bytes_are_a_conflict() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let admin = service.admin.clone();
    post_batch(&service, &admin, EXAMPLE);
    let before = service.get(REPORT, &admin).body;
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, EXAMPLE).unwrap();
        encoder.finish().unwrap()
    };
    let headers = [JSON, ("Content-Encoding", "gzip")];
    for reply in
        [post_batch(&service, &admin, EXAMPLE), service.send("POST", "/api/v1/batches", &admin, &headers, &gzip)]
    {
        assert_eq!((reply.status, reply.json()["result"].as_str()), (200, Some("duplicate")));
    }
    assert_eq!(service.get(REPORT, &admin).body, before);
    let other = [EXAMPLE, b" "].concat();
    assert_eq!(post_batch(&service, &admin, &other).status, 409);
    let mut wrong: Value = serde_json::from_slice(EXAMPLE).unwrap();
    wrong["windows"][1]["energy_mj"] = json!(-1);
    let refused = post_batch(&service, &admin, &serde_json::to_vec(&wrong).unwrap());
    assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some("windows[1].energy_mj")));
    assert_eq!(service.get(REPORT, &admin).body, before);
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let admin = service.admin.clone();
    for sequence in 1..=5 {
        assert_eq!(post_batch(&service, &admin, &batch_of(&format!("p{sequence}"), sequence)).status, 200);
    }
    let before = service.get(REPORT, &admin).json();
    // Dropping kills at once, without a signal that could be handled.
    drop(service);
    let again = Service::start(&data.path(), "");
    assert_eq!(again.get(REPORT, &admin).json()["metered"], before["metered"]);
    assert_eq!(before["metered"]["energy_mj"], 5 * (6_132_480 + 1_214_075));
}

#[test]
fn a_project_s_token_sees_and_moves_nothing_of_another() {
    let data = Data::new();
    let service = Service::start(&data.path(), "ledger.close_every_s = 1");
    let admin = service.admin.clone();
    for project in ["alpha", "beta"] {
        assert_eq!(post_batch(&service, &admin, &batch_of(project, 1)).status, 200);
    }
    until(|| items(&service.get("/api/v1/ledger/entries", &admin)).len() == 6);
    for (own, other) in [("alpha", "beta"), ("beta", "alpha")] {
        let (_, token) = service.token(&["read", "ingest"], Some(own));
        let foreign = items(&service.get(&format!("/api/v1/ledger/entries?project={other}"), &admin));
        let foreign_id = foreign[0]["id"].as_i64().unwrap();
        let idle = items(&service.get("/api/v1/ledger/entries", &admin));
        let idle_id = idle.iter().find(|entry| entry["job"].is_null()).unwrap()["id"].as_i64().unwrap();
        for path in [
            format!("/api/v1/jobs/{other}-job"),
            format!("/api/v1/jobs?project={other}"),
            format!("/api/v1/ledger/entries?project={other}"),
            format!("/api/v1/ledger/entries/{foreign_id}/explain"),
            format!("/api/v1/ledger/entries/{idle_id}/explain"),
            format!("{REPORT}&project={other}"),
        ] {
            assert_eq!(service.get(&path, &token).status, 404, "{path}");
        }
        assert_eq!(service.get(&format!("/api/v1/jobs/{own}-job"), &token).status, 200);
        for list in ["/api/v1/jobs", "/api/v1/ledger/entries", "/api/v1/projects"] {
            let body = service.get(list, &token).body;
            assert!(body.contains(own) && !body.contains(other), "{list} {body}");
        }
        assert_eq!(items(&service.get(&format!("/api/v1/ledger/entries?job={other}-job"), &token)).len(), 0);
        let report = service.get(REPORT, &token).json();
        assert_eq!(report["metered"]["energy_mj"], 4_905_984);
        assert_eq!(report["idle"]["energy_mj"], 0);
        let claim = json!({ "job": format!("{own}-job"), "project": other });
        assert_eq!(service.post("/api/v1/jobs", &token, &claim).status, 404);
        let finish = service.post(&format!("/api/v1/jobs/{other}-job/finish"), &token, &json!({}));
        assert_eq!(finish.status, 404);
        assert_eq!(post_batch(&service, &token, &batch_of(other, 2)).status, 400);
        assert_eq!(post_batch(&service, &token, &batch_of(own, 2)).status, 403, "the node is the operator's");
        for fleet in ["/api/v1/nodes", "/api/v1/devices"] {
            assert_eq!(service.get(fleet, &token).status, 403);
        }
    }
}

#[test]
fn a_job_announced_by_call_holds_devices_until_it_is_finished() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let admin = service.admin.clone();
    let mut batch: Value = serde_json::from_slice(EXAMPLE).unwrap();
    batch["holdings"] = json!([]);
    batch["jobs"] = json!([]);
    post_batch(&service, &admin, &serde_json::to_vec(&batch).unwrap());
    let gpu = batch["devices"][0]["uuid"].clone();
    let job = json!({ "job": "j", "project": "p", "labels": { "team": "t" }, "attempt": 2, "devices": [gpu], "from": "2026-01-05T09:00:00Z" });
    let made = service.post("/api/v1/jobs", &admin, &job);
    assert_eq!((made.status, made.json()["started"].as_str()), (201, Some("2026-01-05T09:00:00Z")), "{made:?}");
    let by_team = REPORT.replace("project", "label:team");
    let row = |path: &str| service.get(path, &admin).json()["rows"][0].clone();
    assert_eq!((row(&by_team)["group"].as_str(), row(&by_team)["energy_mj"].as_i64()), (Some("t"), Some(6_132_480)));
    labels_are_written_alike(&service, &row(&by_team));
    let end = json!({ "to": "2026-01-05T09:00:05Z", "exit_status": 0 });
    assert_eq!(service.post("/api/v1/jobs/j/finish", &admin, &end).status, 200);
    assert_eq!(row(REPORT)["energy_mj"], 3_066_240);
    let early = json!({ "job": "k", "from": "1969-12-31" });
    assert_eq!(service.post("/api/v1/jobs", &admin, &early).json()["field"], "from");
    let unknown = json!({ "job": "k", "devices": ["GPU-none"] });
    assert_eq!(service.post("/api/v1/jobs", &admin, &unknown).status, 404);
}

/// `KEY=VALUE` in filters of the API and of commands, and in the link and the command behind a row by label.
fn labels_are_written_alike(service: &Service, row: &Value) {
    let admin = &service.admin;
    for (filter, count) in [("team=t", 1), ("team=u", 0), ("tea=t", 0)] {
        assert_eq!(items(&service.get(&format!("/api/v1/jobs?label={filter}"), admin)).len(), count, "{filter}");
        let listed = service.command(admin, &["jobs", "--label", filter, "--json"]);
        assert_eq!(serde_json::from_str::<Vec<Value>>(&listed.stdout).unwrap().len(), count, "{listed:?}");
    }
    for path in ["/api/v1/jobs?label=team:t", "/api/v1/ledger/entries?label=team:t"] {
        let refused = service.get(path, admin);
        assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some("label")), "{refused:?}");
    }
    let behind = service.get(row["explain"].as_str().unwrap(), admin).json();
    let explained = service.command(admin, &["explain", "--label", "team=t", "--json"]);
    let explained: Value = serde_json::from_str(&explained.stdout).unwrap();
    for sum in [behind, explained] {
        assert_eq!(sum["open"]["energy_mj"], row["energy_mj"], "{sum}");
    }
    let refused = service.command(admin, &["explain", "--label", "team:t"]);
    assert!(refused.code == 2 && refused.stderr.contains("KEY=VALUE"), "{refused:?}");
}

#[test]
fn an_imported_hour_is_the_factor_of_that_hour() {
    let data = Data::new();
    let service = Service::start(&data.path(), "ledger.close_every_s = 1");
    let admin = service.admin.clone();
    service.post("/api/v1/sites", &admin, &json!({ "name": "fra", "zone": "DE" }));
    service.post("/api/v1/nodes/gpu-node-7.example/site", &admin, &json!({ "site": "fra" }));
    let path = "/api/v1/grid/factors?zone=DE&publisher=tester&edition=e1&licence=none&basis=lifecycle&gas=CO2e&accounting=production&status=measured";
    let import =
        |path: &str, text: &str| service.send("POST", path, &admin, &[("Content-Type", "text/csv")], text.as_bytes());
    let text = "datetime_utc,direct_g,lifecycle_g\n2026-01-05T09:00Z,100,123.456\n2026-01-05T10:00Z,100,1\n";
    let made = import(path, text);
    let (status, answer) = (made.status, made.json());
    assert_eq!((status, &answer["taken"], &answer["refused"], &answer["new"]), (201, &json!(2), &json!(0), &json!(2)));
    assert_eq!((&answer["outdated_entries"], &answer["restate"]), (&json!(0), &json!(null)));
    assert_eq!(import(path, text).json()["new"], 0);
    post_batch(&service, &admin, EXAMPLE);
    until(|| items(&service.get("/api/v1/ledger/entries", &admin)).len() == 3);
    for entry in items(&service.get("/api/v1/ledger/entries", &admin)) {
        assert_eq!(entry["intensity_mg_per_kwh"], 123_456);
    }
    let refused = import(path, "datetime_utc,g_per_kwh\n2026-01-05T09:00Z,-5\n");
    assert_eq!((refused.status, &refused.json()["refusals"][0]["place"]), (201, &json!("line 2")), "{refused:?}");
    let unreadable = import(path, "time,g_per_kwh\n");
    assert!(unreadable.status == 400 && unreadable.body.contains("no column datetime_utc"), "{unreadable:?}");
    let marginal = path.replace("production", "marginal").replace("123.456", "700");
    assert_eq!(import(&marginal, text).json()["taken"], 2, "kept beside the averages, and never chosen");
    let intensity = service.get("/api/v1/grid/intensity?zone=DE&at=2026-01-05T09:30Z", &admin).json();
    let expected = (json!(123_456), json!(1), json!("measured"), json!(false));
    let found = ["intensity_mg_per_kwh", "fallback_step", "status", "basis_changed"].map(|key| intensity[key].clone());
    assert_eq!(<(_, _, _, _)>::from(found), expected, "what the ledger uses is what is answered");
    assert_eq!(import(&path.replace("zone=DE", "zone=QQ"), text).json()["field"], "zone");
}
