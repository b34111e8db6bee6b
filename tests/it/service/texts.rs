//! Every text field of the OpenAPI document, given what cannot be shown: refused where it enters, and never given back as it is.

use super::ledger::{batch_of, items, post_batch};
use super::process::until;
use super::{Data, Reply, Service};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Of each kind one: control characters (the last is C1), marks of direction, invisible characters, separators, tags.
const ODD: [&str; 12] = [
    "\n",
    "\u{1b}[2J",
    "\u{7f}",
    "\u{85}",
    "\u{202e}",
    "\u{2066}",
    "\u{61c}",
    "\u{200b}",
    "\u{feff}",
    "\u{3164}",
    "\u{2028}",
    "\u{e0041}",
];
const CSV: &str = "datetime_utc,g_per_kwh\n2026-01-05T08:00:00Z,100\n";

/// A request that changes something, and is taken.
struct Sound {
    route: &'static str,
    /// With everything that stands for a parameter.
    path: String,
    query: Vec<(&'static str, &'static str)>,
    body: Value,
}

/// A request with a text in one place that is tried.
struct Tried {
    /// Where the text stands, as in [`declared`].
    place: String,
    query: Vec<(&'static str, String)>,
    body: Value,
}

fn sound(route: &'static str, path: &str, body: Value) -> Sound {
    Sound { route, path: path.to_owned(), query: Vec::new(), body }
}

impl Sound {
    fn send(&self, service: &Service, query: &[(&str, &str)], body: &Value) -> Reply {
        let pairs: Vec<String> = query.iter().map(|(key, value)| format!("{key}={}", encoded(value))).collect();
        let path = format!("{}?{}", self.path, pairs.join("&"));
        let path = path.trim_end_matches('?');
        if query.is_empty() {
            return service.post(path, &service.admin, body);
        }
        service.send("POST", path, &service.admin, &[("Content-Type", "text/csv")], CSV.as_bytes())
    }

    /// The request with `text` in each place that has a text.
    fn with(&self, text: &str) -> Vec<Tried> {
        let plain: Vec<_> = self.query.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        let mut all: Vec<_> = texts(&self.body, "")
            .into_iter()
            .map(|(place, pointer)| {
                let mut body = self.body.clone();
                *body.pointer_mut(&pointer).unwrap() = text.into();
                Tried { place, query: plain.clone(), body }
            })
            .collect();
        for (position, (key, _)) in self.query.iter().enumerate() {
            let mut query = plain.clone();
            query[position].1 = text.to_owned();
            all.push(Tried { place: format!("?{key}"), query, body: self.body.clone() });
        }
        all
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The texts of a document: their place as in [`declared`], and a JSON pointer to each.
fn texts(value: &Value, pointer: &str) -> Vec<(String, String)> {
    let place = |key: &str, rest: String| format!(".{key}{rest}");
    match value {
        Value::String(_) => vec![(String::new(), pointer.to_owned())],
        Value::Array(entries) => (0..)
            .zip(entries)
            .flat_map(|(position, entry): (usize, _)| texts(entry, &format!("{pointer}/{position}")))
            .map(|(rest, pointer)| (format!("[]{rest}"), pointer))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, field)| {
                texts(field, &format!("{pointer}/{key}")).into_iter().map(move |(rest, found)| (key, rest, found))
            })
            .map(|(key, rest, found)| (place(key, rest), found))
            .collect(),
        _ => Vec::new(),
    }
}

/// The fields of `schema` that take any text: no word of a list.
fn declared(document: &Value, schema: &Value, place: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let schema = document.pointer(name.trim_start_matches('#')).unwrap();
        return declared(document, schema, place, found);
    }
    for choice in ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| schema[key].as_array()).flatten() {
        declared(document, choice, place, found);
    }
    let is_text =
        schema["type"] == "string" || schema["type"].as_array().is_some_and(|types| types.contains(&json!("string")));
    if is_text && schema["enum"].is_null() {
        found.insert(place.to_owned());
    }
    for (key, field) in schema["properties"].as_object().into_iter().flatten() {
        declared(document, field, &format!("{place}.{key}"), found);
    }
    if schema["items"].is_object() {
        declared(document, &schema["items"], &format!("{place}[]"), found);
    }
    if schema["additionalProperties"].is_object() {
        // A label: its key here is that of the sound requests.
        declared(document, &schema["additionalProperties"], &format!("{place}.team"), found);
    }
}

/// `METHOD /path` and place of every text that a request may change something with.
fn changing(document: &Value) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let operation = &methods["post"];
        let mut found = BTreeSet::new();
        declared(document, &operation["requestBody"]["content"]["application/json"]["schema"], "", &mut found);
        for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query") {
            declared(document, &parameter["schema"], &format!("?{}", parameter["name"].as_str().unwrap()), &mut found);
        }
        all.extend(found.into_iter().map(|place| (path.clone(), place)));
    }
    all
}

