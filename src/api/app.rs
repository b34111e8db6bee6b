//! The web app: the files that `build.rs` embedded, compressed, under `/`.
//!
//! A file is found by its exact path; no path is decoded, joined or looked up on a disk. What is no file and is asked for by a browser as a page is
//! a page of the app, which finds out itself what to show: so that every state has a URL that can be opened.

use super::cookie::{self, SignIn};
use super::problem::Problem;
use crate::session;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Mutex, PoisonError};

/// A file of the app.
#[derive(Debug)]
struct AppFile {
    /// From `/` on.
    path: &'static str,
    media_type: &'static str,
    /// Of the content, in hexadecimal.
    hash: &'static str,
    /// Whether `bytes` are compressed with gzip.
    is_gzip: bool,
    bytes: &'static [u8],
}

/// By path; `/index.html` is always there.
static FILES: &[AppFile] = include!(concat!(env!("OUT_DIR"), "/app.rs"));

/// What was unpacked for clients that do not take gzip, by path; answers share it.
static UNPACKED: Mutex<BTreeMap<&str, Bytes>> = Mutex::new(BTreeMap::new());

/// What is no page of the app: without a route there it is nothing.
const RESERVED: [&str; 6] = ["/api", "/healthz", "/metrics", "/openapi.json", "/readyz", "/sign-in"];
/// Where the names of files contain a hash of their content.
const HASHED: &str = "/assets/";
const PAGE: &str = "/index.html";
const REVALIDATED: HeaderValue = HeaderValue::from_static("no-cache");

/// The app's own files and nothing else, nothing inline and nothing from a `data:` address.
const POLICY: &str =
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Answers what no route does.
pub(super) fn answer(request: &Request, sign_in: SignIn) -> Response {
    let mut response = answer_from(FILES, request.method(), request.uri().path(), request.headers());
    let is_page = response.headers().get(header::CACHE_CONTROL) == Some(&REVALIDATED);
    // The app asks who is signed in only where the mark says that somebody is.
    if let Some(mark) = cookie::missing_mark(request.headers(), sign_in, session::AGE_MAX).filter(|_| is_page) {
        response.headers_mut().append(header::SET_COOKIE, mark);
    }
    response
}

fn answer_from(files: &'static [AppFile], method: &Method, path: &str, headers: &HeaderMap) -> Response {
    let find = |path: &str| files.iter().find(|file| file.path == path);
    let file = match path {
        _ if !matches!(*method, Method::GET | Method::HEAD) => None,
        "/" => find(PAGE),
        _ => find(path).or_else(|| find(PAGE).filter(|_| is_page(path, headers))),
    };
    match file {
        Some(file) => file.answer(headers),
        None => Problem::no_route(path).into_response(),
    }
}

/// Whether a browser asks for `path` as a page that the app may have.
fn is_page(path: &str, headers: &HeaderMap) -> bool {
    let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut kinds = accepted.flat_map(|value| value.split(',')).map(|kind| kind.split(';').next().unwrap_or_default());
    kinds.any(|kind| kind.trim().eq_ignore_ascii_case("text/html"))
        && !path.starts_with(HASHED)
        && !RESERVED.iter().any(|reserved| below(reserved))
        && !is_hostile(path)
}

/// Paths that no link of the app has and that other programs trip over: steps up, separators and control characters in disguise.
fn is_hostile(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let dots = lower.replace("%2e", ".");
    dots.split('/').any(|part| matches!(part, "." | ".."))
        || ["%2f", "%5c", "\\", "%0", "%1", "%7f", "//"].iter().any(|sign| lower.contains(sign))
}

impl AppFile {
    fn answer(&self, headers: &HeaderMap) -> Response {
        let as_gzip = self.is_gzip && accepts_gzip(headers);
        // Two representations are two entities, each with a tag of its own.
        let tag = format!("\"{}{}\"", self.hash, if as_gzip { "-gzip" } else { "" });
        let mut response = if is_known(headers, &tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            match self.body(as_gzip) {
                Ok(body) => self.whole(body, as_gzip),
                Err(error) => {
                    tracing::error!(%error, path = self.path, "an embedded file cannot be unpacked");
                    return Problem::internal().into_response();
                }
            }
        };
        let is_hashed = self.path.starts_with(HASHED);
        let caching =
            if is_hashed { HeaderValue::from_static("public, max-age=31536000, immutable") } else { REVALIDATED };
        let fields = response.headers_mut();
        fields.insert(header::CACHE_CONTROL, caching);
        fields.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        fields.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
        if let Ok(tag) = HeaderValue::try_from(tag) {
            fields.insert(header::ETAG, tag);
        }
        response
    }

    fn body(&self, as_gzip: bool) -> std::io::Result<Bytes> {
        if as_gzip || !self.is_gzip {
            return Ok(Bytes::from_static(self.bytes));
        }
        let mut unpacked = UNPACKED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = unpacked.get(self.path) {
            return Ok(known.clone());
        }
        let mut whole = Vec::new();
        flate2::read::GzDecoder::new(self.bytes).read_to_end(&mut whole)?;
        Ok(unpacked.entry(self.path).or_insert(whole.into()).clone())
    }

