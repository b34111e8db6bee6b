//! The manifests that are shipped: each is what its kind allows, and they keep what the gate promises.

use k8s_openapi::api::admissionregistration::v1::{ValidatingWebhook, ValidatingWebhookConfiguration};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn documents(file: &str) -> Vec<Value> {
    let path = format!("{}/deploy/kubernetes/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let read = |document| {
        let mut value = serde_yaml_ng::Value::deserialize(document).unwrap();
        value.apply_merge().unwrap();
        serde_json::to_value(value).unwrap()
    };
    serde_yaml_ng::Deserializer::from_str(&text).map(read).collect()
}

/// Every place of `written` that is not in `read` with the same value.
fn lost(written: &Value, read: &Value, place: &str, found: &mut Vec<String>) {
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => {
            for (key, value) in written {
                lost(value, read.get(key).unwrap_or(&Value::Null), &format!("{place}.{key}"), found);
            }
        }
        (Value::Array(written), Value::Array(read)) if written.len() == read.len() => {
            for (index, (written, read)) in written.iter().zip(read).enumerate() {
                lost(written, read, &format!("{place}[{index}]"), found);
            }
        }
        _ if written == read => {}
        _ => found.push(format!("{place}: {written}, read as {read}")),
    }
}

fn expect<T: DeserializeOwned + serde::Serialize>(document: &Value) {
    let typed: T = serde_json::from_value(document.clone()).unwrap_or_else(|error| panic!("{error}: {document}"));
    let mut found = Vec::new();
    lost(document, &serde_json::to_value(typed).unwrap(), "", &mut found);
    assert_eq!(found, [""; 0], "fields that {} does not have", document["kind"]);
}

#[test]
fn every_manifest_is_what_its_kind_allows() {
    let mut seen = 0;
    for document in
        ["gate.yaml", "webhook.yaml", "webhook-without-conditions.yaml", "reader.yaml"].into_iter().flat_map(documents)
    {
        match document["kind"].as_str().unwrap() {
            "Namespace" => expect::<Namespace>(&document),
            "ServiceAccount" => expect::<ServiceAccount>(&document),
            "ConfigMap" => expect::<ConfigMap>(&document),
            "Deployment" => expect::<Deployment>(&document),
            "Service" => expect::<Service>(&document),
            "PodDisruptionBudget" => expect::<PodDisruptionBudget>(&document),
            "NetworkPolicy" => expect::<NetworkPolicy>(&document),
            "ValidatingWebhookConfiguration" => expect::<ValidatingWebhookConfiguration>(&document),
            "ClusterRole" => expect::<ClusterRole>(&document),
            "ClusterRoleBinding" => expect::<ClusterRoleBinding>(&document),
            other => panic!("{other} is checked by nothing"),
        }
        seen += 1;
    }
    assert_eq!(seen, 13);
    for document in documents("certificate.yaml") {
        assert_eq!(document["apiVersion"], "cert-manager.io/v1");
    }
}

fn webhooks(file: &str) -> Vec<ValidatingWebhook> {
    let configuration: ValidatingWebhookConfiguration = serde_json::from_value(documents(file).remove(0)).unwrap();
    configuration.webhooks.unwrap()
}

/// Whether a webhook is asked about `operation` of `resource`.
fn asks(webhook: &ValidatingWebhook, resource: &str, operation: &str) -> bool {
    let has = |list: &Option<Vec<String>>, word: &str| list.iter().flatten().any(|one| one == word);
    webhook.rules.iter().flatten().any(|rule| has(&rule.resources, resource) && has(&rule.operations, operation))
}