/// A service with what the sound requests are about, and the numbers of two denied admissions and of two requests for exceptions.
fn filled(data: &Data) -> (Service, [String; 2], [String; 2]) {
    let limits = "ledger.close_every_s = 1\n[limits]\nrequests_per_s = 100000\nrequest_burst = 100000\nfailures_per_s = 100000\nfailure_burst = 100000";
    let service = Service::start(&data.path(), limits);
    let post = |path: &str, body: Value| {
        let reply = service.post(&format!("/api/v1{path}"), &service.admin, &body);
        assert!(reply.status < 300, "{path} {reply:?}");
        reply
    };
    post("/sites", json!({ "name": "fra", "zone": "DE" }));
    post("/nodes/atlas/site", json!({ "site": "fra" }));
    assert_eq!(post_batch(&service, &service.admin, &batch_of("atlas", 1)).status, 200);
    post("/jobs/atlas-job/finish", json!({ "to": "2026-01-05T09:00:10Z" }));
    post(
        "/budgets",
        json!({ "name": "none", "scope": "project", "project": "atlas", "unit": "energy", "limit_mj": 1, "period": "month", "mode": "block" }),
    );
    let denied = ["a", "b", "c"].map(|key| {
        let job = json!({ "key": key, "project": "atlas", "accelerator": "A100", "count": 1, "hours": 9, "power_w": 1000, "intensity": 400 });
        post("/admissions", job);
        items(&service.get("/api/v1/admissions?limit=1", &service.admin))[0]["id"].as_str().unwrap().to_owned()
    });
    let asked = [&denied[0], &denied[1]].map(|id| {
        let asked = post(&format!("/admissions/{id}/requests"), json!({ "name": "ada", "reason": "a deadline" }));
        asked.json()["id"].as_str().map_or_else(|| asked.json()["id"].to_string(), str::to_owned)
    });
    until(|| !items(&service.get("/api/v1/ledger/entries", &service.admin)).is_empty());
    let [_, _, free] = denied;
    (service, [free.clone(), free], asked)
}

