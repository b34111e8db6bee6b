//! Every route of the OpenAPI document, asked by a token of another project: nothing is shown, and what exists is answered like what does not.

use super::ledger::{batch_of, items, post_batch};
use super::process::until;
use super::{Data, Reply, Service};
use serde_json::{Value, json};

/// Stands in every name of the other project; `ABSENT`, as long, in none.
const OTHER: &str = "zsecret";
const ABSENT: &str = "zabsent";
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A service with everything that there can be of projects `alpha` and [`OTHER`].
fn filled(data: &Data) -> Service {
    let service = Service::start(
        &data.path(),
        "ledger.close_every_s = 1\n[limits]\nrequests_per_s = 100000\nrequest_burst = 100000",
    );
    let admin = &service.admin;
    let post = |path: &str, document: Value| {
        let reply = service.post(&format!("/api/v1{path}"), admin, &document);
        assert!(reply.status < 300, "{path} {reply:?}");
        reply.json_or_null()
    };
    // A site belongs to no project: who may read may see them all.
    post("/sites", json!({ "name": "fra", "zone": "DE" }));
    post("/sites/fra/price", json!({ "per_mwh": 90, "currency": "EUR", "since": "2026-01-01" }));
    for project in ["alpha", OTHER] {
        post(&format!("/nodes/{project}/site"), json!({ "site": "fra" }));
        let mut batch: Value = serde_json::from_slice(&batch_of(project, 1)).unwrap();
        batch["jobs"][0]["labels"] = json!({ "user": project });
        assert_eq!(post_batch(&service, admin, &serde_json::to_vec(&batch).unwrap()).status, 200);
        post(&format!("/jobs/{project}-job/steps"), json!({ "steps": 7 }));
        post(&format!("/jobs/{project}-job/finish"), json!({ "to": "2026-01-05T09:00:10Z" }));
        let limit = 20_000_000_000_i64;
        post(
            "/budgets",
            json!({ "name": format!("{project}-month"), "scope": "project", "project": project, "unit": "energy",
                "limit_mj": limit, "period": "month", "mode": "block" }),
        );
        for (key, hours) in [("small", 1), ("large", 500)] {
            post(
                "/admissions",
                json!({ "key": format!("{project}-{key}"), "project": project, "accelerator": "A100", "count": 1,
                    "hours": hours, "power_w": 1000, "intensity": 400, "name": format!("{project}-{key}") }),
            );
        }
        let denied = items(&service.get("/api/v1/admissions?limit=1", admin))[0]["id"].clone();
        let words = json!({ "name": project, "reason": project });
        post(&format!("/admissions/{}/requests", denied.as_str().unwrap()), words);
    }
    until(|| items(&service.get("/api/v1/ledger/entries", admin)).len() == 6);
    post("/periods", json!({ "from": "2026-01-05", "to": "2026-01-06", "name": "January" }));
    until(|| service.get("/api/v1/jobs/zsecret-job/series", admin).json()["energy_mj"] == 4_905_984);
    service
}

impl Reply {
    fn json_or_null(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

/// `(method, path)` of the whole API, streams and sessions aside.
fn routes(service: &Service) -> Vec<(String, String)> {
    let document = service.get("/openapi.json", "").json();
    let paths = document["paths"].as_object().unwrap().iter();
    let all = paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()))
    });
    all.filter(|(_, path)| path.starts_with("/api/v1/") && !path.ends_with("/events") && !path.ends_with("/session"))
        .collect()
}

/// Names that things of the other project have.
fn names() -> Vec<String> {
    ["", "-job", "-month"].map(|end| format!("{OTHER}{end}")).into()
}

