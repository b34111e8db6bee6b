//! Plans that no Terraform wrote: the reader refuses or weighs them, and nothing else happens.

use serde_json::{Value, json};
use wattledger::grid::Library;

#[path = "../../../fuzz/common/plan.rs"]
mod weighed;

const FOLDERS: [&str; 2] = ["tests/it/terraform/cases", "tests/it/terraform/recorded"];
/// Longest plan that is mutated as a document: a mutation of each costs as much as reading it.
const BYTES_MAX: usize = 12_000;
const MUTATIONS: usize = 150;

fn plans() -> Vec<Vec<u8>> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = FOLDERS.iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
    let paths =
        files.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "json"));
    paths.map(|path| std::fs::read(path).unwrap()).collect()
}

/// Replaces one value somewhere in `value`, chosen by `random`, with one that Terraform would not write there.
fn mutate(value: &mut Value, random: &mut fastrand::Rng) {
    let goes_on = random.u32(0..8) > 0;
    match value {
        Value::Object(fields) if goes_on && !fields.is_empty() => {
            let at = random.usize(0..fields.len());
            if let Some((_, inner)) = fields.iter_mut().nth(at) {
                mutate(inner, random);
            }
        }
        Value::Array(values) if goes_on && !values.is_empty() => {
            let at = random.usize(0..values.len());
            mutate(&mut values[at], random);
        }
        other => *other = strange(random),
    }
}

fn strange(random: &mut fastrand::Rng) -> Value {
    let choices = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(u64::MAX),
        json!(4_294_967_295_u64),
        json!(1e308),
        json!(0.5),
        json!(""),
        json!("\u{202e}é[\"].module.[0]"),
        json!("module.a.module.b[\"x.y\"].aws_instance.w["),
        json!("p4d.24xlarge"),
        json!("aws_launch_template.w"),
        json!("aws_eks_node_group"),
        json!("google_container_node_pool"),
        json!([]),
        json!([[], {}, null]),
        json!({ "references": ["var.a[\"b\"].c", "var.a"] }),
        json!({ "constant_value": {} }),
        json!({}),
    ];
    choices[random.usize(0..choices.len())].clone()
}

#[test]
fn no_plan_makes_the_reader_fail_otherwise_than_by_saying_so() {
    let library = Library::bundled().unwrap();
    let mut random = fastrand::Rng::with_seed(17);
    for plan in plans().into_iter().filter(|plan| plan.len() < BYTES_MAX) {
        let whole: Value = serde_json::from_slice(&plan).unwrap();
        for _ in 0..MUTATIONS {
            let mut changed = whole.clone();
            for _ in 0..random.usize(1..6) {
                mutate(&mut changed, &mut random);
            }
            weighed::weigh(changed.to_string().as_bytes(), &library);
        }
        for _ in 0..MUTATIONS {
            let mut bytes = plan.clone();
            for _ in 0..random.usize(1..20) {
                let at = random.usize(0..bytes.len());
                bytes[at] = random.u8(..);
            }
            bytes.truncate(random.usize(1..=bytes.len()));
            weighed::weigh(&bytes, &library);
        }
    }
}

/// A plan of many resources that refer to each other is read in a time that grows with their number.
#[test]
fn a_plan_of_many_resources_is_read() {
    let library = Library::bundled().unwrap();
    let resource = |at: usize| {
        json!({ "address": format!("module.pool[{at}].aws_instance.w[\"{at}\"]"), "mode": "managed", "type": "aws_instance", "name": "w",
            "change": { "actions": ["create"], "before": null, "after": { "instance_type": "p4d.24xlarge", "region": "us-east-1" }, "after_unknown": {} } })
    };
    let plan = json!({ "format_version": "1.2", "resource_changes": (0..5_000).map(resource).collect::<Vec<_>>() });
    weighed::weigh(plan.to_string().as_bytes(), &library);
    weighed::weigh("[".repeat(100_000).as_bytes(), &library);
}