/// For every text of the document a request with it that is taken.
fn sound_requests(denied: &str, asked: &[String; 2], service: &Service) -> Vec<Sound> {
    let uuid = items(&service.get("/api/v1/devices", &service.admin))[0]["uuid"].clone();
    let words = json!({ "name": "ada", "reason": "a deadline" });
    let granted = json!({ "name": "ada", "reason": "a deadline", "expires": "2100-01-01T00:00:00Z" });
    let policy = |scope: &str, value: &str| {
        json!({ "name": format!("by {scope}"), "scope": scope, scope: value, "unit": "energy", "limit_mj": 1_000_000_000, "mode": "observe",
            "period": "fixed", "from": "2026-01-01", "to": "2026-02-01", "time_zone": "Europe/Berlin" })
    };
    let job = |change: Value| {
        let mut job = json!({ "accelerator": "A100", "count": 1, "hours": 1, "project": "atlas", "job": "j-1", "labels": { "team": "nlp" },
            "name": "train", "user": "ada", "start": "2026-12-01T00:00:00Z" });
        job.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        job
    };
    service.post("/api/v1/projects", &service.admin, &json!({ "name": "unbudgeted" }));
    let held = json!({ "key": "h", "project": "unbudgeted", "accelerator": "A100", "count": 1, "hours": 1, "power_w": 1, "intensity": 400 });
    let held = service.post("/api/v1/admissions", &service.admin, &held).json()["id"].to_string();
    let of_held = format!("/api/v1/admissions/{}/job", held.trim_matches('"'));
    let mut requests = vec![
        sound("/api/v1/admissions/{id}/job", &of_held, json!({ "job": "j-3" })),
        sound("/api/v1/estimates", "/api/v1/estimates", job(json!({ "zone": "DE" }))),
        sound("/api/v1/estimates", "/api/v1/estimates", job(json!({ "region": "aws/eu-central-1" }))),
        sound("/api/v1/estimates", "/api/v1/estimates", job(json!({ "site": "fra" }))),
        sound("/api/v1/admissions", "/api/v1/admissions", job(json!({ "key": "k-1", "zone": "DE" }))),
        sound("/api/v1/admissions", "/api/v1/admissions", job(json!({ "key": "k-2", "region": "aws/eu-central-1" }))),
        sound("/api/v1/admissions", "/api/v1/admissions", job(json!({ "key": "k-3", "site": "fra" }))),
        sound("/api/v1/admissions/{id}/requests", &format!("/api/v1/admissions/{denied}/requests"), words.clone()),
        sound("/api/v1/requests/{id}/approve", &format!("/api/v1/requests/{}/approve", asked[0]), granted.clone()),
        sound("/api/v1/requests/{id}/refuse", &format!("/api/v1/requests/{}/refuse", asked[1]), words),
        sound("/api/v1/budgets/{id}/overrides", "/api/v1/budgets/none/overrides", granted),
    ];
    for (scope, value) in [("project", "atlas"), ("label", "team=nlp"), ("user", "ada"), ("site", "fra")] {
        requests.push(sound("/api/v1/budgets", "/api/v1/budgets", policy(scope, value)));
        requests.push(sound(
            "/api/v1/budgets/{id}/revise",
            &format!("/api/v1/budgets/by%20{scope}/revise"),
            json!({ "policy": policy(scope, value), "reason": "more to do" }),
        ));
    }
    let since = "2026-01-01T00:00:00Z";
    let enrolment =
        json!({ "name": "rack", "uses": 1, "expires": crate::speakers::enroll::tomorrow(), "project": "atlas" });
    let code = service.post("/api/v1/enrolment-codes", &service.admin, &enrolment).json()["code"].clone();
    let token = items(&service.get("/api/v1/tokens", &service.admin))[0]["id"].clone();
    requests.extend([
        sound("/api/v1/projects", "/api/v1/projects", json!({ "name": "vision" })),
        sound("/api/v1/sites", "/api/v1/sites", json!({ "name": "par", "zone": "FR" })),
        sound("/api/v1/sites/{id}/zone", "/api/v1/sites/par/zone", json!({ "zone": "DE", "since": since })),
        sound("/api/v1/sites/{id}/pue", "/api/v1/sites/par/pue", json!({ "pue": 1.1, "since": since })),
        sound("/api/v1/sites/{id}/price", "/api/v1/sites/par/price", json!({ "per_mwh": 9, "currency": "EUR", "since": since })),
        sound(
            "/api/v1/sites/{id}/factors",
            "/api/v1/sites/par/factors",
            json!({ "publishers": ["ENTSO-E"], "since": since }),
        ),
        sound("/api/v1/sites/{id}/idle-owner", "/api/v1/sites/par/idle-owner", json!({ "owner": "ops" })),
        sound("/api/v1/nodes/{id}/site", "/api/v1/nodes/atlas/site", json!({ "site": "par", "since": "2026-06-01T00:00:00Z" })),
        sound(
            "/api/v1/jobs",
            "/api/v1/jobs",
            json!({ "job": "j-2", "project": "atlas", "name": "train", "labels": { "team": "nlp" }, "from": "2026-01-05T08:00:00Z",
                "to": "2026-01-05T08:30:00Z", "devices": [uuid.clone(), { "uuid": uuid, "node": "atlas" }] }),
        ),
        sound("/api/v1/jobs/{id}/steps", "/api/v1/jobs/j-2/steps", json!({ "steps": 1, "at": "2026-01-05T08:01:00Z" })),
        sound("/api/v1/jobs/{id}/finish", "/api/v1/jobs/j-2/finish", json!({ "to": "2026-01-05T08:31:00Z" })),
        sound("/api/v1/tokens", "/api/v1/tokens", json!({ "name": "t", "scopes": ["read"], "project": "atlas", "expires": "2100-01-01T00:00:00Z" })),
        sound("/api/v1/tokens", "/api/v1/tokens", json!({ "name": "t", "scopes": ["ingest"], "nodes": ["n-1"] })),
        sound("/api/v1/tokens", "/api/v1/tokens", json!({ "name": "t", "scopes": ["read"], "succeeds": token })),
        sound("/api/v1/nodes/{id}/token", "/api/v1/nodes/atlas/token", json!({ "token": token })),
        sound("/api/v1/enrolment-codes", "/api/v1/enrolment-codes", enrolment.clone()),
        sound("/api/v1/enrolments", "/api/v1/enrolments", json!({ "code": code, "node": "n-2" })),
        sound("/api/v1/session", "/api/v1/session", json!({ "token": service.admin })),
        sound("/api/v1/periods", "/api/v1/periods", json!({ "from": "2026-01-05", "to": "2026-01-06", "name": "January" })),
        sound("/api/v1/ledger/restate", "/api/v1/ledger/restate", json!({ "from": "2026-01-05", "to": "2026-01-06", "reason": "a new factor" })),
        sound("/api/v1/periods/{id}/restate", "/api/v1/periods/1/restate", json!({ "reason": "a new factor" })),
    ]);
    let texts =
        [("zone", "DE"), ("name", "de.csv"), ("publisher", "ENTSO-E"), ("edition", "2026"), ("licence", "CC-BY-4.0")];
    let words = [("basis", "direct"), ("gas", "CO2"), ("accounting", "production"), ("status", "measured")];
    let query = texts.into_iter().chain(words).collect();
    let import = Sound { query, ..sound("/api/v1/grid/factors", "/api/v1/grid/factors", Value::Null) };
    // After the period was closed, so that there is something to restate.
    requests.insert(requests.len() - 2, import);
    requests
}

