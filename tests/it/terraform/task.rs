//! Run tasks, with a server on loopback in the place of HCP Terraform.

use super::{machines, plan};
use crate::service::{Data, Reply, Service};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// What was asked of it: method, path, authorization, body.
type Asked = (String, String, String, String);

/// A stand-in of HCP Terraform: gives a plan and takes results, the first of them badly.
struct Hcp {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Hcp {
    fn start(plan: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (seen, plan) = (Arc::clone(&asked), plan.to_string());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                answer(stream, &plan, &seen);
            }
        });
        Self { address, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn results(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|(method, ..)| method == "PATCH").cloned().collect()
    }

    /// The last result that was taken.
    fn result(&self, attempts: usize) -> Value {
        crate::service::process::until(|| self.results().len() >= attempts);
        serde_json::from_str(&self.results()[attempts - 1].3).unwrap()
    }
}

fn answer(stream: TcpStream, plan: &str, seen: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length, mut token) = (String::new(), 0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        } else if lower.starts_with("authorization:") {
            token = line.split_once(':').unwrap().1.trim().to_owned();
        } else if head.is_empty() {
            head = line;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut words = head.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut seen = seen.lock().unwrap();
    let results = seen.iter().filter(|(method, ..)| method == "PATCH").count();
    seen.push((method.clone(), path.clone(), token, String::from_utf8(body).unwrap()));
    let (status, further, text) = match (method.as_str(), path.as_str()) {
        ("GET", "/moved") => ("307 Moved", "Location: /plan\r\n", ""),
        ("GET", "/away") => ("307 Moved", "Location: http://127.0.0.2:9/secret\r\n", ""),
        ("GET", _) => ("200 OK", "", plan),
        ("PATCH", "/flaky") if results == 0 => ("500 Oops", "", ""),
        _ => ("200 OK", "", ""),
    };
    let _ = write!(
        reader.get_mut(),
        "HTTP/1.1 {status}\r\n{further}Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    );
}

fn service(data: &Data, hcp: &Hcp, limit_mwh: i64) -> Service {
    let key = data.path().with_extension("key");
    std::fs::write(&key, KEY).unwrap();
    let config = format!(
        "[terraform]\nhmac_key_file = {:?}\nhosts = [\"{}\"]\n[terraform.projects]\n\"acme/training\" = \"atlas\"\n\
         [terraform.regions]\n\"acme/training\" = [\"aws/eu-north-1\", \"west=aws/us-west-2\"]\ntraining = [\"aws/ap-south-1\"]\n",
        key, hcp.address
    );
    let service = Service::start(&data.path(), &config);
    let policy = json!({ "name": "atlas month", "scope": "project", "project": "atlas", "unit": "energy", "limit_mj": limit_mwh * 3_600_000_000_000, "period": "month", "mode": "block" });
    assert_eq!(service.post("/api/v1/budgets", &service.admin, &policy).status, 201);
    service
}

fn signature(body: &str) -> String {
    let mut mac = Hmac::<sha2::Sha512>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    mac.finalize().into_bytes().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn request(hcp: &Hcp, plan: &str, callback: &str) -> Value {
    json!({ "payload_version": 1, "access_token": "secret-token", "stage": "post_plan", "is_speculative": false, "task_result_id": "taskrs-1",
        "task_result_enforcement_level": "mandatory", "task_result_callback_url": hcp.url(callback), "plan_json_api_url": hcp.url(plan),
        "organization_name": "acme", "workspace_name": "training", "run_id": "run-1", "run_created_by": "ada" })
}

fn send(service: &Service, body: &Value, signature: &str) -> Reply {
    let headers = [("Content-Type", "application/json"), ("X-TFC-Task-Signature", signature)];
    service.send("POST", "/admission/terraform", "", &headers, body.to_string().as_bytes())
}

fn signed(service: &Service, body: &Value) -> Reply {
    send(service, body, &signature(&body.to_string()))
}

#[test]
fn a_request_without_its_signature_is_refused_and_a_test_answered() {
    let hcp = Hcp::start(plan(&[]));
    let data = Data::new();
    let service = service(&data, &hcp, 10);
    let body = request(&hcp, "/plan", "/result");
    for wrong in ["", "zz", &signature("another body")] {
        assert_eq!(send(&service, &body, wrong).status, 401, "{wrong:?}");
    }
    let test = json!({ "payload_version": 1, "access_token": "test-token" });
    let reply = signed(&service, &test);
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    assert_eq!(hcp.asked.lock().unwrap().len(), 0, "nothing was asked for a test");
    let data = Data::new();
    let without = Service::start(&data.path(), "");
    assert_eq!(signed(&without, &body).status, 401, "no key, no answer");
}

#[test]
fn a_plan_that_fits_passes_and_one_that_does_not_fails_with_its_resources() {
    for (limit_mwh, status) in [(10, "passed"), (1, "failed")] {
        let hcp = Hcp::start(machines(2, "p4d.24xlarge"));
        let data = Data::new();
        let service = service(&data, &hcp, limit_mwh);
        let reply = signed(&service, &request(&hcp, "/moved", "/flaky"));
        assert_eq!(reply.status, 200, "{reply:?}");
        let result = hcp.result(2);
        let attributes = &result["data"]["attributes"];
        assert_eq!(attributes["status"], status, "{result}");
        let message = attributes["message"].as_str().unwrap();
        assert!(message.contains("4.088 MWh") && message.contains("atlas month"), "{message}");
        let outcomes = result["data"]["relationships"]["outcomes"]["data"].as_array().unwrap();
        assert_eq!(outcomes.len(), 2);
        assert_eq!(outcomes[0]["attributes"]["outcome-id"], "aws_instance.train[0]");
        let tokens: Vec<String> = hcp.asked.lock().unwrap().iter().map(|(_, _, token, _)| token.clone()).collect();
        assert!(tokens.iter().all(|token| token == "Bearer secret-token"), "{tokens:?}");
        let log = service.stop().1;
        assert!(!log.contains("secret-token") && !log.contains(KEY), "{log}");
    }
}

#[test]
fn what_is_not_known_fails_with_its_name() {
    let hcp = Hcp::start(machines(1, "x9.unheard"));
    let data = Data::new();
    let service = service(&data, &hcp, 10);
    assert_eq!(signed(&service, &request(&hcp, "/plan", "/result")).status, 200);
    let result = hcp.result(1);
    assert_eq!(result["data"]["attributes"]["status"], "failed");
    assert!(result["data"]["attributes"]["message"].as_str().unwrap().contains("aws_instance.train[0]"), "{result}");
}

#[test]
fn nothing_goes_to_hosts_that_are_not_configured() {
    let hcp = Hcp::start(machines(1, "p4d.24xlarge"));
    let data = Data::new();
    let service = service(&data, &hcp, 10);
    for callback in [
        "https://example.org/x",
        "http://127.0.0.2:9/x",
        "file:///etc/passwd",
        "https://app.terraform.io@127.0.0.2/x",
        "",
    ] {
        let mut body = request(&hcp, "/plan", "/result");
        body["task_result_callback_url"] = json!(callback);
        assert_eq!(signed(&service, &body).status, 400, "{callback}");
    }
    for (plan, reason) in [("http://127.0.0.2:9/latest/meta-data", "terraform.hosts"), ("/away", "terraform.hosts")] {
        let mut body = request(&hcp, "/plan", "/result");
        body["task_result_id"] = json!(plan);
        body["plan_json_api_url"] = json!(if plan.starts_with('/') { hcp.url(plan) } else { plan.to_owned() });
        let before = hcp.results().len();
        assert_eq!(signed(&service, &body).status, 200);
        let result = hcp.result(before + 1);
        let message = result["data"]["attributes"]["message"].as_str().unwrap();
        assert!(message.contains(reason), "{plan}: {message}");
    }
}

#[test]
fn a_request_that_is_sent_again_does_nothing() {
    let hcp = Hcp::start(machines(1, "p4d.24xlarge"));
    let data = Data::new();
    let service = service(&data, &hcp, 10);
    let mut body = request(&hcp, "/plan", "/result");
    assert_eq!(signed(&service, &body).status, 200);
    hcp.result(1);
    let asked = hcp.asked.lock().unwrap().len();
    for _ in 0..5 {
        assert_eq!(signed(&service, &body).status, 200, "HCP Terraform repeats what it has no answer to");
    }
    body["task_result_id"] = json!("taskrs-2");
    assert_eq!(signed(&service, &body).status, 200);
    hcp.result(2);
    assert_eq!(hcp.asked.lock().unwrap().len(), 2 * asked, "only the new one was worked on");
    body["task_result_id"] = Value::Null;
    let reply = signed(&service, &body);
    assert!(reply.status == 400 && reply.json()["field"] == "task_result_id", "{reply:?}");
}

/// Nothing in the request of a run task speaks of regions, so the configuration does.
#[test]
fn the_configuration_states_the_regions_that_plans_leave_open() {
    let mut open = machines(1, "p4d.24xlarge");
    open["configuration"]["provider_config"]["aws"]["expressions"] =
        json!({ "region": { "references": ["local.region"] } });
    for (workspace, co2e) in [("training", true), ("elsewhere", false)] {
        let hcp = Hcp::start(open.clone());
        let data = Data::new();
        let service = service(&data, &hcp, 10);
        let mut body = request(&hcp, "/plan", "/result");
        body["workspace_name"] = json!(workspace);
        assert_eq!(signed(&service, &body).status, 200);
        let result = hcp.result(1);
        let attributes = &result["data"]["attributes"];
        let message = attributes["message"].as_str().unwrap();
        if co2e {
            // 2.044 MWh of Sweden's grid, which emits below 100 g/kWh.
            let tonnes: f64 = message.split(" t CO2e").next().unwrap().rsplit(' ').next().unwrap().parse().unwrap();
            assert!(attributes["status"] == "passed" && (0.01..0.2).contains(&tonnes), "{result}");
        } else {
            assert!(attributes["status"] == "failed" && message.contains("[terraform.regions]"), "{result}");
        }
    }
}
