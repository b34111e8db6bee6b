//! Access: denied by default, scopes, project boundary, revocation; no secret is stored or told twice.

use super::{Data, Service};
use serde_json::json;

/// `(method, path, security)` of every operation of the API, variable parts filled in.
fn operations(service: &Service) -> Vec<(String, String, serde_json::Value)> {
    let document = service.get("/openapi.json", "").json();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let filled = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
            let filled = filled.collect::<Vec<_>>().join("/");
            found.push((method.to_uppercase(), filled, operation["security"].clone()));
        }
    }
    found
}

#[test]
fn without_a_valid_token_everything_but_health_and_description_is_401() {
    let data = Data::new();
    // Every route is tried four times without a valid token.
    let service = Service::start(&data.path(), "[limits]\nfailures_per_s = 1000\nfailure_burst = 10000");
    let operations = operations(&service);
    let mut open = Vec::new();
    for (method, path, security) in &operations {
        for token in [
            "",
            "wl_",
            "nonsense",
            &format!("{}{}", &service.admin[..90], if service.admin.ends_with('0') { 1 } else { 0 }),
        ] {
            let reply = service.send(method, path, token, &[("Content-Type", "application/json")], b"{}");
            if security.is_null() {
                open.push(path.as_str());
                let expected = match path.as_str() {
                    // It takes a signature in the place of a token.
                    "/api/v1/session" | "/admission/terraform" => 401,
                    "/sign-in/x" => 410,
                    // A code stands in its body.
                    "/api/v1/enrolments" => 400,
                    _ => 200,
                };
                assert_eq!(reply.status, expected, "{method} {path}");
            } else {
                assert_eq!(reply.status, 401, "{method} {path} {reply:?}");
                assert_eq!(reply.headers["www-authenticate"], "Bearer");
                assert_eq!(reply.headers["content-type"], "application/problem+json");
            }
        }
    }
    open.dedup();
    assert_eq!(
        open,
        ["/admission/terraform", "/api/v1/enrolments", "/api/v1/session", "/healthz", "/readyz", "/sign-in/x"]
    );
    assert!(operations.len() > open.len());
}

#[test]
fn each_route_needs_the_scope_that_it_declares() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let tokens = ["ingest", "read", "admit"].map(|scope| (scope, service.token(&[scope], None).1));
    for (method, path, security) in operations(&service) {
        let Some(needed) = security[0]["token"][0].as_str() else { continue };
        // A stream has no end to wait for; its test opens it.
        if path.ends_with("/events") {
            continue;
        }
        for (scope, token) in &tokens {
            let reply = service.send(&method, &path, token, &[("Content-Type", "application/json")], b"{}");
            assert_eq!(reply.status == 403, *scope != needed, "{scope}: {method} {path}: {reply:?}");
        }
        let reply = service.send(&method, &path, &service.admin, &[("Content-Type", "application/json")], b"{}");
        assert!(!matches!(reply.status, 401 | 403), "admin: {method} {path}: {reply:?}");
    }
}

#[test]
fn a_revoked_or_expired_token_is_refused_at_once() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let (id, token) = service.token(&["read"], None);
    assert_eq!(service.get("/api/v1/grid/zones", &token).status, 200);
    let revoke = |id: &str| service.send("DELETE", &format!("/api/v1/tokens/{id}"), &service.admin, &[], b"").status;
    assert_eq!(revoke(&id), 204);
    assert_eq!(service.get("/api/v1/grid/zones", &token).status, 401);
    assert_eq!(revoke(&id), 404);
    let soon = chrono_soon();
    let asked = json!({ "name": "short", "scopes": ["read"], "expires": soon });
    let token = service.post("/api/v1/tokens", &service.admin, &asked).json()["token"].as_str().unwrap().to_owned();
    assert_eq!(service.get("/api/v1/grid/zones", &token).status, 200);
    crate::service::process::until(|| service.get("/api/v1/grid/zones", &token).status == 401);
}

/// Two seconds from now, RFC 3339.
#[expect(clippy::disallowed_methods, reason = "the service has the machine's clock")]
fn chrono_soon() -> String {
    (chrono::Utc::now() + chrono::TimeDelta::seconds(2)).to_rfc3339()
}

#[test]
fn a_project_s_admin_sees_and_makes_only_its_project_s_tokens() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let (_, alpha) = service.token(&["admin"], Some("alpha"));
    let (beta_id, _) = service.token(&["read"], Some("beta"));
    let listed = service.get("/api/v1/tokens", &alpha).json();
    let projects: Vec<_> = listed["items"].as_array().unwrap().iter().map(|token| token["project"].clone()).collect();
    assert_eq!(projects, ["alpha"]);
    assert_eq!(service.send("DELETE", &format!("/api/v1/tokens/{beta_id}"), &alpha, &[], b"").status, 404);
    let make = |project| {
        let asked = json!({ "name": "n", "scopes": ["read"], "project": project });
        service.post("/api/v1/tokens", &alpha, &asked).status
    };
    assert_eq!([make(Some("alpha")), make(Some("beta")), make(None)], [201, 404, 403]);
    assert_eq!(service.get("/api/v1/grid/zones", &alpha).status, 200);
    assert_eq!(service.get("/metrics", &alpha).status, 403);
}

