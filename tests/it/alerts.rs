//! Alerts of a real service, with servers on loopback in the place of webhooks.

use crate::service::process::until;
use crate::service::{Data, Service};
use collectors::clock::{Clock, SystemClock};
use hmac::{Hmac, KeyInit, Mac};
use model::AttentionKind;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use units::Span;
use wattledger::attention::attention;
use wattledger::grid::Library;
use wattledger::store::Store;

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// What a webhook was sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    path: String,
    signature: Option<String>,
    body: Vec<u8>,
    at: Span,
}

impl Sent {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Identity and state of each alert in Wattledger's own document.
    pub(crate) fn identities(&self) -> Vec<String> {
        let document = self.json();
        document["alerts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|alert| format!("{} {}", alert["id"], alert["state"]))
            .collect()
    }

    /// State and kind of each alert in Wattledger's own document.
    fn states(&self) -> Vec<(String, String)> {
        let document = self.json();
        let alerts = document["alerts"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        alerts.iter().map(|alert| (text(&alert["state"]), text(&alert["kind"]))).collect()
    }
}

/// A stand-in of a webhook.
pub(crate) struct Hook {
    address: SocketAddr,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Hook {
    /// Gives each request, numbered from 0, the status line and headers of `answer`; with none, it says nothing and keeps the connection.
    fn start(answer: impl Fn(usize, &Sent) -> Option<String> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let sent: Arc<Mutex<Vec<Sent>>> = Arc::default();
        let seen = Arc::clone(&sent);
        std::thread::spawn(move || {
            let (mut kept, clock) = (Vec::new(), SystemClock::new());
            for (number, mut stream) in listener.incoming().map_while(Result::ok).enumerate() {
                let Some(request) = read(&stream, &clock) else { continue };
                let head = answer(number, &request);
                seen.lock().unwrap().push(request);
                match head {
                    Some(head) => {
                        let _ = write!(stream, "HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                    }
                    None => kept.push(stream),
                }
            }
        });
        Self { address, sent }
    }

    pub(crate) fn good() -> Self {
        Self::start(|_, _| Some("200 OK".to_owned()))
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    /// Lines of the configuration that send to it.
    pub(crate) fn webhook(&self, format: &str, more: &str) -> String {
        let address = self.address;
        format!(
            "[[alerts.webhook]]\nurl = \"http://{address}/secret-path\"\nformat = \"{format}\"\nallow_private = true\n{more}\n"
        )
    }
}

fn read(stream: &TcpStream, clock: &SystemClock) -> Option<Sent> {
    let mut reader = BufReader::new(stream);
    let (mut path, mut length, mut signature) = (String::new(), 0, None);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let Some((name, value)) = line.trim().split_once(": ") else {
            if line.trim().is_empty() {
                break;
            }
            path = line.split_whitespace().nth(1)?.to_owned();
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "wattledger-signature" => signature = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Sent { path, signature, body, at: clock.monotonic() })
}

/// Whether a receiver with the key takes `body` for that of the service, as docs/OPERATING.md says how.
fn verifies(signature: &str, body: &[u8]) -> bool {
    let (time, hex) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(&[time.as_bytes(), b".", body].concat());
    let expected = mac.finalize().into_bytes();
    hex == expected.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
}

/// A service that looks every second and tells `webhooks`.
fn service(data: &Data, webhooks: &str) -> Service {
    Service::start(&data.path(), &format!("[alerts]\nevery_s = 1\n{webhooks}"))
}

/// A line of the configuration that names a file with the key.
pub(crate) fn key_file(data: &Data) -> String {
    let file = data.path().with_extension("key");
    std::fs::write(&file, KEY).unwrap();
    format!("hmac_key_file = {file:?}")
}

/// Has a job denied and asks for an exception with `reason`.
fn ask(service: &Service, reason: &str) {
    ask_for_each(service, &[reason]);
}

/// Has a job denied for each of `reasons`, and asks for exceptions.
fn ask_for_each(service: &Service, reasons: &[&str]) {
    let policy = json!({ "name": "atlas month", "scope": "project", "project": "atlas", "unit": "energy", "limit_mj": 1, "period": "month", "mode": "block" });
    assert_eq!(service.post("/api/v1/budgets", &service.admin, &policy).status, 201);
    for reason in reasons {
        let job = json!({ "key": reason, "project": "atlas", "accelerator": "A100", "count": 1, "hours": 10.0, "power_w": 1000, "intensity": 400 });
        let denied = service.post("/api/v1/admissions", &service.admin, &job).json();
        let path = format!("/api/v1/admissions/{}/requests", denied["id"].as_str().unwrap());
        let asked = service.post(&path, &service.admin, &json!({ "name": "ada", "reason": reason }));
        assert_eq!(asked.status, 201, "{asked:?}");
    }
}

fn pair(state: &str) -> Vec<(String, String)> {
    vec![(state.to_owned(), "exception_requested".to_owned())]
}

#[test]
fn each_thing_is_told_once_over_a_failure_and_a_restart_and_its_end_too() {
    let data = Data::new();
    let hook =
        Hook::start(|number, _| Some(if number == 0 { "500 Oops\r\nRetry-After: 2" } else { "200 OK" }.to_owned()));
    let webhook = hook.webhook("json", &format!("kinds = [\"exception_requested\"]\n{}", key_file(&data)));
    let first = service(&data, &webhook);
    let admin = first.admin.clone();
    ask(&first, "paper deadline");
    until(|| hook.sent().len() >= 2);
    let metric = |outcome: &str, count: u32| {
        format!("wattledger_alerts_total{{endpoint=\"1\",outcome=\"{outcome}\"}} {count}\n")
    };
    until(|| first.get("/metrics", &admin).body.contains(&metric("delivered", 1)));
    let metrics = first.get("/metrics", &admin).body;
    assert!(metrics.contains(&metric("failed", 1)) && metrics.contains(&metric("dropped", 0)), "{metrics}");
    let (code, log) = first.stop();
    assert!(code == 0 && !log.contains("secret-path"), "{log}");
    assert!(log.contains("it answered with status 500") && log.contains("alerts are delivered again"), "{log}");

    let again = service(&data, &webhook);
    // Two looks: a third request would be there.
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    assert_eq!(hook.sent().len(), 2, "{:?}", hook.sent());
    let refused = again.post("/api/v1/requests/1/refuse", &admin, &json!({ "name": "grace", "reason": "no" }));
    assert_eq!(refused.status, 200, "{refused:?}");
    until(|| hook.sent().len() >= 3);
    let sent = hook.sent();
    assert_eq!(sent.iter().map(Sent::states).collect::<Vec<_>>(), [pair("firing"), pair("firing"), pair("resolved")]);
    assert!(sent[1].at.minus(sent[0].at) >= Span::from_seconds(2), "it asked for two seconds");
    for Sent { path, signature, body, .. } in &sent {
        assert_eq!(path, "/secret-path");
        let signature = signature.as_deref().unwrap();
        assert!(verifies(signature, body));
        assert!(!verifies(signature, &[body.as_slice(), b" "].concat()));
        assert!(!verifies(&signature.replacen("t=1", "t=2", 1), body), "{signature}");
    }
    assert_eq!(sent[0].json()["alerts"][0]["id"], sent[2].json()["alerts"][0]["id"]);
}

#[test]
fn an_alert_that_is_not_taken_keeps_no_other_back() {
    let data = Data::new();
    let holds = |sent: &Sent, word: &str| String::from_utf8_lossy(&sent.body).contains(word);
    let hook = Hook::start(move |_, sent| Some(if holds(sent, "poison") { "400 No" } else { "200 OK" }.to_owned()));
    // All are there at the first look.
    let first = Service::start(&data.path(), "");
    ask_for_each(&first, &["one", "poison", "two"]);
    let admin = first.admin.clone();
    assert_eq!(first.stop().0, 0);
    let webhook = hook.webhook("json", &format!("kinds = [\"exception_requested\"]\n{}", key_file(&data)));
    let service = service(&data, &webhook);
    let metric = |outcome: &str, count: u32| format!("outcome=\"{outcome}\"}} {count}\n");
    until(|| {
        let metrics = service.get("/metrics", &admin).body;
        metrics.contains(&metric("delivered", 2)) && metrics.contains(&metric("refused", 1))
    });
    // Together, then each by itself, and never again.
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    assert_eq!(hook.sent().iter().map(|sent| sent.states().len()).collect::<Vec<_>>(), [3, 1, 1, 1]);
}

#[test]
fn a_silent_endpoint_holds_up_no_other_no_ingest_and_no_end() {
    let data = Data::new();
    let (silent, good) = (Hook::start(|_, _| None), Hook::good());
    let webhooks = [silent.webhook("slack", ""), good.webhook("slack", "projects = [\"atlas\"]")].concat();
    let service = service(&data, &webhooks);
    ask(&service, "<!channel> *now* @here");
    until(|| !silent.sent().is_empty() && !good.sent().is_empty());
    let clock = SystemClock::new();
    let batch = include_bytes!("../../docs/wire-example.json");
    let json = [("Content-Type", "application/json")];
    assert_eq!(service.send("POST", "/api/v1/batches", &service.admin, &json, batch).status, 200);
    let (code, log) = service.stop();
    assert_eq!(code, 0, "{log}");
    let seconds = clock.monotonic().nanoseconds() / 1_000_000_000;
    assert!(seconds < 8, "it took {seconds} s; a request may take 10 s");
    let text = good.sent().iter().map(|sent| sent.json()["text"].to_string()).collect::<String>();
    assert!(
        text.contains("&lt;!channel&gt; *now*") && !text.contains("<!channel") && !text.contains("@here"),
        "{text}"
    );
    assert!(!text.contains("node without site"), "that is no project's: {text}");
}

#[test]
fn no_redirect_is_followed_and_no_private_host_is_called() {
    let data = Data::new();
    let (target, closed, alertmanager) = (Hook::good(), Hook::good(), Hook::good());
    let to = target.address;
    let moved = Hook::start(move |_, _| Some(format!("307 Moved\r\nLocation: http://{to}/")));
    let private = |host: &str| {
        format!("[[alerts.webhook]]\nurl = \"https://user:pass-word@{host}/secret-path\"\nformat = \"slack\"\n")
    };
    let webhooks = [
        moved.webhook("slack", ""),
        private(&closed.address.to_string()),
        private("169.254.169.254"),
        alertmanager.webhook("alertmanager", "kinds = [\"exception_requested\"]"),
    ];
    let service = service(&data, &webhooks.concat());
    ask(&service, "please");
    until(|| !moved.sent().is_empty() && !alertmanager.sent().is_empty());
    let failed = |endpoint: u32| format!("wattledger_alerts_total{{endpoint=\"{endpoint}\",outcome=\"failed\"}} 0\n");
    until(|| {
        let metrics = service.get("/metrics", &service.admin).body;
        [1, 2, 3].iter().all(|endpoint| !metrics.contains(&failed(*endpoint)))
    });
    let (_, log) = service.stop();
    assert!(log.contains("status 307, and redirects are not followed"), "{log}");
    for address in ["127.0.0.1", "169.254.169.254"] {
        assert!(log.contains(&format!("the host has the address {address}, which is not public")), "{log}");
    }
    assert!(!log.contains("secret-path") && !log.contains("pass-word"), "{log}");
    assert!(target.sent().is_empty() && closed.sent().is_empty());
    let alert = alertmanager.sent()[0].json()[0].clone();
    let labels = json!({ "alertname": "WattledgerExceptionRequested", "severity": "warning", "subject_type": "request", "subject": "1" });
    assert_eq!(alert["labels"], labels);
    assert!(alert["startsAt"].as_str().unwrap() < alert["endsAt"].as_str().unwrap(), "{alert}");
}

#[test]
fn a_key_or_an_endpoint_that_cannot_be_used_keeps_the_service_from_starting() {
    let data = Data::new();
    let config = data.path().with_extension("toml");
    let webhook = "[[alerts.webhook]]\nurl = \"https://x.example/secret-path\"\nformat = \"json\"\n";
    let key = key_file(&data);
    for (more, expected) in [
        ("", "alerts.webhook number 1: hmac_key_file is not set"),
        ("hmac_key_file = \"/nonexistent.key\"", "alerts.webhook.hmac_key_file /nonexistent.key: No such file"),
        (&format!("{key}\nca_file = \"/nonexistent.pem\""), "number 1: ca_file /nonexistent.pem: No such file"),
    ] {
        std::fs::write(&config, format!("{webhook}{more}")).unwrap();
        let data = data.path();
        let arguments = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--data",
            data.to_str().unwrap(),
            "--config",
            config.to_str().unwrap(),
        ];
        let refused = crate::command::refusal(&arguments);
        assert!(refused.starts_with("exit 2") && refused.contains(expected), "{refused}");
        assert!(!refused.contains("secret-path"), "{refused}");
    }
}

#[test]
fn a_denial_is_told_with_its_reason_and_counts_as_ended_after_an_hour() {
    let data = Data::new();
    let hook = Hook::start(|_, _| Some("200 OK".to_owned()));
    let webhook = hook.webhook("json", &format!("kinds = [\"admission_denied\"]\n{}", key_file(&data)));
    let service = service(&data, &webhook);
    ask(&service, "paper deadline");
    until(|| !hook.sent().is_empty());
    let told = hook.sent()[0].json()["alerts"][0].clone();
    assert_eq!((&told["kind"], &told["state"]), (&json!("admission_denied"), &json!("firing")));
    assert_eq!(told["subject"], json!({ "type": "admission", "id": "1" }));
    let message = told["message"].as_str().unwrap();
    assert!(
        message.starts_with("the job paper deadline was denied: needs ") && message.contains("atlas month"),
        "{message}"
    );
    assert_eq!(service.stop().0, 0);
    let store = Store::open(&data.path()).unwrap();
    let library = Arc::new(Library::bundled().unwrap());
    let denied_after = |seconds: u64| {
        let now = SystemClock::new().wall().after(Span::from_seconds(seconds)).unwrap();
        let found = attention(&store, &library, now, None).unwrap();
        found.into_iter().filter(|item| item.kind == AttentionKind::AdmissionDenied).count()
    };
    assert_eq!((denied_after(3_000), denied_after(3_601)), (1, 0));
}
