//! The cookie of a session, and whether a request comes from the app itself.
//!
//! Over TLS the cookie is `__Host-wattledger` with `Secure`, which no other host, plain connection or path can set or read. On this machine
//! (`http://127.0.0.1`, `http://localhost`) it is `wattledger`, because a browser keeps no secure cookie there. A second cookie,
//! `wattledger-signed-in=1`, holds no secret and may be read by the app, which asks who is signed in only if it is there.

use super::problem::Problem;
use crate::access::Secret;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::AppendHeaders;
use client::is_loopback;
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use units::Span;

const SECURE_NAME: &str = "__Host-wattledger";
const LOOPBACK_NAME: &str = "wattledger";
const MARK: &str = "wattledger-signed-in";

/// How browsers reach the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignIn {
    /// The service speaks TLS.
    Tls,
    /// The service speaks plain HTTP, to this machine or to what ends TLS in front of it.
    Plain,
}

impl SignIn {
    fn is_secure(self, headers: &HeaderMap) -> bool {
        self == Self::Tls || !host(headers).is_some_and(|host| is_loopback(&host))
    }

    fn cookie_name(self, headers: &HeaderMap) -> &'static str {
        if self.is_secure(headers) { SECURE_NAME } else { LOOPBACK_NAME }
    }
}

fn host(headers: &HeaderMap) -> Option<String> {
    let authority: axum::http::uri::Authority = headers.get(header::HOST)?.to_str().ok()?.parse().ok()?;
    Some(authority.host().to_ascii_lowercase())
}

/// The secret in the session's cookie, if the cookie is there exactly once and well formed.
///
/// Parsed by hand: a jar of the crate `cookie` keeps the last of several cookies of one name, where two of them are refused here, as one may
/// have been set by another host of the domain.
pub(crate) fn read(headers: &HeaderMap, sign_in: SignIn) -> Option<Secret> {
    let name = sign_in.cookie_name(headers);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut values = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(key, value)| (key == name).then_some(value));
    let secret = values.next().and_then(Secret::parse)?;
    values.next().is_none().then_some(secret)
}

/// The headers `Set-Cookie` of an answer: the session, and the mark that the app may read.
pub(crate) type Lines = AppendHeaders<[(header::HeaderName, HeaderValue); 2]>;

/// Begins a session in the browser.
pub(crate) fn begin(headers: &HeaderMap, sign_in: SignIn, secret: &Secret, age_max: Span) -> Option<Lines> {
    lines(headers, sign_in, Values { session: secret.reveal(), mark: "1" }, seconds(age_max))
}

/// The mark alone, for a browser that has the cookie of a session without it, as after its cookies were restored from a backup.
pub(crate) fn missing_mark(headers: &HeaderMap, sign_in: SignIn, age_max: Span) -> Option<HeaderValue> {
    let mut lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let has_mark = lines.any(|line| line.split(';').any(|pair| pair.trim() == format!("{MARK}=1")));
    read(headers, sign_in).filter(|_| !has_mark)?;
    HeaderValue::try_from(mark(headers, sign_in, "1", seconds(age_max))).ok()
}

/// Ends the session in the browser: both cookies lose their value and expire at once.
pub(crate) fn end(headers: &HeaderMap, sign_in: SignIn) -> Option<Lines> {
    lines(headers, sign_in, Values { session: "", mark: "" }, Duration::ZERO)
}

/// Values of the two cookies.
struct Values<'a> {
    session: &'a str,
    mark: &'a str,
}

fn seconds(age: Span) -> Duration {
    Duration::seconds(i64::try_from(age.nanoseconds() / 1_000_000_000).unwrap_or(i64::MAX))
}

fn lines(headers: &HeaderMap, sign_in: SignIn, values: Values<'_>, age: Duration) -> Option<Lines> {
    let mut session = strict(sign_in.cookie_name(headers), values.session, age);
    session.set_http_only(true);
    session.set_secure(sign_in.is_secure(headers));
    let mark = mark(headers, sign_in, values.mark, age);
    let (mut session, mark) = (HeaderValue::try_from(session.to_string()).ok()?, HeaderValue::try_from(mark).ok()?);
    session.set_sensitive(true);
    Some(AppendHeaders([(header::SET_COOKIE, session), (header::SET_COOKIE, mark)]))
}

fn mark(headers: &HeaderMap, sign_in: SignIn, value: &str, age: Duration) -> String {
    let mut mark = strict(MARK, value, age);
    mark.set_secure(sign_in.is_secure(headers));
    mark.to_string()
}

/// A cookie for every path of this host that no other site's page can send.
fn strict<'a>(name: &'a str, value: &'a str, age: Duration) -> Cookie<'a> {
    Cookie::build((name, value)).path("/").max_age(age).same_site(SameSite::Strict).build()
}

/// Refuses a request whose header `Origin`, if there is one, names another service than this.
pub(crate) fn expect_same_origin(headers: &HeaderMap, sign_in: SignIn) -> Result<(), Problem> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else { return Ok(()) };
    let is_same = origins.next().is_none() && is_own(origin, headers, sign_in).unwrap_or(false);
    if is_same {
        return Ok(());
    }
    Err(Problem::cross_site(format!(
        "the request comes from {origin:?}, which is not this service; what ends TLS in front of it must pass on the header Host"
    )))
}

