//! The reader: lists what an API server has, with rights to read alone, and leaves out what says nothing of accelerators.

use super::layout::{LEADING, kinds};
use api::{KubernetesKind, KubernetesListed, KubernetesListing};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Objects that one page of a list is asked for.
const PAGE_OBJECTS: u32 = 500;

/// An API server, as the reader asks it.
pub trait ApiServer {
    /// What goes wrong.
    type Error: std::fmt::Display;

    /// The JSON document at `path`; `None` where the server has nothing there.
    ///
    /// # Errors
    ///
    /// No answer, or a refusal.
    fn get(&self, path: &str) -> Result<Option<Value>, Self::Error>;
}

/// All objects of the kinds that the gate reads. A kind that is not installed has none; one that cannot be listed is left out, and said so.
pub fn read_cluster<S: ApiServer>(server: &S) -> KubernetesListing {
    let (mut listing, mut problems) = (KubernetesListing::default(), Vec::new());
    for (group, kind, resource) in kinds() {
        match list(server, group, resource) {
            Ok(objects) => {
                listing.kinds.push(KubernetesKind { group: group.to_owned(), kind: kind.to_owned() });
                let objects = objects.into_iter().filter_map(|object| trimmed(group, kind, object));
                listing.objects.extend(objects);
            }
            Err(error) => problems.push(format!("{resource}: {error}")),
        }
    }
    listing.problem = (!problems.is_empty()).then(|| problems.join("; "));
    listing
}

fn list<S: ApiServer>(server: &S, group: &str, resource: &str) -> Result<Vec<Value>, S::Error> {
    let Some(base) = base(server, group)? else { return Ok(Vec::new()) };
    let (mut objects, mut next) = (Vec::new(), String::new());
    loop {
        let after =
            if next.is_empty() { String::new() } else { format!("&continue={}", crate::escape::escaped(&next)) };
        let path = format!("{base}/{resource}?limit={PAGE_OBJECTS}{after}");
        let Some(mut page) = server.get(&path)? else { return Ok(objects) };
        if let Value::Array(items) = page["items"].take() {
            objects.extend(items);
        }
        match page["metadata"]["continue"].as_str() {
            Some(more) if !more.is_empty() => more.clone_into(&mut next),
            _ => return Ok(objects),
        }
    }
}

/// The path of a group in the version that the server prefers; `None` of a group that it does not have.
fn base<S: ApiServer>(server: &S, group: &str) -> Result<Option<String>, S::Error> {
    if group.is_empty() {
        return Ok(Some("/api/v1".to_owned()));
    }
    let found = server.get(&format!("/apis/{group}"))?;
    let version = found.as_ref().and_then(|found| found["preferredVersion"]["groupVersion"].as_str());
    Ok(version.map(|version| format!("/apis/{version}")))
}

/// What of an object says what it takes, whose it is, and whether it is over; `None` of a pod without extended resources, below which none is made.
fn trimmed(group: &str, kind: &str, mut object: Value) -> Option<KubernetesListed> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct ListedPlace {
        namespace: String,
    }
    let leads = LEADING.iter().any(|(name, value)| object["metadata"]["labels"][name] == *value);
    if kind == "Pod" && group.is_empty() && !leads && !has_devices(&object["spec"]) {
        return None;
    }
    let metadata = picked(
        object["metadata"].take(),
        &[
            "name",
            "generateName",
            "namespace",
            "uid",
            "labels",
            "annotations",
            "ownerReferences",
            "finalizers",
            "deletionTimestamp",
        ],
    );
    let annotations = metadata.get("annotations").and_then(Value::as_object).into_iter().flatten();
    let own: Map<String, Value> = annotations
        .filter(|(name, _)| name.starts_with("wattledger.io/"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut metadata = metadata;
    metadata.insert("annotations".to_owned(), Value::Object(own));
    let ListedPlace { namespace } = ListedPlace::deserialize(&Value::Object(metadata.clone())).unwrap_or_default();
    let status = picked(
        object["status"].take(),
        &[
            "phase",
            "startTime",
            "conditions",
            "succeeded",
            "state",
            "applicationState",
            "jobDeploymentStatus",
            "readyReplicas",
        ],
    );
    let mut spec = object["spec"].take();
    without_running_it(&mut spec);
    let object = json!({ "metadata": metadata, "spec": spec, "status": status });
    Some(KubernetesListed { group: group.to_owned(), kind: kind.to_owned(), namespace, object })
}

fn picked(from: Value, names: &[&str]) -> Map<String, Value> {
    match from {
        Value::Object(fields) => fields.into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect(),
        _ => Map::new(),
    }
}

/// Leaves out what only says how containers run, which may hold secrets.
fn without_running_it(value: &mut Value) {
    const LEFT_OUT: [&str; 17] = [
        "env",
        "envFrom",
        "command",
        "args",
        "volumes",
        "volumeMounts",
        "image",
        "livenessProbe",
        "readinessProbe",
        "startupProbe",
        "lifecycle",
        "securityContext",
        "source",
        "tolerations",
        "arguments",
        "hadoopConf",
        "manifest",
    ];
    /// Settings of Spark that say how many executors there are and what they take.
    const SPARK: [&str; 4] =
        ["spark.driver.resource.", "spark.executor.resource.", "spark.executor.instances", "spark.dynamicAllocation."];
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !LEFT_OUT.contains(&name.as_str()));
            if let Some(Value::Object(settings)) = fields.get_mut("sparkConf") {
                settings.retain(|name, _| SPARK.iter().any(|kept| name.starts_with(kept)));
            }
            fields.values_mut().for_each(without_running_it);
        }
        Value::Array(items) => items.iter_mut().for_each(without_running_it),
        _ => {}
    }
}

/// Whether a pod takes an extended resource, or claims one.
fn has_devices(spec: &Value) -> bool {
    let of_container = |container: &Value| {
        let limits = container["resources"]["limits"].as_object();
        limits.is_some_and(|limits| limits.keys().any(|resource| resource.contains('/')))
    };
    let containers =
        ["containers", "initContainers"].into_iter().flat_map(|list| spec[list].as_array().into_iter().flatten());
    containers.into_iter().any(of_container)
        || spec["resourceClaims"].as_array().is_some_and(|claims| !claims.is_empty())
}
