//! Objects in the forms that their projects publish, and what each holds.

use super::bench::Gate;
use super::create;
use ::model::AdmissionState;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use wattledger::hardware::find_accelerator;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectCase {
    what: String,
    #[serde(default)]
    holds: BTreeMap<String, u64>,
    hours: Option<f64>,
    refused: Option<String>,
    object: Value,
}

fn cases(file: &str) -> Vec<ObjectCase> {
    let path = format!("{}/tests/it/kubernetes/objects/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let read = |document| {
        let mut value = serde_yaml_ng::Value::deserialize(document).unwrap();
        value.apply_merge().unwrap();
        serde_yaml_ng::from_value(value).unwrap()
    };
    serde_yaml_ng::Deserializer::from_str(&text).map(read).collect()
}

/// Accelerators that are held by their keys in the table, slices with their part of a whole one.
pub(super) fn held(gate: &Gate) -> BTreeMap<String, u64> {
    let mut held = BTreeMap::new();
    for demand in gate.demands(Some(AdmissionState::Held)) {
        let found = find_accelerator(&demand.accelerator).map(|found| found.accelerator.key);
        let name = found.unwrap_or(demand.accelerator);
        let part = demand.labels.get("slice").map_or(String::new(), |part| format!(" {part}"));
        *held.entry(format!("{name}{part}")).or_insert(0) += demand.count;
    }
    held
}

/// The wall times that are held for, 10⁻⁹ h; 0 for the default of the budgets.
pub(super) fn nanohours(gate: &Gate) -> Vec<u64> {
    gate.demands(Some(AdmissionState::Held)).iter().map(|demand| demand.nanohours).collect()
}

/// Sends each object to a gate of its own.
fn expect(file: &str) {
    for ObjectCase { what, holds, hours, refused, object } in cases(file) {
        let gate = Gate::new(i64::MAX / 4);
        let api_version = object["apiVersion"].as_str().unwrap().to_owned();
        let mut object = object;
        object["metadata"]["uid"] = Value::from("o1");
        let response = gate.answer(&create("r1", &api_version, object));
        match refused {
            Some(reason) => {
                let message = response.status["message"].as_str().unwrap();
                assert!(!response.allowed && message.contains(&reason), "{what}: {}", response.status);
            }
            None => assert!(response.allowed, "{what}: {}", response.status),
        }
        assert_eq!(held(&gate), holds, "{what}");
        if let Some(hours) = hours {
            let is_near = |found: &u64| (*found as f64 / 1e9 - hours).abs() < 1e-6;
            assert!(nanohours(&gate).iter().all(is_near), "{what}: {:?} for {hours} h", nanohours(&gate));
        }
    }
}

#[test]
fn objects_of_operators_hold_what_all_their_pods_take() {
    expect("operators.yaml");
}

#[test]
fn objects_of_kubernetes_itself_hold_what_all_their_pods_take() {
    expect("workloads.yaml");
}