#[test]
fn what_grows_and_what_ends_have_entries_of_their_own() {
    for file in ["webhook.yaml", "webhook-without-conditions.yaml"] {
        let webhooks = webhooks(file);
        let policies: Vec<_> = webhooks.iter().map(|webhook| webhook.failure_policy.as_deref().unwrap()).collect();
        assert_eq!(policies, ["Ignore", "Fail", "Ignore"], "{file}: open unless a namespace asks for more");
        for webhook in &webhooks {
            assert_eq!((webhook.timeout_seconds, webhook.side_effects.as_str()), (Some(2), "NoneOnDryRun"));
            assert!(webhook.admission_review_versions.contains(&"v1".to_owned()));
            let service = webhook.client_config.service.as_ref().unwrap();
            assert_eq!(service.path.as_deref(), Some("/admission/kubernetes"));
            let selector = webhook.namespace_selector.as_ref().unwrap().match_expressions.as_ref().unwrap();
            let names = selector.iter().find(|rule| rule.key == "kubernetes.io/metadata.name").unwrap();
            let exempt = names.values.as_ref().unwrap();
            assert!(names.operator == "NotIn");
            assert!(["kube-system", "wattledger"].iter().all(|name| exempt.contains(&(*name).to_owned())));
            assert_eq!(webhook.match_conditions.is_some(), file == "webhook.yaml");
        }
        let [open, closed, rest] = &webhooks[..] else { panic!("{file} has other entries") };
        assert_eq!(open.rules, closed.rules);
        // An entry that refuses while nobody answers is never asked about an end.
        for resource in ["pods", "pods/status", "pods/eviction", "jobs", "jobs/status", "deployments/status"] {
            assert!(!asks(closed, resource, "DELETE"), "{file}: {resource}");
        }
        for resource in ["pods/status", "pods/eviction", "jobs/status", "deployments/status"] {
            assert!(!asks(closed, resource, "CREATE") && !asks(closed, resource, "UPDATE"), "{file}: {resource}");
        }
        let kinds = [
            "pods",
            "replicationcontrollers",
            "deployments",
            "statefulsets",
            "replicasets",
            "daemonsets",
            "jobs",
            "cronjobs",
            "tfjobs",
            "pytorchjobs",
            "mpijobs",
            "trainjobs",
            "rayjobs",
            "rayclusters",
            "rayservices",
            "jobsets",
            "leaderworkersets",
            "sparkapplications",
            "workflows",
            "inferenceservices",
        ];
        for kind in kinds {
            assert!(
                asks(open, kind, "CREATE") && asks(open, kind, "UPDATE") && asks(rest, kind, "DELETE"),
                "{file}: {kind}"
            );
        }
        for scaled in ["deployments", "statefulsets", "replicasets", "leaderworkersets", "pytorchjobs"] {
            assert!(asks(open, &format!("{scaled}/scale"), "UPDATE"), "{file}: {scaled}");
        }
        assert!(asks(open, "pods/resize", "UPDATE") && asks(rest, "pods/eviction", "CREATE"));
        for status in ["pods/status", "jobs/status", "deployments/status", "leaderworkersets/status"] {
            assert!(asks(rest, status, "UPDATE"), "{file}: {status}");
        }
    }
}

#[test]
fn no_status_is_kept_back_and_no_field_that_may_be_absent_is_read_unasked() {
    for webhook in webhooks("webhook.yaml") {
        for condition in webhook.match_conditions.unwrap() {
            let expression = condition.expression;
            assert!(!expression.contains("phase") && !expression.contains("'status'"), "{expression}");
            let uses = expression.matches("request.subResource").count();
            // Each comparison has its own `has`.
            assert_eq!(uses, 2 * expression.matches("has(request.subResource)").count(), "{expression}");
        }
    }
}

#[test]
fn the_reader_may_list_what_it_reads_and_nothing_else() {
    let role = documents("reader.yaml").into_iter().find(|document| document["kind"] == "ClusterRole").unwrap();
    let role: ClusterRole = serde_json::from_value(role).unwrap();
    let open = webhooks("webhook.yaml").remove(0);
    let mut granted = Vec::new();
    for rule in role.rules.unwrap() {
        assert_eq!(rule.verbs, ["list"]);
        for group in rule.api_groups.unwrap() {
            granted.extend(rule.resources.iter().flatten().map(|resource| format!("{group}/{resource}")));
        }
    }
    for rule in open.rules.unwrap() {
        for resource in rule.resources.unwrap().into_iter().filter(|resource| !resource.contains('/')) {
            let name = format!("{}/{resource}", rule.api_groups.as_ref().unwrap()[0]);
            assert!(granted.contains(&name), "the webhook is asked about {name}, which the reader may not list");
        }
    }
}