fn expect_refused(reply: &Reply, what: &str) {
    assert!((400..500).contains(&reply.status), "{what} was taken: {reply:?}");
    assert_ne!(reply.status, 409, "{what} was looked at as a whole before its texts: {reply:?}");
    expect_plain(reply, what);
}

fn expect_plain(reply: &Reply, what: &str) {
    assert!(reply.body.lines().all(model::is_plain), "{what} comes back as it is: {reply:?}");
}

#[test]
fn no_text_enters_that_cannot_be_shown() {
    let data = Data::new();
    let (service, [denied, _], asked) = filled(&data);
    let mut unknown = changing(&service.get("/openapi.json", "").json());
    for request in sound_requests(&denied, &asked, &service) {
        let odd = ODD.map(|odd| format!("a{odd}b"));
        for text in odd.iter().map(String::as_str).chain([" ", &"x".repeat(5_000)]) {
            for Tried { place, query, body } in request.with(text) {
                let query: Vec<_> = query.iter().map(|(key, value)| (*key, value.as_str())).collect();
                let reply = request.send(&service, &query, &body);
                expect_refused(&reply, &format!("{} {place} {:?}", request.route, &text[..text.len().min(20)]));
            }
        }
        for tried in request.with("") {
            unknown.remove(&(request.route.to_owned(), tried.place));
        }
        let reply = request.send(&service, &request.query, &request.body);
        assert!(reply.status < 300, "{} {} is no sound request: {reply:?}", request.route, request.body);
    }
    assert_eq!(unknown, BTreeSet::new(), "give a sound request with these texts, so that they are tried");
}

#[test]
fn a_job_has_no_more_labels_where_it_asks_than_where_it_is_told() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    service.post("/api/v1/projects", &service.admin, &json!({ "name": "atlas" }));
    let labels = |count: usize| (0..count).map(|n| (format!("l{n}"), json!("v"))).collect::<serde_json::Map<_, _>>();
    let job = |count| json!({ "key": "k", "project": "atlas", "accelerator": "A100", "count": 1, "hours": 1, "labels": labels(count) });
    assert_eq!(service.post("/api/v1/admissions", &service.admin, &job(32)).status, 200);
    let mut estimated = job(33);
    estimated.as_object_mut().unwrap().remove("key");
    for (path, asked) in [("/api/v1/admissions", job(33)), ("/api/v1/estimates", estimated)] {
        let reply = service.post(path, &service.admin, &asked);
        assert!(reply.status == 400 && reply.json()["field"] == "labels", "{reply:?}");
    }
    for key in ["a b", "", "\u{202e}"] {
        let mut job = job(0);
        job["labels"] = json!({ key: "v" });
        assert_eq!(service.post("/api/v1/admissions", &service.admin, &job).status, 400, "{key:?}");
    }
}

/// What is asked for in a path or a query changes nothing, and no refusal gives it back as it is. An answer in JSON may name what it selects.
#[test]
fn no_refusal_repeats_what_cannot_be_shown() {
    let data = Data::new();
    let (service, ..) = filled(&data);
    let document = service.get("/openapi.json", "").json();
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            for (name, odd) in
                parameters.flat_map(|one| ODD.map(|odd| (one["name"].as_str().unwrap(), encoded(&format!("a{odd}b")))))
            {
                let in_path = path.replace(&format!("{{{name}}}"), &odd);
                let asked =
                    if in_path == *path { format!("{}?{name}={odd}", path.replace("{id}", "1")) } else { in_path };
                let reply = service.send(&method.to_uppercase(), &asked, &service.admin, &[], b"");
                if reply.status >= 400 {
                    expect_plain(&reply, &format!("{method} {asked}"));
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "{tried}");
}

/// Batches of agents of any age are taken, so that no name of a job loses its energy; what is printed of them is plain.
#[test]
fn what_a_command_prints_is_plain_whatever_a_job_is_called() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let mut batch: Value = serde_json::from_slice(&batch_of("atlas", 1)).unwrap();
    batch["jobs"][0]["name"] = json!("safe\u{202e}\u{200b}exe");
    assert_eq!(post_batch(&service, &service.admin, &serde_json::to_vec(&batch).unwrap()).status, 200);
    for arguments in [&["jobs"][..], &["job", "atlas-job"], &["jobs", "--json"], &["job", "atlas-job", "--json"]] {
        let answer = service.command(&service.admin, arguments);
        assert_eq!(answer.code, 0, "{arguments:?} {answer:?}");
        assert!(
            answer.stdout.contains("safe") && answer.stdout.lines().all(model::is_plain),
            "{arguments:?} {answer:?}"
        );
    }
}
