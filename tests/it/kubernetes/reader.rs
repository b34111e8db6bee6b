//! The reader: what it lists of an API server, and what the service makes of it.

use super::{A100, held, job, p95, service, template};
use crate::budget::at;
use crate::service::{Data, Service};
use ::model::AttentionKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use wattledger::attention::attention;
use wattledger::gate::kubernetes::{ApiServer, read_cluster};
use wattledger::store::StoreError;

/// An API server of which only the answers are there, by path.
struct Answers(BTreeMap<&'static str, Value>);

impl ApiServer for Answers {
    type Error = String;

    fn get(&self, path: &str) -> Result<Option<Value>, String> {
        match self.0.get(path) {
            Some(Value::String(refusal)) => Err(refusal.clone()),
            found => Ok(found.cloned()),
        }
    }
}

fn pod(name: &str, spec: Value) -> Value {
    json!({ "metadata": { "name": name, "namespace": "ml", "uid": format!("uid-{name}"), "annotations": { "note": "x", "wattledger.io/hours": "2" } }, "spec": spec,
        "status": { "phase": "Running", "podIP": "10.0.0.1" } })
}

/// A Deployment of two pods, a pod that nobody made, and a pod without accelerators.
fn cluster() -> BTreeMap<&'static str, Value> {
    let mut with_secret = template(4, A100)["spec"].clone();
    with_secret["containers"][0]["env"] = json!([{ "name": "PASSWORD", "value": "hunter2" }]);
    let cpu = json!({ "containers": [{ "name": "c", "resources": { "limits": { "cpu": "1" } } }] });
    let deployment = json!({ "metadata": { "name": "serve", "namespace": "ml", "uid": "uid-serve" }, "spec": { "replicas": 2, "template": template(1, A100) } });
    BTreeMap::from([
        ("/api/v1/pods?limit=500", json!({ "items": [pod("alone", with_secret)], "metadata": { "continue": "a=b" } })),
        ("/api/v1/pods?limit=500&continue=a%3Db", json!({ "items": [pod("small", cpu)], "metadata": {} })),
        ("/apis/apps", json!({ "preferredVersion": { "groupVersion": "apps/v1" } })),
        ("/apis/apps/v1/deployments?limit=500", json!({ "items": [deployment], "metadata": {} })),
    ])
}

#[test]
fn it_lists_page_by_page_and_leaves_out_what_is_not_about_accelerators() {
    let mut answers = cluster();
    let spark = json!({ "metadata": { "name": "etl", "namespace": "ml", "uid": "uid-etl" }, "spec": { "hadoopConf": { "fs.s3a.secret.key": "hunter2" },
        "sparkConf": { "spark.hadoop.fs.s3a.secret.key": "hunter2", "spark.executor.resource.gpu.amount": "1" } } });
    let version = json!({ "preferredVersion": { "groupVersion": "sparkoperator.k8s.io/v1beta2" } });
    answers.insert("/apis/sparkoperator.k8s.io", version);
    answers.insert("/apis/sparkoperator.k8s.io/v1beta2/sparkapplications?limit=500", json!({ "items": [spark] }));
    let listing = read_cluster(&Answers(answers.clone()));
    let names: Vec<&str> = listing.objects.iter().map(|one| one.object["metadata"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["alone", "serve", "etl"]);
    assert_eq!(
        (listing.kinds.len(), listing.problem.as_deref()),
        (28, None),
        "a group that is not installed has no objects"
    );
    let text = serde_json::to_string(&listing).unwrap();
    assert!(!text.contains("hunter2") && !text.contains("10.0.0.1") && !text.contains("\"note\""), "{text}");
    assert!(text.contains("wattledger.io/hours") && text.contains("spark.executor.resource.gpu.amount"), "{text}");
    answers.insert("/apis/batch", json!("forbidden"));
    let listing = read_cluster(&Answers(answers));
    assert!(!listing.kinds.iter().any(|one| one.group == "batch"), "what cannot be listed is not taken to be gone");
    assert_eq!(listing.problem.as_deref(), Some("jobs: forbidden; cronjobs: forbidden"));
}

/// Serves `answers` on loopback for as long as the test runs.
fn serve(answers: BTreeMap<&'static str, Value>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let Some(first) = lines.next() else { continue };
            let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            assert!(
                headers.iter().any(|line| line.eq_ignore_ascii_case("authorization: bearer of the reader")),
                "{headers:?}"
            );
            let path = first.split(' ').nth(1).unwrap();
            let (status, body) =
                answers.get(path).map_or((404, json!({ "message": "not found" })), |found| (200, found.clone()));
            let body = body.to_string();
            let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            // Whoever no longer waits needs no answer.
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    format!("http://{address}")
}

fn watch(service: &Service, api_server: &str, token: &std::path::Path) -> crate::command::Answer {
    let (_, admit) = service.token(&["admit"], None);
    let file = token.to_str().unwrap();
    let arguments = [
        "kubernetes",
        "watch",
        "--once",
        "--api-server",
        api_server,
        "--api-token-file",
        file,
        "--api-ca-file",
        "/nonexistent",
    ];
    service.command(&admit, &arguments)
}

#[test]
fn the_command_tells_the_service_what_is_there_and_what_is_gone() {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "");
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "of the reader\n").unwrap();
    let api_server = serve(cluster());
    let answer = watch(&service, &api_server, &token);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(answer.stderr.trim(), "wattledger kubernetes: 2 holds changed, 0 objects cannot be read");
    let expected = p95(&service, "a100-sxm4-80", 4, 2.0) + p95(&service, "a100-sxm4-80", 2, 1.0);
    assert_eq!(held(&service), expected);
    // What it looked at before says nothing new.
    let again = watch(&service, &api_server, &token);
    assert_eq!((again.code, again.stderr.as_str(), held(&service)), (0, "", expected));
    let nobody = watch(&service, "http://127.0.0.1:9", &token);
    assert!(nobody.code == 5 && nobody.stderr.contains("the API server does not answer"), "{nobody:?}");
}

