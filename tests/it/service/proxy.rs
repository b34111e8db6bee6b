//! Behind a proxy that ends TLS, clients are told apart by the header that the proxy sets.

use super::{Data, Service};
use serde_json::json;

#[test]
fn behind_a_configured_proxy_each_client_is_counted_by_its_own_address() {
    let data = Data::new();
    let config = "[proxy]\naddresses = [\"127.0.0.1\"]\n[limits]\nfailures_per_s = 1\nfailure_burst = 5";
    let service = Service::start(&data.path(), config);
    let ask = |client: &str| service.send("GET", "/api/v1/tokens", "", &[("X-Forwarded-For", client)], b"").status;
    // What a client writes itself stands before what the proxy adds.
    let waits = (0..200).any(|number| ask(&format!("192.0.2.{number}, 198.51.100.9")) == 429);
    assert!(waits, "the client that fails is not told from others");
    assert_eq!(ask("198.51.100.10"), 401, "another client waits for it");
    let sign_in = |client: &str, token: &str| {
        let headers = [("X-Forwarded-For", client), ("Content-Type", "application/json")];
        let body = serde_json::to_vec(&json!({ "token": token })).unwrap();
        service.send("POST", "/api/v1/session", "", &headers, &body).status
    };
    assert!((0..60).any(|_| sign_in("198.51.100.9", "wl_00") == 429));
    assert_eq!(sign_in("198.51.100.10", "wl_00"), 401);
    assert_eq!(sign_in("198.51.100.9", &service.admin), 200);
}

#[test]
fn a_proxy_that_does_not_name_its_client_is_refused() {
    let data = Data::new();
    let service = Service::start(&data.path(), "[proxy]\naddresses = [\"127.0.0.0/8\"]");
    for (headers, status) in [
        (vec![], 400),
        (vec![("X-Forwarded-For", "unknown")], 400),
        (vec![("X-Forwarded-For", "192.0.2.1, ")], 400),
        (vec![("Forwarded", "for=192.0.2.1"), ("X-Real-IP", "192.0.2.1")], 400),
        (vec![("X-Forwarded-For", "192.0.2.1")], 200),
        (vec![("X-Forwarded-For", "nonsense, 192.0.2.1, 127.0.0.9")], 200),
    ] {
        let reply = service.send("GET", "/api/v1/jobs", &service.admin, &headers, b"");
        assert_eq!(reply.status, status, "{headers:?} {reply:?}");
        assert!(status == 200 || reply.body.contains("x-forwarded-for"), "{reply:?}");
    }
    // What stands in front asks this on its own behalf.
    assert_eq!(service.get("/healthz", "").status, 200);
}
