//! The manifests that are shipped: each is what its kind allows, and they keep what the gate promises.

use k8s_openapi::api::admissionregistration::v1::ValidatingWebhookConfiguration;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
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
    for document in ["gate.yaml", "webhook.yaml"].into_iter().flat_map(documents) {
        match document["kind"].as_str().unwrap() {
            "Namespace" => expect::<Namespace>(&document),
            "ServiceAccount" => expect::<ServiceAccount>(&document),
            "ConfigMap" => expect::<ConfigMap>(&document),
            "Deployment" => expect::<Deployment>(&document),
            "Service" => expect::<Service>(&document),
            "PodDisruptionBudget" => expect::<PodDisruptionBudget>(&document),
            "NetworkPolicy" => expect::<NetworkPolicy>(&document),
            "ValidatingWebhookConfiguration" => expect::<ValidatingWebhookConfiguration>(&document),
            other => panic!("{other} is checked by nothing"),
        }
        seen += 1;
    }
    assert_eq!(seen, 8);
    for document in documents("certificate.yaml") {
        assert_eq!(document["apiVersion"], "cert-manager.io/v1");
    }
}

#[test]
fn the_webhook_keeps_what_the_gate_promises() {
    let configuration = documents("webhook.yaml").remove(0);
    let configuration: ValidatingWebhookConfiguration = serde_json::from_value(configuration).unwrap();
    let webhooks = configuration.webhooks.unwrap();
    let policies: Vec<_> = webhooks.iter().map(|webhook| webhook.failure_policy.as_deref().unwrap()).collect();
    assert_eq!(policies, ["Ignore", "Fail"], "open unless a namespace asks for more");
    for webhook in &webhooks {
        assert_eq!((webhook.timeout_seconds, webhook.side_effects.as_str()), (Some(2), "NoneOnDryRun"));
        assert!(webhook.admission_review_versions.contains(&"v1".to_owned()));
        let service = webhook.client_config.service.as_ref().unwrap();
        assert_eq!(service.path.as_deref(), Some("/admission/kubernetes"));
        let selector = webhook.namespace_selector.as_ref().unwrap().match_expressions.as_ref().unwrap();
        let names = selector.iter().find(|rule| rule.key == "kubernetes.io/metadata.name").unwrap();
        let exempt = names.values.as_ref().unwrap();
        assert!(
            names.operator == "NotIn"
                && ["kube-system", "wattledger"].iter().all(|name| exempt.contains(&(*name).to_owned()))
        );
        let resources: Vec<&str> = webhook
            .rules
            .iter()
            .flatten()
            .flat_map(|rule| rule.resources.iter().flatten())
            .map(String::as_str)
            .collect();
        for kind in [
            "pods",
            "jobs",
            "cronjobs",
            "deployments",
            "deployments/scale",
            "statefulsets",
            "statefulsets/scale",
            "tfjobs",
            "pytorchjobs",
            "mpijobs",
            "rayjobs",
            "rayclusters",
            "jobsets",
        ] {
            assert!(resources.contains(&kind), "{kind} is not asked about");
        }
    }
}