#[test]
fn what_reviews_said_a_moment_ago_is_not_taken_to_be_gone() {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "");
    assert!(super::answer(&service, &job("r1", "train", 1, 4)).allowed);
    let listing = json!({ "age_ms": 10, "kinds": [{ "group": "batch", "kind": "Job" }], "objects": [] });
    let looked = service.post("/api/v1/admission/kubernetes/objects", &service.admin, &listing);
    assert_eq!((looked.status, looked.json()["changed"].as_u64()), (200, Some(0)), "{looked:?}");
    assert!(held(&service) > 0);
}

#[test]
fn the_heartbeat_needs_the_token_and_what_the_reader_may_not_list_needs_attention() {
    let data = Data::new();
    let service = service(&data, i64::MAX / 2, "");
    let (_, admit) = service.token(&["admit"], None);
    for path in ["/admission/kubernetes", "/api/v1/admission/kubernetes"] {
        assert_eq!(service.get(path, &admit).status, 204, "{path}");
        assert_eq!(service.get(path, "wl_nothing").status, 401, "{path}");
    }
    let listing = json!({ "age_ms": 10, "kinds": [], "objects": [], "problem": "jobs: forbidden" });
    assert_eq!(service.post("/admission/kubernetes/objects", &admit, &listing).status, 404, "one address is enough");
    assert_eq!(service.post("/api/v1/admission/kubernetes/objects", &admit, &listing).status, 200);
    let attention = service.get("/api/v1/attention", &service.admin).body;
    assert!(attention.contains("kubernetes_silent") && attention.contains("jobs: forbidden"), "{attention}");
}

#[test]
fn a_webhook_or_a_reader_that_was_heard_of_and_is_silent_needs_attention_until_it_is_heard_again() {
    let gate = super::bench::Gate::new(1);
    let hear = |who: &'static str, minute: i64| {
        let heard = gate.bench.store.write::<_, StoreError>(move |tx| tx.kubernetes().hear(who, at(60 * minute), ""));
        heard.unwrap();
    };
    let silent = |minute: i64| {
        let found = attention(&gate.bench.store, &gate.bench.library, at(60 * minute), None).unwrap();
        let of_clusters = found.into_iter().filter(|item| item.kind == AttentionKind::KubernetesSilent);
        of_clusters
            .map(|item| {
                assert!(item.since.is_some() && item.message.contains("token"), "{item:?}");
                item.subject.id
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(silent(60), [""; 0], "a service without a cluster has none to miss");
    hear("webhook", 0);
    hear("reader", 3);
    assert_eq!(silent(4), [""; 0]);
    assert_eq!(silent(6), ["kubernetes webhook"]);
    assert_eq!(silent(9), ["kubernetes reader", "kubernetes webhook"]);
    hear("webhook", 9);
    assert_eq!(silent(9), ["kubernetes reader"]);
}
