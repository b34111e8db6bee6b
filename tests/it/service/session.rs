//! Signing in from a browser: the cookie stands in for the token, is worth no more, and cannot be used from another site.

use super::events::{listen_with, next};
use super::{Data, Reply, Service};
use serde_json::json;

const JSON: (&str, &str) = ("Content-Type", "application/json");
const SESSION: &str = "/api/v1/session";

/// A browser that has signed in.
struct Browser<'a> {
    service: &'a Service,
    cookie: String,
    csrf: String,
}

fn sign_in(service: &Service, token: &str, headers: &[(&str, &str)]) -> Reply {
    let body = serde_json::to_vec(&json!({ "token": token })).unwrap();
    service.send("POST", SESSION, "", &[&[JSON], headers].concat(), &body)
}

/// `name=value` of the cookie that is set.
fn cookie(reply: &Reply) -> String {
    let set = reply.headers["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

impl<'a> Browser<'a> {
    fn with(service: &'a Service, token: &str) -> Self {
        let reply = sign_in(service, token, &[]);
        assert_eq!(reply.status, 200, "{reply:?}");
        Self { service, cookie: cookie(&reply), csrf: reply.json()["csrf"].as_str().unwrap().to_owned() }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        self.service.send(method, path, "", &[&[("Cookie", &*self.cookie)], headers].concat(), body)
    }

    fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], b"")
    }

    fn add_project(&self, name: &str, headers: &[(&str, &str)]) -> u16 {
        let body = serde_json::to_vec(&json!({ "name": name })).unwrap();
        self.send("POST", "/api/v1/projects", &[&[JSON], headers].concat(), &body).status
    }
}

#[test]
fn a_session_says_who_it_is_and_may_what_its_token_may() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let (_, token) = service.token(&["read"], Some("alpha"));
    let reply = sign_in(&service, &token, &[]);
    let set = reply.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        set.starts_with("wattledger=") && set.ends_with("; HttpOnly; SameSite=Strict; Path=/; Max-Age=604800"),
        "{set}"
    );
    assert_eq!(reply.headers["cache-control"], "no-store");
    let said = reply.json();
    let csrf = said["csrf"].as_str().unwrap();
    assert_eq!(said, json!({ "name": "test", "scopes": ["read"], "project": "alpha", "csrf": csrf }));
    let browser = Browser { service: &service, cookie: cookie(&reply), csrf: csrf.to_owned() };
    assert_eq!(browser.get(SESSION).json(), said);
    assert_eq!(browser.get("/api/v1/jobs").status, 200);
    assert_eq!(browser.get("/metrics").status, 403, "bound to a project");
    assert_eq!(browser.add_project("beta", &[("X-CSRF-Token", csrf)]), 403, "it may read only");
    let bearer = service.get(SESSION, &token).json();
    assert_eq!(bearer, json!({ "name": "test", "scopes": ["read"], "project": "alpha", "csrf": null }));
}

#[test]
fn a_change_in_a_session_must_prove_that_it_comes_from_the_app() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let browser = Browser::with(&service, &service.admin);
    let other = Browser::with(&service, &service.admin);
    let (own, csrf) = (service.server(), browser.csrf.as_str());
    let localhost = own.replace("127.0.0.1", "localhost");
    assert_ne!(csrf, other.csrf);
    let matrix: &[(&[(&str, &str)], u16)] = &[
        (&[], 403),
        (&[("X-CSRF-Token", "")], 403),
        (&[("X-CSRF-Token", &other.csrf)], 403),
        (&[("Origin", &own)], 403),
        (&[("X-CSRF-Token", csrf), ("Origin", "https://evil.example")], 403),
        (&[("X-CSRF-Token", csrf), ("Origin", &localhost)], 403),
        (&[("X-CSRF-Token", csrf), ("Origin", "null")], 403),
        (&[("X-CSRF-Token", csrf)], 201),
        (&[("X-CSRF-Token", csrf), ("Origin", &own)], 201),
    ];
    for (number, (headers, status)) in matrix.iter().enumerate() {
        assert_eq!(browser.add_project(&format!("p{number}"), headers), *status, "{headers:?}");
    }
    let refused = browser.send("DELETE", SESSION, &[], b"");
    assert_eq!((refused.status, refused.json()["type"].as_str()), (403, Some("urn:wattledger:problem:cross-site")));
    // A bearer token needs no proof: no browser adds it by itself.
    assert_eq!(service.post("/api/v1/projects", &service.admin, &json!({ "name": "q" })).status, 201);
    // A wrong token is refused, whatever cookie comes with it.
    let both = service.send("GET", SESSION, "wl_00", &[("Cookie", &browser.cookie)], b"");
    assert_eq!(both.status, 401);
    assert_eq!(sign_in(&service, &service.admin, &[("Origin", "https://evil.example")]).status, 403);
}

