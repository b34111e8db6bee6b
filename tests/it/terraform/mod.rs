//! Terraform plans on the command line, and run tasks of HCP Terraform.

mod capacity;
mod cases;
mod check;
mod examples;
mod mutated;
mod plans;
mod services;
mod task;
mod variants;

use serde_json::{Value, json};

/// A plan in which these resources change: address, type, actions, before, after.
fn plan(changes: &[(&str, &str, &[&str], Value, Value)]) -> Value {
    let changes: Vec<Value> = changes
        .iter()
        .map(|(address, kind, actions, before, after)| {
            json!({ "address": address, "mode": "managed", "type": kind, "name": "x", "provider_name": "aws",
                "change": { "actions": actions, "before": before, "after": after, "after_unknown": {} } })
        })
        .collect();
    json!({ "format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes, "planned_values": {},
        "configuration": { "provider_config": { "aws": { "name": "aws", "expressions": { "region": { "constant_value": "us-east-1" } } } }, "root_module": {} } })
}

/// `count` machines that are made.
fn machines(count: usize, instance: &str) -> Value {
    let addresses: Vec<String> = (0..count).map(|index| format!("aws_instance.train[{index}]")).collect();
    let changes: Vec<_> = addresses
        .iter()
        .map(|address| {
            (address.as_str(), "aws_instance", &["create"][..], Value::Null, json!({ "instance_type": instance }))
        })
        .collect();
    plan(&changes)
}
