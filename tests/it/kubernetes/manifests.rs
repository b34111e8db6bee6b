//! The manifests that are shipped: each is what its kind allows, and they keep what the gate promises.

use k8s_openapi::api::admissionregistration::v1::{ValidatingWebhook, ValidatingWebhookConfiguration};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use wattledger::config::{ServiceConfig, ServiceOverrides};
use wattledger::gate::kubernetes::{ApiServer, read_cluster};

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
    for document in ["gate.yaml", "webhook.yaml", "webhook-without-conditions.yaml", "reader.yaml", "service.yaml"]
        .into_iter()
        .flat_map(documents)
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
    assert_eq!(seen, 19);
}

/// The service is there three times, one of which may be away, keeps nothing in the cluster, and starts with the configuration that is shipped.
#[test]
fn the_service_is_replicated_and_keeps_nothing() {
    let documents = documents("service.yaml");
    let of = |kind: &str| documents.iter().find(|document| document["kind"] == kind).unwrap();
    let text = of("ConfigMap")["data"]["wattledger.toml"].as_str().unwrap();
    let config = ServiceConfig::parse(text, "wattledger.toml", ServiceOverrides::default()).unwrap();
    assert!(config.ledger.is_some() && config.tls.is_some());
    let (deployment, budget) = (of("Deployment"), of("PodDisruptionBudget"));
    assert_eq!((&deployment["spec"]["replicas"], &budget["spec"]["maxUnavailable"]), (&json!(3), &json!(1)));
    let pod = &deployment["spec"]["template"];
    assert_eq!(budget["spec"]["selector"]["matchLabels"], pod["metadata"]["labels"]);
    assert_eq!(of("Service")["spec"]["selector"], pod["metadata"]["labels"]);
    let volumes = pod["spec"]["volumes"].as_array().unwrap();
    assert!(volumes.iter().all(|volume| volume.get("persistentVolumeClaim").is_none()));
    let container = &pod["spec"]["containers"][0];
    let path = |probe: &str| container[probe]["httpGet"]["path"].clone();
    assert_eq!([path("livenessProbe"), path("readinessProbe")], [json!("/healthz"), json!("/readyz")]);
}

