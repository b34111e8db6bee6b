//! Every limit and every kind of refusal, with its problem document, as a client sees it.

use super::{Data, Reply, Service};
use serde_json::{Value, json};
use std::fmt::Write;

const EXAMPLE: &[u8] = include_bytes!("../../../docs/wire-example.json");
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// What is the same in every run.
fn shown(what: &str, reply: &Reply) -> String {
    let header = |name: &str| reply.headers.get(name).map_or("-", |value| value.to_str().unwrap()).to_owned();
    let mut text = format!("{what}\n  {} {}", reply.status, header("content-type"));
    if reply.headers.contains_key("retry-after") {
        text += &format!(", Retry-After: {}", header("retry-after"));
    }
    write!(text, "\n  {}\n", reply.body).unwrap();
    text
}

/// The example with one thing changed.
fn example(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut batch: Value = serde_json::from_slice(EXAMPLE).unwrap();
    change(&mut batch);
    serde_json::to_vec(&batch).unwrap()
}

fn repeated(value: &Value, count: usize) -> Value {
    Value::Array(vec![value.clone(); count])
}

#[test]
fn every_limit_of_a_batch_has_its_problem_document() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let mut page = String::new();
    let mut show = |what: &str, body: Vec<u8>| {
        let reply = service.send("POST", "/api/v1/batches", &service.admin, &[JSON], &body);
        page += &shown(what, &reply);
    };
    show("not JSON", b"{".to_vec());
    show("something after it", [EXAMPLE, b"{}"].concat());
    show("an unknown key", example(|batch| batch["colour"] = json!("red")));
    show("a later version", example(|batch| batch["version"] = json!(2)));
    show("no sequence", example(|batch| drop(batch.as_object_mut().unwrap().remove("sequence"))));
    show("sequence 0", example(|batch| batch["sequence"] = json!(0)));
    show("a name that is none", example(|batch| batch["agent"] = json!("a b")));
    show("a long name", example(|batch| batch["node"]["name"] = json!("x".repeat(129))));
    show("a boot that is none", example(|batch| batch["boot"] = json!("xyz")));
    show("too many devices", example(|batch| batch["devices"] = repeated(&batch["devices"][0], 1_025)));
    show("too many windows", example(|batch| batch["windows"] = repeated(&batch["windows"][0], 20_001)));
    show("too many holdings", example(|batch| batch["holdings"] = repeated(&batch["holdings"][0], 5_001)));
    show("too many jobs", example(|batch| batch["jobs"] = repeated(&batch["jobs"][0], 1_001)));
    show("a device twice", example(|batch| batch["devices"] = repeated(&batch["devices"][0], 2)));
    show("a device that is not declared", example(|batch| batch["windows"][0]["device"] = json!("GPU-x")));
    show("negative energy", example(|batch| batch["windows"][0]["energy_mj"] = json!(-1)));
    show("energy with a fraction", example(|batch| batch["windows"][0]["energy_mj"] = json!(0.5)));
    show("a window that ends before it starts", example(|batch| batch["windows"][0]["end_ns"] = json!(1)));
    show("more covered than there is", example(|batch| batch["windows"][0]["covered_ns"] = json!(u64::MAX)));
    show("no weight", example(|batch| batch["holdings"][0]["weight"] = json!(0)));
    show("too many labels", {
        let labels: Value =
            (0..33).map(|number| (format!("l{number}"), json!("v"))).collect::<serde_json::Map<_, _>>().into();
        example(|batch| batch["jobs"][0]["labels"] = labels)
    });
    show("a long label", example(|batch| batch["jobs"][0]["labels"] = json!({ "l": "v".repeat(257) })));
    show("more than the wire allows", vec![b' '; (8 << 20) + 1]);
    show("more than a body may have", vec![b' '; (16 << 20) + 1]);
    assert_eq!(service.send("POST", "/api/v1/batches", &service.admin, &[JSON], EXAMPLE).status, 200);
    show("other bytes under a known number", [EXAMPLE, b" "].concat());
    insta::assert_snapshot!("batch_refusals", page);
}