fn is_own(origin: &HeaderValue, headers: &HeaderMap, sign_in: SignIn) -> Option<bool> {
    let origin: Uri = origin.to_str().ok()?.parse().ok()?;
    let scheme = origin.scheme_str()?;
    let is_served = if sign_in == SignIn::Tls { scheme == "https" } else { matches!(scheme, "http" | "https") };
    let default_port = if scheme == "https" { 443 } else { 80 };
    let asked: axum::http::uri::Authority = headers.get(header::HOST)?.to_str().ok()?.parse().ok()?;
    let place = |authority: &axum::http::uri::Authority| {
        (authority.host().to_ascii_lowercase(), authority.port_u16().unwrap_or(default_port))
    };
    Some(is_served && place(origin.authority()?) == place(&asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn only_on_this_machine_without_tls_the_cookie_does_without_secure() {
        let secret = Secret::generate().unwrap();
        for (host, sign_in, is_secure) in [
            ("127.0.0.1:8780", SignIn::Plain, false),
            ("localhost:8780", SignIn::Plain, false),
            ("LOCALHOST", SignIn::Plain, false),
            ("[::1]:8780", SignIn::Plain, false),
            ("wattledger.example", SignIn::Plain, true),
            ("localhost.example", SignIn::Plain, true),
            ("127.0.0.1.example:80", SignIn::Plain, true),
            ("127.0.0.1:8780", SignIn::Tls, true),
            ("wattledger.example", SignIn::Tls, true),
        ] {
            let asked = headers(&[(header::HOST, host)]);
            let AppendHeaders([(_, set), (_, mark)]) = begin(&asked, sign_in, &secret, Span::from_seconds(60)).unwrap();
            let mark_expected = format!(
                "wattledger-signed-in=1; SameSite=Strict{}; Path=/; Max-Age=60",
                if is_secure { "; Secure" } else { "" }
            );
            assert_eq!(mark, mark_expected, "{host}");
            let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
            let expected = if is_secure { "; Secure" } else { "" };
            assert_eq!(name == "__Host-wattledger", is_secure, "{host}");
            let text = secret.reveal();
            assert_eq!(rest, format!("{text}; HttpOnly; SameSite=Strict{expected}; Path=/; Max-Age=60"), "{host}");
            let cookie = format!("other=1; {name}={text}");
            let back = headers(&[(header::HOST, host), (header::COOKIE, &cookie)]);
            assert_eq!(read(&back, sign_in).as_ref(), Some(&secret), "{host}");
        }
    }

    #[test]
    fn a_cookie_of_the_other_name_or_told_twice_is_none() {
        let text = Secret::generate().unwrap().reveal().to_owned();
        let found = |host: &str, cookie: &str| {
            read(&headers(&[(header::HOST, host), (header::COOKIE, cookie)]), SignIn::Plain).is_some()
        };
        assert!(found("localhost", &format!("wattledger={text}")));
        for (host, cookie) in [
            ("wattledger.example", format!("wattledger={text}")),
            ("localhost", format!("__Host-wattledger={text}")),
            ("localhost", format!("wattledger={text}; wattledger={text}")),
            ("localhost", format!("wattledger={text}0")),
            ("localhost", "wattledger=".to_owned()),
        ] {
            assert!(!found(host, &cookie), "{host} {cookie}");
        }
    }

    #[test]
    fn another_origin_is_refused_and_none_is_no_sign_of_one() {
        for (origin, host, sign_in, is_same) in [
            ("http://127.0.0.1:8780", "127.0.0.1:8780", SignIn::Plain, true),
            ("https://wattledger.example", "wattledger.example", SignIn::Plain, true),
            ("https://wattledger.example", "wattledger.example:443", SignIn::Tls, true),
            ("https://WATTLEDGER.example", "wattledger.EXAMPLE", SignIn::Tls, true),
            ("http://wattledger.example", "wattledger.example", SignIn::Tls, false),
            ("http://127.0.0.1:8781", "127.0.0.1:8780", SignIn::Plain, false),
            ("http://localhost:8780", "127.0.0.1:8780", SignIn::Plain, false),
            ("https://evil.example", "wattledger.example", SignIn::Tls, false),
            ("https://wattledger.example.evil.example", "wattledger.example", SignIn::Tls, false),
            ("ftp://wattledger.example", "wattledger.example", SignIn::Plain, false),
            ("null", "wattledger.example", SignIn::Plain, false),
            ("", "wattledger.example", SignIn::Plain, false),
        ] {
            let asked = headers(&[(header::HOST, host), (header::ORIGIN, origin)]);
            assert_eq!(expect_same_origin(&asked, sign_in).is_ok(), is_same, "{origin} at {host}");
        }
        assert!(expect_same_origin(&headers(&[(header::HOST, "x")]), SignIn::Tls).is_ok());
    }
}