/// What cert-manager's API has of fields, as far as they are used here.
mod cert_manager {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    pub(super) struct Document<T> {
        pub(super) api_version: String,
        #[serde(rename = "kind")]
        _kind: String,
        pub(super) metadata: ObjectMeta,
        pub(super) spec: T,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    pub(super) struct IssuerSpec {
        #[serde(rename = "selfSigned")]
        _self_signed: Nothing,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct Nothing {}

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    pub(super) struct CertificateSpec {
        pub(super) secret_name: String,
        pub(super) dns_names: Vec<String>,
        pub(super) issuer_ref: IssuerRef,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    pub(super) struct IssuerRef {
        pub(super) name: String,
        pub(super) kind: String,
    }
}

#[test]
fn the_certificate_is_for_the_address_that_the_webhook_asks_and_goes_where_the_gate_reads_it() {
    let [issuer, certificate] = &documents("certificate.yaml")[..] else { panic!("other documents") };
    let issuer: cert_manager::Document<cert_manager::IssuerSpec> = serde_json::from_value(issuer.clone()).unwrap();
    let certificate: cert_manager::Document<cert_manager::CertificateSpec> =
        serde_json::from_value(certificate.clone()).unwrap();
    assert_eq!(
        (issuer.api_version.as_str(), certificate.api_version.as_str()),
        ("cert-manager.io/v1", "cert-manager.io/v1")
    );
    let of_issuer = (issuer.metadata.name.as_deref(), "Issuer");
    assert_eq!((Some(certificate.spec.issuer_ref.name.as_str()), certificate.spec.issuer_ref.kind.as_str()), of_issuer);
    for file in ["webhook.yaml", "webhook-without-conditions.yaml"] {
        let configuration = documents(file).remove(0);
        let from = &configuration["metadata"]["annotations"]["cert-manager.io/inject-ca-from"];
        let (namespace, name) = from.as_str().unwrap().split_once('/').unwrap();
        assert_eq!(certificate.metadata.namespace.as_deref(), Some(namespace));
        assert_eq!(certificate.metadata.name.as_deref(), Some(name));
        for webhook in webhooks(file) {
            let service = webhook.client_config.service.unwrap();
            assert_eq!(certificate.spec.dns_names, [format!("{}.{}.svc", service.name, service.namespace)]);
        }
    }
    let gate = documents("gate.yaml").into_iter().find(|document| document["kind"] == "Deployment").unwrap();
    let volumes = gate["spec"]["template"]["spec"]["volumes"].as_array().unwrap();
    let secrets = volumes.iter().filter_map(|volume| volume["secret"]["secretName"].as_str());
    assert_eq!(secrets.collect::<Vec<_>>(), [certificate.spec.secret_name]);
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
        for (group, resource) in read() {
            let name = resource.as_str();
            assert!(
                asks(open, name, "CREATE") && asks(open, name, "UPDATE") && asks(rest, name, "DELETE"),
                "{file}: {name} of {group:?}"
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
fn what_may_not_run_as_root_says_as_whom_it_runs_and_secrets_say_what_the_template_asks_for() {
    let template = |file: &str| {
        let deployment = documents(file).into_iter().find(|document| document["kind"] == "Deployment").unwrap();
        deployment["spec"]["template"]["spec"].clone()
    };
    // An image of nothing but the binary has no user of its own; that of the gate has.
    let reader = template("reader.yaml");
    assert!(reader["securityContext"]["runAsUser"].as_u64().is_some_and(|user| user > 0), "{reader}");
    let gate = documents("gate.yaml");
    let asked = gate.iter().find_map(|document| document["data"]["default.conf.template"].as_str()).unwrap();
    let asked: BTreeSet<&str> = asked.split("${").skip(1).map(|rest| rest.split_once('}').unwrap().0).collect();
    assert_eq!(asked, ["WATTLEDGER_CA_FILE", "WATTLEDGER_SERVER", "WATTLEDGER_TOKEN"].into());
    let defaults = gate.iter().find(|document| document["metadata"]["name"] == "gate-defaults").unwrap();
    assert!(defaults["data"]["WATTLEDGER_CA_FILE"].is_string());
    // The secret comes last, so that it has the last word.
    let sources = template("gate.yaml")["containers"][0]["envFrom"].clone();
    assert_eq!(
        sources,
        json!([{ "configMapRef": { "name": "gate-defaults" } }, { "secretRef": { "name": "gate-token" } }])
    );
}

#[test]
fn the_reader_may_list_what_it_reads_and_nothing_else() {
    let role = documents("reader.yaml").into_iter().find(|document| document["kind"] == "ClusterRole").unwrap();
    let role: ClusterRole = serde_json::from_value(role).unwrap();
    let mut granted = Vec::new();
    for rule in role.rules.unwrap() {
        assert_eq!(rule.verbs, ["list"]);
        for group in rule.api_groups.unwrap() {
            granted.extend(rule.resources.iter().flatten().map(|resource| (group.clone(), resource.clone())));
        }
    }
    let read: BTreeSet<_> = read().into_iter().collect();
    assert_eq!(granted.into_iter().collect::<BTreeSet<_>>(), read);
    let mut asked = BTreeSet::new();
    for rule in webhooks("webhook.yaml").remove(0).rules.unwrap() {
        let group = rule.api_groups.unwrap().remove(0);
        let whole = rule.resources.unwrap().into_iter().filter(|resource| !resource.contains('/'));
        asked.extend(whole.map(|resource| (group.clone(), resource)));
    }
    assert_eq!(asked, read, "what the webhook is asked about is what the reader lists");
}

/// An API server that has every group and no objects, and notes what is listed.
#[derive(Default)]
struct Listed(RefCell<Vec<(String, String)>>);

impl ApiServer for Listed {
    type Error = String;

    fn get(&self, path: &str) -> Result<Option<Value>, String> {
        let (path, _) = path.split_once('?').unwrap_or((path, ""));
        match path.trim_start_matches('/').split('/').collect::<Vec<_>>()[..] {
            ["apis", group] => {
                return Ok(Some(json!({ "preferredVersion": { "groupVersion": format!("{group}/v1") } })));
            }
            ["apis", group, _, resource] => self.0.borrow_mut().push((group.to_owned(), resource.to_owned())),
            ["api", _, resource] => self.0.borrow_mut().push((String::new(), resource.to_owned())),
            _ => panic!("{path}"),
        }
        Ok(Some(json!({ "items": [], "metadata": {} })))
    }
}

/// Group and resource of every kind that is read.
fn read() -> Vec<(String, String)> {
    let server = Listed::default();
    read_cluster(&server);
    server.0.into_inner()
}