/// What the specification allows is taken, at each of its limits, and everything of it is shown and adds up.
#[test]
fn a_batch_at_every_limit_is_taken() {
    let data = Data::new();
    let service = Service::start(&data.path(), "log_level = \"error\"");
    let (name, text) = ("n".repeat(wire::NAME_BYTES_MAX), "t".repeat(wire::TEXT_BYTES_MAX));
    let numbered = |count: usize, value: &Value, change: &dyn Fn(usize, &mut Value)| -> Value {
        let each = |number| {
            let mut one = value.clone();
            change(number, &mut one);
            one
        };
        (0..count).map(each).collect()
    };
    let bodies = [
        example(|batch| {
            (batch["agent"], batch["node"]["name"]) = (json!(name), json!(name));
            let labels = (0..wire::LABELS_MAX).map(|number| (format!("{number:0>128}"), json!(text)));
            batch["jobs"][0]["labels"] = Value::Object(labels.collect());
            (batch["jobs"][0]["name"], batch["jobs"][0]["id"]) = (json!(text), json!(name));
            (batch["holdings"][0]["job"], batch["holdings"][0]["weight"]) = (json!(name), json!(10_000));
        }),
        example(|batch| {
            batch["sequence"] = json!(u64::try_from(i64::MAX).unwrap());
            batch["gaps"] = json!([]);
            let device = batch["devices"][0].clone();
            batch["devices"] = numbered(wire::DEVICES_MAX, &device, &|number, one| {
                if number > 0 {
                    one["uuid"] = json!(format!("GPU-{number}"));
                }
            });
            let (window, day) = (batch["windows"][0].clone(), wire::WINDOW_NS_MAX);
            batch["windows"] = numbered(wire::DEVICES_MAX - 1, &window, &|number, one| {
                one["device"] = json!(format!("GPU-{}", number + 1));
                one["end_ns"] = json!(one["start_ns"].as_u64().unwrap() + day);
            });
        }),
        example(|batch| {
            batch["sequence"] = json!(3);
            let window = batch["windows"][0].clone();
            batch["windows"] = numbered(wire::WINDOWS_MAX, &window, &|number, one| {
                for key in ["start_ns", "end_ns"] {
                    one[key] = json!(one[key].as_u64().unwrap() + (number as u64 + 10_000) * 10_000_000_000);
                }
            });
        }),
        example(|batch| {
            batch["sequence"] = json!(4);
            let device = batch["windows"][0]["device"].clone();
            let (holding, job) = (batch["holdings"][0].clone(), batch["jobs"][0].clone());
            batch["jobs"] = numbered(wire::JOBS_MAX, &job, &|number, one| one["id"] = json!(format!("j{number}")));
            batch["holdings"] = numbered(wire::HOLDINGS_MAX, &holding, &|number, one| {
                let start = one["start_ns"].as_u64().unwrap() + 900_000_000_000_000 + number as u64 * 1_000_000_000;
                one["job"] = json!(format!("j{}", number % wire::JOBS_MAX));
                (one["start_ns"], one["end_ns"]) = (json!(start), json!(start + 1_000_000_000));
            });
            let gap = json!({ "device": device, "start_ns": 0, "end_ns": 1, "reason": "unread" });
            batch["gaps"] = numbered(wire::GAPS_MAX, &gap, &|number, one| {
                (one["start_ns"], one["end_ns"]) = (json!(number * 2), json!(number * 2 + 1));
            });
        }),
    ];
    for body in &bodies {
        assert!(body.len() <= wire::BODY_BYTES_MAX, "{}", body.len());
        for expected in ["accepted", "duplicate"] {
            let reply = service.send("POST", wire::PATH, &service.admin, &[JSON], body);
            assert_eq!((reply.status, reply.json()["result"].as_str()), (200, Some(expected)), "{:.600}", reply.body);
        }
    }
    let shown = service.get(&format!("/api/v1/jobs/{name}"), &service.admin).json();
    assert_eq!(shown["labels"].as_object().unwrap().len(), wire::LABELS_MAX);
    assert_eq!(service.stop().0, 0);
    let verified = crate::command::wattledger(&["verify", "--data", data.path().to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
}

#[test]
fn every_other_refusal_has_its_problem_document() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let mut page = String::new();
    let mut show = |what: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]| {
        let reply = service.send(method, path, &service.admin, headers, body);
        page += &shown(what, &reply);
    };
    show("no such route", "GET", "/api/v1/coffee", &[], b"");
    show("no such method", "DELETE", "/api/v1/jobs", &[], b"");
    show("no such job", "GET", "/api/v1/jobs/none", &[], b"");
    show("no such entry", "GET", "/api/v1/ledger/entries/1/explain", &[], b"");
    show("no such token", "DELETE", "/api/v1/tokens/none", &[], b"");
    show("a limit out of range", "GET", "/api/v1/jobs?limit=0", &[], b"");
    show("a cursor that is none", "GET", "/api/v1/jobs?cursor=x", &[], b"");
    show("a moment that is none", "GET", "/api/v1/reports/emissions?from=x&to=2026-01-01", &[], b"");
    show("an end before the start", "GET", "/api/v1/reports/emissions?from=2026-01-02&to=2026-01-01", &[], b"");
    show("a group that is none", "GET", "/api/v1/reports/emissions?from=2026-01-01&to=2026-01-02&group_by=x", &[], b"");
    show("another media type", "POST", "/api/v1/jobs", &[("Content-Type", "text/plain")], b"x");
    show("an encoding that is not read", "POST", "/api/v1/jobs", &[JSON, ("Content-Encoding", "br")], b"x");
    show("not gzip", "POST", "/api/v1/jobs", &[JSON, ("Content-Encoding", "gzip")], b"x");
    show("a field that is missing", "POST", "/api/v1/jobs", &[JSON], b"{}");
    drop(service);
    let strict = "[limits]\nrequests_per_s = 1\nrequest_burst = 3\nfailures_per_s = 1\nfailure_burst = 1";
    let data = Data::new();
    let service = Service::start(&data.path(), strict);
    let reader = service.token(&["read"], None).1;
    page += &shown("no scope for it", &service.get("/api/v1/tokens", &reader));
    let replies: Vec<_> = (0..12).map(|_| service.get("/api/v1/grid/zones", &reader)).collect();
    page += &shown("too often", replies.iter().find(|reply| reply.status == 429).unwrap());
    let wrong: Vec<_> = (0..8).map(|_| service.get("/api/v1/jobs", "wl_wrong")).collect();
    page += &shown("no valid token", wrong.iter().find(|reply| reply.status == 401).unwrap());
    page += &shown("no valid token, too often", wrong.iter().find(|reply| reply.status == 429).unwrap());
    insta::assert_snapshot!("other_refusals", page);
}
