//! Budgets and admissions as clients of the HTTP API meet them.

use crate::service::{Data, Reply, Service};
use serde_json::{Value, json};

/// One kWh, mJ.
const KWH: i64 = 3_600_000_000;

/// A service with project `atlas` and a budget of `limit_mj` that blocks.
pub(super) fn service(data: &Data, limit_mj: i64) -> (Service, String) {
    let service = Service::start(&data.path(), "");
    let asked = json!({ "name": "atlas month", "scope": "project", "project": "atlas", "unit": "energy", "limit_mj": limit_mj, "period": "month", "mode": "block" });
    let made = service.post("/api/v1/budgets", &service.admin, &asked);
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    (service, id)
}

/// A job of `hours` on one accelerator at 1 kW: 1 kWh an hour expected.
fn job(key: &str, hours: f64) -> Value {
    json!({ "key": key, "project": "atlas", "accelerator": "A100", "count": 1, "hours": hours, "power_w": 1000, "intensity": 400 })
}

fn admit(service: &Service, job: &Value) -> Reply {
    service.post("/api/v1/admissions", &service.admin, job)
}

fn figures(service: &Service, budget: &str) -> [i64; 3] {
    let state = service.get(&format!("/api/v1/budgets/{budget}"), &service.admin).json();
    ["spent_mj", "held_mj", "free_mj"].map(|name| state[name].as_i64().unwrap())
}

#[test]
fn a_hold_is_the_p95_of_the_estimate_and_is_settled_once() {
    let data = Data::new();
    let (service, budget) = service(&data, 100 * KWH);
    let mut asked = job("k1", 10.0);
    asked.as_object_mut().unwrap().remove("key");
    let estimate = service.post("/api/v1/estimates", &service.admin, &asked).json();
    assert_eq!(estimate["energy_mj"], 10 * KWH);
    let p95 = estimate["p95"]["energy_mj"].as_i64().unwrap();
    assert!(p95 > 10 * KWH);
    let decision = admit(&service, &job("k1", 10.0));
    assert_eq!(decision.status, 200, "{decision:?}");
    let decision = decision.json();
    assert_eq!(decision["allowed"], true);
    assert_eq!(figures(&service, &budget), [0, p95, 100 * KWH - p95]);
    let id = decision["id"].as_str().unwrap();
    let commit =
        |mj: i64| service.post(&format!("/api/v1/admissions/{id}/commit"), &service.admin, &json!({ "energy_mj": mj }));
    assert_eq!(commit(7 * KWH).json()["state"], "committed");
    assert_eq!(figures(&service, &budget), [7 * KWH, 0, 93 * KWH]);
    assert_eq!(commit(50 * KWH).json()["actual_mj"], 7 * KWH);
    assert_eq!(service.send("DELETE", &format!("/api/v1/admissions/{id}"), &service.admin, &[], b"").status, 200);
    assert_eq!(figures(&service, &budget), [7 * KWH, 0, 93 * KWH]);
}

#[test]
fn admissions_are_listed_by_state_and_a_state_that_there_is_not_is_refused() {
    let data = Data::new();
    let (service, _) = service(&data, 20 * KWH);
    admit(&service, &job("fits", 10.0));
    admit(&service, &job("does not", 20.0));
    let list = |state: &str| service.get(&format!("/api/v1/admissions?state={state}"), &service.admin);
    let keys = |state: &str| {
        let items = list(state).json()["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["key"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((keys("held"), keys("denied"), keys("settled")), (vec!["fits".into()], vec!["does not".into()], vec![]));
    let refused = list("holding");
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert!(refused.body.contains("unknown variant `holding`") && refused.body.contains("`held`"), "{}", refused.body);
}

#[test]
fn a_denial_says_what_is_needed_what_is_free_and_what_would_fit() {
    let data = Data::new();
    let (service, budget) = service(&data, 10 * KWH);
    let decision = admit(&service, &job("big", 20.0)).json();
    assert_eq!(decision["allowed"], false);
    let reason = decision["reason"].as_str().unwrap();
    assert!(reason.contains("needs 23.6 kWh (p95); atlas month has 10.0 kWh free"), "{reason}");
    assert!(decision["id"].is_string());
    let options = decision["options"].as_array().unwrap();
    let shorter = options.iter().find(|option| option["kind"] == "shorter_limit").unwrap();
    assert_eq!(shorter["hours"], 8.4);
    let command = shorter["command"].as_str().unwrap();
    assert_eq!(
        command,
        "wattledger check --project atlas --accelerator A100 --count 1 --hours 8.4 --power-w 1000 --intensity 400"
    );
    assert_eq!(figures(&service, &budget), [0, 0, 10 * KWH]);
    assert_eq!(admit(&service, &job("small", 8.4)).json()["allowed"], true);
    // Nothing is left for another of the kind.
    assert_eq!(admit(&service, &job("second", 8.4)).json()["allowed"], false);
}

#[test]
fn the_same_key_is_answered_the_same_and_another_job_of_it_is_refused() {
    let data = Data::new();
    let (service, budget) = service(&data, 100 * KWH);
    let first = admit(&service, &job("k", 1.0)).json();
    assert_eq!(admit(&service, &job("k", 1.0)).json(), first);
    let other = admit(&service, &job("k", 2.0));
    assert_eq!(other.status, 409, "{other:?}");
    assert_eq!(other.headers["content-type"], "application/problem+json");
    let held = first["estimate"]["p95"]["energy_mj"].as_i64().unwrap();
    assert_eq!(figures(&service, &budget)[1], held);
}