    fn whole(&self, body: Bytes, as_gzip: bool) -> Response {
        let mut response = Response::new(Body::from(body));
        let fields = response.headers_mut();
        fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        if as_gzip {
            fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

/// Whether gzip is accepted: named, and not with a weight of nought (RFC 9110, 12.5.3).
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        is_gzip && weight.is_none_or(|weight| weight > 0.0)
    })
}

/// Whether the client has the entity of this tag (RFC 9110, 13.1.2: compared weakly).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut known = values.flat_map(|value| value.split(',')).map(str::trim);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    /// `alert(1)` and a page, as they are embedded.
    static APP: &[AppFile] = &[
        AppFile {
            path: "/assets/index-a1.js",
            media_type: "text/javascript; charset=utf-8",
            hash: "11",
            is_gzip: true,
            bytes: include_bytes!("../../tests/it/service/alert.js.gz"),
        },
        AppFile { path: PAGE, media_type: "text/html; charset=utf-8", hash: "22", is_gzip: false, bytes: b"<title>" },
    ];
    const SCRIPT: &[u8] = b"alert(1)\n";

    fn get(path: &str, pairs: &[(header::HeaderName, &str)]) -> Response {
        let pairs = pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap()));
        answer_from(APP, &Method::GET, path, &pairs.collect())
    }

    fn body(response: Response) -> Vec<u8> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(to_bytes(response.into_body(), usize::MAX)).unwrap().to_vec()
    }

    #[test]
    fn a_file_is_sent_compressed_to_those_who_say_so_and_unpacked_to_others() {
        for (accepted, is_gzip) in
            [("gzip", true), ("br, GZIP;q=0.5", true), ("gzip;q=0", false), ("br", false), ("", false)]
        {
            let sent = get("/assets/index-a1.js", &[(header::ACCEPT_ENCODING, accepted)]);
            assert_eq!(sent.headers().contains_key(header::CONTENT_ENCODING), is_gzip, "{accepted}");
            let tag = if is_gzip { "\"11-gzip\"" } else { "\"11\"" };
            assert_eq!(sent.headers()[header::ETAG], tag);
            assert_eq!(sent.headers()[header::VARY], "Accept, Accept-Encoding");
            let expected = if is_gzip { APP[0].bytes } else { SCRIPT };
            assert_eq!(body(sent), expected, "{accepted}");
        }
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        for (known, status) in
            [("\"11\"", 304), ("W/\"11\"", 304), ("\"0\", \"11\"", 304), ("*", 304), ("\"11-gzip\"", 200), ("11", 200)]
        {
            let answer = get("/assets/index-a1.js", &[(header::IF_NONE_MATCH, known)]);
            assert_eq!(answer.status(), status, "{known}");
            assert_eq!(answer.headers()[header::ETAG], "\"11\"");
            assert_eq!(body(answer).is_empty(), status == 304);
        }
    }

    #[test]
    fn hashed_files_are_kept_for_ever_and_the_page_is_asked_for_each_time() {
        let caching = |path| get(path, &[]).headers()[header::CACHE_CONTROL].clone();
        assert_eq!(caching("/assets/index-a1.js"), "public, max-age=31536000, immutable");
        assert_eq!([caching("/"), caching("/index.html")], ["no-cache", "no-cache"]);
    }

    #[test]
    fn a_page_of_the_app_is_what_a_browser_asks_for_as_a_page_and_nothing_else() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for (path, accept, is_app) in [
            ("/", "*/*", true),
            ("/index.html", "", true),
            ("/jobs/llama-7b.3", browser, true),
            ("/jobs/a..b", browser, true),
            ("/apiary", browser, true),
            ("/jobs/llama", "*/*", false),
            ("/jobs/llama", "application/json", false),
            ("/favicon.ico", "image/avif,image/webp,*/*;q=0.8", false),
            ("/assets/gone-b2.js", browser, false),
            ("/api", browser, false),
            ("/api/v1/nothing", browser, false),
            ("/metrics/x", browser, false),
            ("/openapi.json/", browser, false),
            ("/sign-in", browser, false),
        ] {
            let status = get(path, &[(header::ACCEPT, accept)]).status().as_u16();
            assert_eq!(status, if is_app { 200 } else { 404 }, "{path} {accept}");
        }
        let post = answer_from(APP, &Method::POST, "/", &HeaderMap::new());
        assert_eq!(post.status(), 404);
    }

    #[test]
    fn paths_in_disguise_are_nothing() {
        for path in [
            "/..",
            "/../etc/passwd",
            "/assets/../index.html",
            "/jobs/%2e%2e/x",
            "/jobs/.%2E/x",
            "/jobs/%2e",
            "/%2fetc",
            "/a%00b",
            "/a%0d%0ab",
            "/a\\b",
            "/a%5Cb",
            "//evil.example",
        ] {
            assert_eq!(get(path, &[(header::ACCEPT, "text/html")]).status(), 404, "{path}");
        }
    }

    #[test]
    fn what_is_embedded_unpacks_and_has_a_page() {
        assert!(FILES.iter().any(|file| file.path == PAGE));
        for file in FILES {
            assert!(!file.body(false).unwrap().is_empty() || file.bytes.is_empty(), "{}", file.path);
        }
    }
}
