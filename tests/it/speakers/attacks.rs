//! Attacks by tokens that may deliver, each counted: on what another metered (erase), on whose energy it is (take), on what another is about to
//! say (block).

use crate::service::{Data, Reply, Service};
use serde_json::{Value, json};

/// What is forged, and how a batch becomes so.
type Forgery = (&'static str, fn(&mut Value));

const EXAMPLE: &[u8] = include_bytes!("../../../docs/wire-example.json");
pub(super) const LIMITS: &str = "[limits]\nrequests_per_s = 100000\nrequest_burst = 100000";
const JSON: (&str, &str) = ("Content-Type", "application/json");
/// Energy of the example's GPU that its job held, mJ.
const HELD_MJ: i64 = 4_905_984;

/// The example as a batch of `node` with one job of `project`.
pub(super) fn batch_of(node: &str, project: &str) -> Value {
    let mut batch: Value = serde_json::from_slice(EXAMPLE).unwrap();
    (batch["agent"], batch["node"]["name"]) = (json!(node), json!(node));
    batch["jobs"][0]["id"] = json!(format!("{node}-job"));
    batch["jobs"][0]["project"] = json!(project);
    batch["holdings"][0]["job"] = json!(format!("{node}-job"));
    batch
}

pub(super) fn send(service: &Service, token: &str, batch: &Value) -> Reply {
    service.send("POST", "/api/v1/batches", token, &[JSON], &serde_json::to_vec(batch).unwrap())
}

/// What the project's report says of its energy, mJ.
fn energy(service: &Service, project: &str) -> i64 {
    let path = format!("/api/v1/reports/emissions?from=2020-01-01&to=2100-01-01&group_by=job&project={project}");
    service.get(&path, &service.admin).json()["total"]["energy_mj"].as_i64().unwrap()
}

/// Ways to change a batch so that it speaks of what another's batch speaks of.
fn forgeries() -> Vec<Forgery> {
    fn empty(batch: &mut Value) {
        batch["windows"].as_array_mut().unwrap().iter_mut().for_each(|window| {
            (window["energy_mj"], window["integration_uncertainty_mj"], window["sensor_systematic_mj"]) =
                (json!(0), json!(0), json!(0));
        });
    }
    vec![
        ("the same names and bytes of its own", |_| {}),
        ("no energy for the same time", empty),
        ("no energy, by a clock of 1970", |batch| {
            empty(batch);
            batch["clock"]["wall_ns"] = json!(0);
        }),
        ("no energy, in an earlier boot", |batch| {
            empty(batch);
            batch["boot"] = json!("00000000000000000000000000000001");
        }),
        ("the next number", |batch| batch["sequence"] = json!(43)),
        ("another agent of the node", |batch| {
            batch["agent"] = json!(format!("{}-run", batch["node"]["name"].as_str().unwrap()))
        }),
        ("all of the device", |batch| {
            batch["holdings"][0]["weight"] = json!(10_000);
            batch["holdings"][0]["job"] = json!("of-another");
            batch["jobs"] = json!([]);
        }),
        ("the job held nothing", |batch| {
            let start = batch["holdings"][0]["start_ns"].as_i64().unwrap();
            batch["holdings"][0]["end_ns"] = json!(start + 1);
            batch["windows"] = json!([]);
            batch["sequence"] = json!(44);
        }),
        ("the job by name alone", |batch| {
            batch["windows"] = json!([]);
            batch["holdings"] = json!([]);
        }),
    ]
}

#[test]
fn no_field_of_a_batch_erases_takes_or_blocks_what_another_project_has() {
    let data = Data::new();
    let service = Service::start(&data.path(), LIMITS);
    let (_, beta) = service.token(&["ingest", "read"], Some("beta"));
    let mut count = 0;
    for (number, (what, forge)) in forgeries().into_iter().enumerate() {
        for first in [true, false] {
            let (node, project) = (format!("n{number}-{first}"), format!("p{number}-{first}"));
            let (_, own) = service.token(&["ingest", "read"], Some(&project));
            let batch = batch_of(&node, &project);
            let mut forged = batch_of(&node, "beta");
            forge(&mut forged);
            if first {
                send(&service, &beta, &forged);
            }
            let taken = send(&service, &own, &batch);
            assert_eq!((taken.status, taken.json()["result"].as_str()), (200, Some("accepted")), "{what}: {taken:?}");
            let answer = send(&service, &beta, &forged);
            assert!(!answer.body.contains(&project), "{what}: {answer:?}");
            assert_eq!(energy(&service, &project), HELD_MJ, "{what}, first: {first}");
            assert_eq!(send(&service, &own, &batch).json()["result"], "duplicate", "{what}");
            count += 1;
        }
    }
    println!("{count} forged batches, 0 with an effect");
    assert_eq!(service.stop().0, 0);
    let verified = crate::command::wattledger(&["verify", "--data", data.path().to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
}

#[test]
fn no_call_about_a_job_erases_takes_or_blocks_what_another_project_has() {
    let data = Data::new();
    let service = Service::start(&data.path(), LIMITS);
    let (_, own) = service.token(&["ingest", "read"], Some("alpha"));
    let (_, beta) = service.token(&["ingest", "read"], Some("beta"));
    let batch = batch_of("n1", "alpha");
    let uuid = batch["devices"][0]["uuid"].clone();
    // The same device, on a node of another's own.
    let mut other = batch_of("n2", "beta");
    (other["jobs"], other["holdings"]) = (json!([]), json!([]));
    assert_eq!(send(&service, &beta, &other).status, 200);
    assert_eq!(
        service.post("/api/v1/jobs", &beta, &json!({ "job": "n1-job" })).status,
        201,
        "an id is free to everybody"
    );
    assert_eq!(send(&service, &own, &batch).status, 200);
    let attacks = [
        (
            "/api/v1/jobs",
            json!({ "job": "theirs", "devices": [{ "uuid": uuid, "node": "n1" }], "from": "2026-01-05T09:00:00Z" }),
            400,
        ),
        ("/api/v1/jobs", json!({ "job": "theirs", "devices": [{ "uuid": uuid, "node": "n1" }] }), 404),
        ("/api/v1/jobs", json!({ "job": "theirs", "devices": [{ "uuid": uuid, "node": "n1~alpha" }] }), 404),
        ("/api/v1/jobs", json!({ "job": "n1-job", "project": "alpha" }), 404),
        ("/api/v1/jobs", json!({ "job": "n1-job~alpha" }), 400),
        ("/api/v1/jobs/n1-job~alpha/finish", json!({ "to": "2026-01-05T09:00:03Z" }), 404),
        ("/api/v1/jobs/n1-job~alpha/steps", json!({ "steps": 1 }), 404),
        ("/api/v1/jobs/n1-job/finish", json!({}), 200),
    ];
    for (path, document, status) in &attacks {
        let answer = service.post(path, &beta, document);
        assert_eq!(answer.status, *status, "{path} {document} {answer:?}");
        assert_eq!(energy(&service, "alpha"), HELD_MJ, "{path} {document}");
    }
    println!("{} calls, 0 with an effect", attacks.len());
    let job = service.get("/api/v1/jobs/n1-job", &own).json();
    assert_eq!((&job["id"], &job["energy_mj"]), (&json!("n1-job~alpha"), &json!(HELD_MJ)));
    assert_eq!(service.get("/api/v1/jobs/n1-job", &beta).json()["energy_mj"], 0);
    let held = service.post("/api/v1/jobs", &own, &json!({ "job": "more", "devices": [uuid] }));
    assert_eq!(held.status, 201, "another's device of the same identity is in nobody's way: {held:?}");
}

#[test]
fn a_job_that_the_operator_gives_to_another_project_takes_nothing_along() {
    let data = Data::new();
    let service = Service::start(&data.path(), LIMITS);
    let (_, operator) = service.token(&["ingest"], None);
    let (_, beta) = service.token(&["ingest", "read"], Some("beta"));
    let mut told = batch_of("op", "beta");
    told["jobs"][0]["id"] = json!("4711");
    told["holdings"][0]["job"] = json!("4711");
    assert_eq!(send(&service, &operator, &told).status, 200);
    // A node of the project, whose device nothing holds.
    let mut metered = batch_of("n1", "beta");
    let uuid = metered["devices"][0]["uuid"].clone();
    (metered["jobs"], metered["holdings"]) = (json!([]), json!([]));
    assert_eq!(send(&service, &beta, &metered).status, 200);

    let held =
        service.post("/api/v1/jobs", &beta, &json!({ "job": "4711", "devices": [{ "uuid": uuid, "node": "n1" }] }));
    assert_eq!((held.status, &held.json()["id"]), (201, &json!("4711~beta")), "a job of its own: {held:?}");
    assert_eq!(service.get("/api/v1/jobs/4711", &beta).json()["id"], "4711~beta");
    assert_eq!(service.post("/api/v1/jobs/4711/finish", &beta, &json!({})).status, 200);

    told["jobs"][0]["project"] = json!("gamma");
    (told["sequence"], told["windows"], told["holdings"]) = (json!(43), json!([]), json!([]));
    assert_eq!(send(&service, &operator, &told).status, 200);
    assert_eq!(
        (energy(&service, "beta"), energy(&service, "gamma")),
        (0, HELD_MJ),
        "what the operator metered moved, and no more"
    );
    let moved = service.get("/api/v1/jobs/4711", &service.admin).json();
    assert_eq!((&moved["project"], &moved["to"]), (&json!("gamma"), &Value::Null), "{moved}");
}

#[test]
fn a_project_does_not_end_a_job_that_the_operator_told_of() {
    let data = Data::new();
    let service = Service::start(&data.path(), LIMITS);
    let (_, operator) = service.token(&["ingest"], None);
    let (_, beta) = service.token(&["ingest", "read"], Some("beta"));
    assert_eq!(send(&service, &operator, &batch_of("op", "beta")).status, 200);
    let refused = service.post("/api/v1/jobs/op-job/finish", &beta, &json!({}));
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(refused.body.contains("the operator told of job \\\"op-job\\\""), "{refused:?}");
    assert_eq!(service.post("/api/v1/jobs/op-job/finish", &service.admin, &json!({})).status, 200);
}

#[test]
fn the_node_and_the_agent_are_those_of_the_token_that_told_of_them_first() {
    let data = Data::new();
    let service = Service::start(&data.path(), LIMITS);
    let (first_id, first) = service.token(&["ingest"], None);
    let (other_id, other) = service.token(&["ingest"], None);
    let (_, project) = service.token(&["ingest"], Some("alpha"));
    let mut batch = batch_of("n1", "alpha");
    assert_eq!(send(&service, &first, &batch).status, 200);
    batch["sequence"] = json!(43);
    for token in [&other, &project, &service.admin] {
        let refused = send(&service, token, &batch);
        assert_eq!(refused.status, 403, "{refused:?}");
        let way_out = ["wattledger token bind", "run_spools", "another token speaks for node \\\"n1\\\""];
        assert!(way_out.iter().all(|words| refused.body.contains(words)), "{refused:?}");
    }
    let mut borrowed = batch_of("n2", "alpha");
    borrowed["agent"] = json!("n1");
    assert_eq!(send(&service, &other, &borrowed).status, 403, "a name of another's agent");
    let items = service.get("/api/v1/attention?limit=1000", &service.admin).json()["items"].clone();
    let refused: Vec<&Value> =
        items.as_array().unwrap().iter().filter(|item| item["kind"] == "speaker_refused").collect();
    assert_eq!(refused.len(), 3);
    let of_other = refused.iter().find(|item| item["message"].as_str().unwrap().contains(&other_id)).unwrap();
    assert!(of_other["message"].as_str().unwrap().contains(&format!("wattledger token bind {other_id} n1")));
    // An administrator moves the node, which is recorded.
    let moved = service.command(&service.admin, &["token", "bind", &other_id, "n1"]);
    assert_eq!(moved.code, 0, "{}", moved.stderr);
    assert_eq!([&other, &first].map(|token| send(&service, token, &batch).status), [200, 403]);
    let newest = service.get("/api/v1/ledger/actions?limit=1", &service.admin).json()["items"][0].clone();
    assert_eq!((&newest["kind"], &newest["subject"]), (&json!("node_token"), &json!("n1")));
    assert_eq!(newest["body"]["token"], other_id.as_str());
    let nodes = service.get("/api/v1/nodes", &service.admin).json();
    assert_eq!(nodes["items"][0]["token"], other_id.as_str());
    assert_ne!(first_id, other_id);
}

#[test]
fn a_token_succeeds_another_and_both_speak_until_the_old_one_is_revoked() {
    let data = Data::new();
    let service = Service::start(&data.path(), LIMITS);
    let (old_id, old) = service.token(&["ingest"], None);
    let mut batch = batch_of("n1", "alpha");
    assert_eq!(send(&service, &old, &batch).status, 200);
    let made = service
        .command(&service.admin, &["token", "create", "gpu-nodes-2027", "--scope", "ingest", "--succeeds", &old_id]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let new = made.stdout.trim().to_owned();
    let mut new_node = batch_of("n2", "alpha");
    assert_eq!(send(&service, &new, &new_node).status, 200, "the new one tells of a node");
    for (sequence, token) in [(43, &new), (44, &old), (45, &new)] {
        batch["sequence"] = json!(sequence);
        assert_eq!(send(&service, token, &batch).status, 200);
    }
    new_node["sequence"] = json!(43);
    assert_eq!(send(&service, &old, &new_node).status, 200, "and the old one speaks for it too");
    assert_eq!(service.command(&service.admin, &["token", "revoke", &old_id]).code, 0);
    batch["sequence"] = json!(46);
    assert_eq!([&old, &new].map(|token| send(&service, token, &batch).status), [401, 200]);
    let listed = service.get("/api/v1/tokens", &service.admin).json();
    let line = listed["items"].as_array().unwrap().iter().find(|item| item["name"] == "gpu-nodes-2027").unwrap();
    assert_eq!(line["line"], old_id.as_str());
}

#[test]
fn hooks_say_who_holds_the_devices_of_their_nodes_from_now_on_and_nothing_else() {
    let data = Data::new();
    let service = Service::start(&data.path(), LIMITS);
    let (_, agent) = service.token(&["ingest"], None);
    let mut batch = batch_of("n1", "alpha");
    (batch["jobs"], batch["holdings"]) = (json!([]), json!([]));
    let mut elsewhere = batch_of("n9", "alpha");
    (elsewhere["jobs"], elsewhere["holdings"]) = (json!([]), json!([]));
    assert_eq!([&batch, &elsewhere].map(|batch| send(&service, &agent, batch).status), [200, 200]);
    let create = ["token", "create", "slurm", "--scope", "ingest", "--nodes", "n1,n2", "--holders-only"];
    let hooks = service.command(&service.admin, &create).stdout.trim().to_owned();
    let uuid = batch["devices"][0]["uuid"].clone();
    let start = |job: &str, node: &str, from: Option<&str>| {
        let mut document = json!({ "job": job, "project": "alpha", "devices": [{ "uuid": uuid, "node": node }] });
        if let Some(from) = from {
            document["from"] = json!(from);
        }
        service.post("/api/v1/jobs", &hooks, &document)
    };
    assert_eq!(start("s-1", "n1", None).status, 201);
    let backdated = start("s-2", "n1", Some("2026-01-05T09:00:00Z"));
    assert_eq!((backdated.status, &backdated.json()["field"]), (400, &json!("from")), "{backdated:?}");
    assert_eq!(start("s-3", "n9", None).status, 403, "not a node of its set");
    let early = service.post("/api/v1/jobs/s-1/finish", &hooks, &json!({ "to": "2026-01-05T09:00:00Z" }));
    assert_eq!(early.status, 400, "{early:?}");
    assert_eq!(service.post("/api/v1/jobs/s-1/finish", &hooks, &json!({})).status, 200);
    batch["sequence"] = json!(43);
    assert_eq!(send(&service, &hooks, &batch).status, 403, "it meters nothing");
    assert_eq!(energy(&service, "alpha"), 0, "nothing of the past moved");
    // What an administrator states is not bounded.
    let by_admin = json!({ "job": "s-4", "project": "alpha", "from": "2026-01-05T09:00:00Z", "to": "2026-01-05T10:00:00Z",
        "devices": [{ "uuid": uuid, "node": "n1" }] });
    assert_eq!(service.post("/api/v1/jobs", &service.admin, &by_admin).status, 201);
    assert_eq!(energy(&service, "alpha"), 6_132_480);
}
