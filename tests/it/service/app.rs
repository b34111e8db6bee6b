//! The web app as a browser gets it: pages, files, headers, whichever app was embedded.

use super::{Data, Service};

const BROWSER: (&str, &str) = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

#[test]
fn the_page_is_open_guarded_and_asked_for_again_each_time() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let page = service.send("GET", "/", "", &[BROWSER], b"");
    assert_eq!(page.status, 200);
    assert!(page.body.to_lowercase().contains("<!doctype html>"), "{page:?}");
    let expected = [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "content-security-policy",
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in expected {
        assert_eq!(page.headers[name], value, "{name}");
    }
    assert!(!page.body.contains("style=") && !page.body.contains("<script>"), "the policy refuses what is inline");
    let tag = page.headers["etag"].to_str().unwrap();
    let again = service.send("GET", "/", "", &[BROWSER, ("If-None-Match", tag)], b"");
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(again.headers["content-security-policy"], page.headers["content-security-policy"]);
    let packed = service.send("HEAD", "/", "", &[BROWSER, ("Accept-Encoding", "gzip")], b"");
    assert_eq!(packed.headers["content-encoding"], "gzip");
    assert_ne!(packed.headers["etag"], page.headers["etag"]);
}

#[test]
fn every_file_that_the_page_names_is_there_and_kept_for_ever() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let page = service.get("/", "").body;
    let named: Vec<&str> = page.split('"').filter(|text| text.starts_with("/assets/")).collect();
    if named.is_empty() {
        crate::skip::skip("the service was built without the web app");
    }
    for path in named {
        let file = service.get(path, "");
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.headers["cache-control"], "public, max-age=31536000, immutable");
    }
}

#[test]
fn a_deep_link_is_the_page_and_what_is_no_page_is_404() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let page = service.get("/", "").body;
    for path in ["/jobs/llama-7b.3", "/reports?from=2026-01-01", "/jobs/%3Cscript%3E"] {
        let reply = service.send("GET", path, "", &[BROWSER], b"");
        assert_eq!((reply.status, &reply.body), (200, &page), "{path}");
    }
    for path in ["/api/v1/nothing", "/api", "/sign-in", "/assets/gone.js", "/%2e%2e/etc/passwd", "/a%00", "//x"] {
        let reply = service.send("GET", path, "", &[BROWSER], b"");
        assert_eq!(reply.status, 404, "{path} {reply:?}");
        assert_eq!(reply.headers["content-type"], "application/problem+json");
    }
    assert_eq!(service.get("/jobs/llama", "").status, 404, "a program is told that there is nothing");
    assert_eq!(service.send("POST", "/jobs/llama", "", &[BROWSER], b"").status, 404);
    assert_eq!(service.send("GET", "/api/v1/jobs", "", &[BROWSER], b"").status, 401, "the API stays denied");
}

#[test]
fn an_answer_of_the_api_is_never_shown_as_a_page() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let reply = service.get("/api/v1/session", &service.admin);
    assert_eq!(reply.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
    assert_eq!(reply.headers["cross-origin-resource-policy"], "same-origin");
    assert_eq!(reply.headers["cache-control"], "no-store");
}