#[test]
fn no_answer_shows_another_project_or_tells_what_it_has_from_what_nobody_has() {
    let data = Data::new();
    let service = filled(&data);
    let (_, alpha) = service.token(&["ingest", "read", "admit", "admin"], Some("alpha"));
    let before = state(&service);
    let ask = |method: &str, path: &str, body: &[u8]| service.send(method, path, &alpha, &[JSON], body);
    let document = service.get("/openapi.json", "").json();
    let takes = |route: &str, name: &str| {
        let parameters = document["paths"][route]["get"]["parameters"].as_array();
        parameters.is_some_and(|all| all.iter().any(|one| one["name"] == name))
    };
    let mut asked = 0;
    let mut same = |method: &str, path: &str, body: &str| {
        let (there, absent) = (path.to_owned() + body, (path.to_owned() + body).replace(OTHER, ABSENT));
        assert_ne!(there, absent);
        let one = ask(method, path, body.as_bytes());
        let other = ask(method, &path.replace(OTHER, ABSENT), body.replace(OTHER, ABSENT).as_bytes());
        assert_eq!(
            (one.status, one.body.replace(OTHER, ABSENT)),
            (other.status, other.body.clone()),
            "{method} {path} {body}"
        );
        asked += 1;
    };
    let bodies = [
        "{}",
        r#"{"name":"a","reason":"b"}"#,
        r#"{"name":"a","reason":"b","expires":"2030-01-01"}"#,
        r#"{"steps":9}"#,
        r#"{"to":"2026-01-06"}"#,
        r#"{"energy_mj":1}"#,
        r#"{"site":"fra"}"#,
        r#"{"zone":"FR"}"#,
        r#"{"ppm":1200000,"since":"2026-01-01"}"#,
        r#"{"owner":"a"}"#,
    ];
    for (method, route) in routes(&service) {
        if method == "GET" && !route.contains('{') {
            let shown = ask(&method, &route, b"");
            assert!(!shown.body.contains(OTHER), "{route}: {}", shown.body);
            // From now on and back is another time at each request.
            let time = if takes(&route, "from") { "&from=2026-01-05&to=2026-01-06" } else { "" };
            for query in ["project=#", "job=#-job", "node=#", "label=user=#", "user=#", "q=#", "id=#-job"] {
                if takes(&route, query.split('=').next().unwrap()) {
                    same(&method, &format!("{route}?{}{time}", query.replace('#', OTHER)), "");
                }
            }
        }
        for name in names().iter().filter(|_| route.contains('{')) {
            let filled = route.replace(&route[route.find('{').unwrap()..=route.find('}').unwrap()], name);
            for body in if method == "POST" { &bodies[..] } else { &[""] } {
                same(&method, &filled, body);
            }
        }
    }
    println!("{asked} pairs of requests");
    let key =
        json!({ "key": format!("{OTHER}-small"), "project": "alpha", "accelerator": "A100", "count": 1, "hours": 9 });
    let taken = service.post("/api/v1/admissions", &alpha, &key);
    assert!(taken.status == 409 && taken.body.contains("another project"), "{taken:?}");
    assert!(!taken.body.contains("A100") && !taken.body.contains(" in project"), "{taken:?}");
    numbers(&service, &alpha, &bodies);
    assert_eq!(state(&service), before, "nothing of the other project was changed");
}

/// The same of what has numbers: one of the other project's is answered as one that does not exist.
fn numbers(service: &Service, alpha: &str, bodies: &[&str]) {
    let admin = &service.admin;
    let of = |path: &str, is_other: fn(&Value) -> bool| -> Vec<String> {
        let all = items(&service.get(&format!("/api/v1{path}?limit=1000"), admin));
        let id = |item: &Value| item["id"].as_str().map_or_else(|| item["id"].to_string(), str::to_owned);
        all.iter().filter(|item| is_other(item)).map(id).collect()
    };
    let not_alpha = |item: &Value| item["project"] != "alpha";
    for (prefix, ids) in [
        ("/admissions", of("/admissions", not_alpha)),
        ("/budgets", of("/budgets", not_alpha)),
        ("/requests", of("/requests", not_alpha)),
        ("/ledger/entries", of("/ledger/entries", not_alpha)),
        ("/tokens", of("/tokens", not_alpha)),
        ("/devices", of("/devices", |_| true)),
    ] {
        assert!(!ids.is_empty(), "{prefix}");
        for (method, route) in
            routes(service).iter().filter(|(_, route)| route.starts_with(&format!("/api/v1{prefix}/{{")))
        {
            for id in &ids {
                let absent = if prefix == "/tokens" { "0123456789abcdef" } else { "987654" };
                for body in if method == "POST" { bodies } else { &[""] } {
                    let [one, other] = [id.as_str(), absent].map(|id| {
                        let path = route.replace("{id}", id);
                        let reply = service.send(method, &path, alpha, &[JSON], body.as_bytes());
                        let named = [format!(" {id}:"), format!("\"{id}\\")];
                        let body = named.iter().fold(reply.body, |body, name| body.replace(name, "#"));
                        (reply.status, body)
                    });
                    assert_eq!(one, other, "{method} {route} {id} {body}");
                    assert!(one.0 >= 400, "{method} {route} {id} {body}: {one:?}");
                }
            }
        }
    }
}

/// What an administrator sees of the other project.
fn state(service: &Service) -> Vec<Value> {
    let get = |path: &str| service.get(&format!("/api/v1{path}"), &service.admin);
    let mut seen: Vec<Value> = ["admissions", "requests", "tokens", "sites", "nodes", "periods"]
        .iter()
        .flat_map(|list| items(&get(&format!("/{list}?limit=1000"))))
        .filter(|item| item.to_string().contains(OTHER))
        .collect();
    for item in &mut seen {
        item.as_object_mut().unwrap().remove("seen");
    }
    let job = get(&format!("/jobs/{OTHER}-job")).json();
    seen.extend([job["energy_mj"].clone(), job["steps"].clone(), job["ended"].clone(), job["labels"].clone()]);
    seen
}