#[test]
fn signing_in_again_or_out_and_revoking_the_token_end_a_session_at_once() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let (id, token) = service.token(&["read"], None);
    let first = Browser::with(&service, &token);
    let again = sign_in(&service, &token, &[("Cookie", &first.cookie)]);
    let second = Browser { service: &service, cookie: cookie(&again), csrf: String::new() };
    assert_ne!(first.cookie, second.cookie);
    assert_eq!([first.get(SESSION).status, second.get(SESSION).status], [401, 200]);
    let third = Browser::with(&service, &token);
    let mut signed_out = listen_with(&service, &format!("Cookie: {}", third.cookie));
    let out = third.send("DELETE", SESSION, &[("X-CSRF-Token", &third.csrf)], b"");
    assert_eq!(out.status, 204, "{out:?}");
    assert_eq!(out.headers["set-cookie"], "wattledger=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    assert_eq!([third.get(SESSION).status, second.get(SESSION).status], [401, 200]);
    assert_eq!(next(&mut signed_out), None);
    let mut stream = listen_with(&service, &format!("Cookie: {}", second.cookie));
    assert_eq!(service.send("DELETE", &format!("/api/v1/tokens/{id}"), &service.admin, &[], b"").status, 204);
    assert_eq!(second.get(SESSION).status, 401);
    assert_eq!(next(&mut stream), None);
    assert_eq!(sign_in(&service, &token, &[]).status, 401);
}

#[test]
fn a_page_gives_back_the_mark_that_somebody_is_signed_in() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let browser = Browser::with(&service, &service.admin);
    let marks = |cookie: &str, path: &str| {
        let page = service.send("GET", path, "", &[("Cookie", cookie), ("Accept", "text/html")], b"");
        page.headers.get("set-cookie").map(|set| set.to_str().unwrap().split(';').next().unwrap().to_owned())
    };
    for path in ["/", "/jobs/a-deep-link"] {
        assert_eq!(marks(&browser.cookie, path).as_deref(), Some("wattledger-signed-in=1"));
        assert_eq!(marks(&format!("{}; wattledger-signed-in=1", browser.cookie), path), None);
        assert_eq!(marks("other=1", path), None);
    }
    assert_eq!(marks(&browser.cookie, "/api/v1/jobs"), None);
}

#[test]
fn a_session_survives_a_restart_and_its_events_are_those_of_its_project() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let admin = service.admin.clone();
    let (_, token) = service.token(&["read"], Some("alpha"));
    let cookie = Browser::with(&service, &token).cookie;
    drop(service);
    let service = Service::start(&data.path(), "");
    let mut own = listen_with(&service, &format!("Cookie: {cookie}"));
    for project in ["beta", "alpha"] {
        assert_eq!(service.post("/api/v1/projects", &admin, &json!({ "name": project })).status, 201);
    }
    assert_eq!(next(&mut own).unwrap()["id"], "alpha");
}

#[test]
fn the_printed_link_signs_in_once_and_a_look_does_not_use_it_up() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let link = service.sign_in.clone();
    assert_eq!(service.send("HEAD", &link, "", &[], b"").status, 204);
    let prefetch = service.send("GET", &link, "", &[("Sec-Purpose", "prefetch;prerender")], b"");
    assert!(prefetch.status == 204 && !prefetch.headers.contains_key("set-cookie"), "{prefetch:?}");
    let visit = service.get(&link, "");
    assert_eq!((visit.status, visit.headers["location"].to_str().unwrap()), (303, "/"), "{visit:?}");
    let browser = Browser { service: &service, cookie: cookie(&visit), csrf: String::new() };
    let said = browser.get(SESSION).json();
    assert_eq!((&said["name"], &said["scopes"]), (&json!("first admin"), &json!(["admin"])));
    for used_up in [link.as_str(), "/sign-in/x", "/sign-in/%00"] {
        let again = service.get(used_up, "");
        assert!(again.status == 410 && !again.headers.contains_key("set-cookie"), "{again:?}");
        assert!(
            again.headers["content-type"].to_str().unwrap().starts_with("text/html") && again.body.contains("expired")
        );
    }
}

#[test]
fn failed_sign_ins_run_into_a_limit_and_good_ones_do_not() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    for _ in 0..40 {
        assert_eq!(sign_in(&service, &service.admin, &[]).status, 200);
    }
    let refused = (0..60).map(|_| sign_in(&service, "wl_00", &[])).find(|reply| reply.status != 401).unwrap();
    assert_eq!(refused.status, 429, "{refused:?}");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(service.get(SESSION, &service.admin).status, 200);
    // Whoever shares the address with a stranger that fails is not locked out.
    for _ in 0..5 {
        assert!((0..30).any(|_| sign_in(&service, "wl_00", &[]).status == 429));
        assert_eq!(sign_in(&service, &service.admin, &[]).status, 200);
    }
    let by_link = service.get(&service.sign_in, "");
    assert_eq!(by_link.status, 303, "{by_link:?}");
}

#[test]
fn neither_cookie_nor_link_nor_csrf_value_is_stored_or_logged() {
    let data = Data::new();
    let service = Service::start(&data.path(), "log_level = \"trace\"");
    let link = service.sign_in.trim_start_matches("/sign-in/").to_owned();
    let browser = Browser::with(&service, &service.admin);
    assert_eq!(browser.get(SESSION).status, 200);
    let (cookie, csrf) = (browser.cookie.split_once('=').unwrap().1.to_owned(), browser.csrf.clone());
    let (code, mut kept) = service.stop();
    assert_eq!(code, 0);
    for entry in std::fs::read_dir(data.path()).unwrap() {
        kept += &String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap());
    }
    assert!(kept.contains(&cookie[..16]) && kept.contains(&link[..16]), "the ids are there");
    for secret in [&cookie[16..], &link[16..], &csrf] {
        assert!(!kept.contains(secret), "a secret can be read back");
    }
}