#[test]
fn no_secret_is_stored_logged_or_listed() {
    let data = Data::new();
    let service = Service::start(&data.path(), "log_level = \"trace\"");
    let (_, token) = service.token(&["read"], None);
    let admin = service.admin.clone();
    let listed = service.get("/api/v1/tokens", &admin).body;
    let shown = [listed, service.get("/metrics", &admin).body, service.get("/openapi.json", "").body].concat();
    let (code, log) = service.stop();
    assert_eq!(code, 0, "{log}");
    let mut files = shown + &log;
    for entry in std::fs::read_dir(data.path()).unwrap() {
        files += &String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap());
    }
    for secret in [&token, &admin] {
        assert!(files.contains(&secret[3..19]), "the id is there");
        assert!(!files.contains(&secret[19..83]), "a secret can be read back");
    }
}

#[test]
fn what_cannot_be_a_token_is_named_by_its_field() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    for (asked, field) in [
        (json!({ "name": "", "scopes": ["read"] }), "name"),
        (json!({ "name": "n\n", "scopes": ["read"] }), "name"),
        (json!({ "name": "n", "scopes": [] }), "scopes"),
        (json!({ "name": "n", "scopes": ["root"] }), "scopes[0]"),
        (json!({ "name": "n", "scopes": ["read"], "project": "a b" }), "project"),
        (json!({ "name": "n", "scopes": ["read"], "expires": "tomorrow" }), "expires"),
        (json!({ "name": "n", "scopes": ["read"], "expires": "2020-01-01" }), "expires"),
        (json!({ "name": "n", "scopes": ["read"], "until": 1 }), "until"),
    ] {
        let reply = service.post("/api/v1/tokens", &service.admin, &asked);
        assert_eq!((reply.status, reply.json()["field"].as_str()), (400, Some(field)), "{asked} {reply:?}");
    }
}

#[test]
fn tokens_are_made_listed_and_revoked_from_the_command_line() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let made = service.command(&service.admin, &["token", "create", "ci", "--scope", "read,ingest", "--json"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let made: serde_json::Value = serde_json::from_str(&made.stdout).unwrap();
    let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    let list = service.command(&service.admin, &["token", "list"]);
    assert!(list.stdout.contains(id) && list.stdout.contains("ingest,read"), "{}", list.stdout);
    assert!(!list.stdout.contains(token));
    assert_eq!(service.command(&service.admin, &["token", "revoke", id]).code, 0);
    let refused = service.command(token, &["token", "list"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("WATTLEDGER_TOKEN"), "{}", refused.stderr);
    let nobody = service.command(&service.admin, &["token", "list", "--server", "http://127.0.0.1:9"]);
    assert_eq!(nobody.code, 5, "{}", nobody.stderr);
}

#[test]
fn lists_page_by_cursor_and_show_each_item_once() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    for _ in 0..4 {
        service.token(&["read"], None);
    }
    let mut ids = Vec::new();
    let mut path = "/api/v1/tokens?limit=2".to_owned();
    loop {
        let page = service.get(&path, &service.admin).json();
        ids.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/tokens?limit=2&cursor={cursor}");
    }
    assert_eq!(ids.len(), 5);
    assert!(ids.is_sorted_by(|a, b| a < b));
    for limit in ["0", "1001", "-1", "x"] {
        assert_eq!(service.get(&format!("/api/v1/tokens?limit={limit}"), &service.admin).status, 400, "{limit}");
    }
}

#[test]
fn an_auditor_sees_who_administered_what_by_http_and_on_the_command_line() {
    let data = Data::new();
    let service = Service::start(&data.path(), "ledger.close_every_s = 1");
    let (id, token) = service.token(&["admin"], None);
    let site = serde_json::json!({ "name": "fra", "zone": "DE", "pue": 1.3 });
    assert_eq!(service.post("/api/v1/sites", &token, &site).status, 201);
    let page = service.get("/api/v1/ledger/actions?limit=1", &service.admin).json();
    let newest = &page["items"][0];
    assert_eq!(
        (&newest["kind"], &newest["by"], &newest["body"]["ppm"]),
        (&"pue".into(), &id.as_str().into(), &1_300_000.into())
    );
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = service.get(&format!("/api/v1/ledger/actions?limit=9&cursor={cursor}"), &service.admin).json();
    let kinds: Vec<&str> =
        next["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds, &next["items"][2]["by"]), (vec!["site", "token", "token"], &serde_json::Value::Null));
    assert!(!next.to_string().contains("wl_"));
    let (_, reader) = service.token(&["read"], None);
    assert_eq!(service.get("/api/v1/ledger/actions", &reader).status, 403);
    let printed = service.command(&service.admin, &["actions"]);
    assert!(printed.code == 0 && printed.stdout.contains("1300000") && printed.stdout.contains(&id), "{printed:?}");
    super::process::until(|| data.path().join("action-head").exists());
    assert_eq!(service.stop().0, 0);
    let verified = crate::command::wattledger(&["verify", "--data", data.path().to_str().unwrap()]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
    std::fs::write(data.path().join("action-head"), "").unwrap();
    let refused = crate::command::wattledger(&["verify", "--data", data.path().to_str().unwrap()]);
    assert!(
        refused.code == 1 && refused.stderr.contains("`action-head` beside the database names no head"),
        "{refused:?}"
    );
}
