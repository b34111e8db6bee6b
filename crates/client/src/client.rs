//! Makes calls: TLS, proxy and time limits of every one of them.

use crate::address::{AddressError, check_address, is_loopback};
use crate::answer::Answer;
use crate::call::{Call, CallLimits, Content};
use crate::certificate::CertificateError;
use crate::public::PublicResolver;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use ureq::config::Config;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Proxy, Timeout, http};

/// Longest wait for a connection, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The file cannot be read, or holds no certificate.
    #[error("ca_file {path}: {cause}; give a PEM file with the certificates to trust")]
    Certificates {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: io::Error,
    },
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The address cannot be called, or not with a token.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The address or the token holds a character that HTTP does not allow.
    #[error("the request cannot be sent: {0}")]
    Request(#[from] http::Error),
    /// The time limit passed.
    #[error("no answer within {} s", .0.as_secs_f64())]
    Late(Duration),
    /// What answers shows a certificate that is not accepted.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// There is no connection, so that nothing was heard.
    #[error("{0}")]
    Unreached(String),
    /// The connection broke, or what answers speaks no HTTP.
    #[error("{0}")]
    Connection(String),
}

/// Calls other machines; a clone shares its connections.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    proxy: Option<Proxy>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// A client that names itself `user_agent` (`wattledger/1.2.3`) and trusts the certificates in the PEM file `ca_file`
    /// instead of the public authorities.
    ///
    /// The environment's proxy is read here. A proxy that cannot be parsed counts as none.
    ///
    /// # Errors
    ///
    /// [`ClientError::Certificates`].
    pub fn new(user_agent: &str, ca_file: Option<&Path>) -> Result<Self, ClientError> {
        Self::with_proxy(user_agent, ca_file, Proxy::try_from_env())
    }

    /// As [`Client::new`], but it calls only hosts on the public internet: none that is loopback, link-local, private, multicast, reserved, or a
    /// cloud's metadata service. The environment's proxy is not used, as a proxy looks names up by itself, and what was checked need not be
    /// what it calls.
    ///
    /// # Errors
    ///
    /// [`ClientError::Certificates`].
    pub fn to_public_hosts(user_agent: &str, ca_file: Option<&Path>) -> Result<Self, ClientError> {
        let config = config(user_agent, ca_file)?;
        let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), PublicResolver::default());
        Ok(Self { agent, proxy: None })
    }

    fn with_proxy(user_agent: &str, ca_file: Option<&Path>, proxy: Option<Proxy>) -> Result<Self, ClientError> {
        Ok(Self { agent: config(user_agent, ca_file)?.new_agent(), proxy })
    }

    /// Makes `call` once and reads the answer, whatever its status.
    ///
    /// # Errors
    ///
    /// [`SendError`]: there was no answer. An answer whose body broke off is one, and says so.
    pub fn send(&self, call: &Call<'_>) -> Result<Answer, SendError> {
        let token = call.token.filter(|token| !token.is_empty());
        let is_local = check_address(call.url, token.is_some())?.host().is_some_and(is_loopback);
        let mut head = http::Request::builder().method(call.method.clone()).uri(call.url);
        if let Some(token) = token {
            head = head.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in call.headers {
            head = head.header(*name, *value);
        }
        let proxy = self.proxy.clone().filter(|_| !is_local);
        let limits = call.limits;
        let answer = match call.content {
            None => self.run(head.body(())?, proxy, limits),
            Some(Content { media_type, encoding, bytes }) => {
                head = head.header("Content-Type", media_type);
                if let Some(encoding) = encoding {
                    head = head.header("Content-Encoding", encoding);
                }
                self.run(head.body(bytes)?, proxy, limits)
            }
        };
        answer.map(|answer| Answer::read(answer, limits)).map_err(|error| match error {
            ureq::Error::Timeout(Timeout::Connect) => SendError::Late(CONNECT_TIMEOUT.min(limits.time)),
            ureq::Error::Timeout(_) => SendError::Late(limits.time),
            ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => SendError::Unreached(error.to_string()),
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                SendError::Unreached(error.to_string())
            }
            ureq::Error::Io(error) => connection(error.to_string()),
            ureq::Error::Other(error) => connection(error.to_string()),
            error => connection(error.to_string()),
        })
    }

    fn run<B: ureq::AsSendBody>(
        &self,
        request: http::Request<B>,
        proxy: Option<Proxy>,
        limits: CallLimits,
    ) -> Result<http::Response<ureq::Body>, ureq::Error> {
        let configured = self.agent.configure_request(request).proxy(proxy);
        let connect = CONNECT_TIMEOUT.min(limits.time);
        self.agent.run(configured.timeout_connect(Some(connect)).timeout_global(Some(limits.time)).build())
    }
}

/// Why a connection failed, by what the TLS library says of it.
fn connection(said: String) -> SendError {
    CertificateError::of(&said).map_or(SendError::Connection(said), SendError::Certificate)
}

fn config(user_agent: &str, ca_file: Option<&Path>) -> Result<Config, ClientError> {
    let mut tls = TlsConfig::builder();
    if let Some(path) = ca_file {
        tls = tls.root_certs(certificates(path)?);
    }
    Ok(ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(user_agent)
        .tls_config(tls.build())
        .build())
}

/// The certificates in the PEM file at `path`.
fn certificates(path: &Path) -> Result<RootCerts, ClientError> {
    let failed = |cause| ClientError::Certificates { path: path.to_owned(), cause };
    let pem = std::fs::read(path).map_err(failed)?;
    let mut found = Vec::new();
    for item in ureq::tls::parse_pem(&pem) {
        if let ureq::tls::PemItem::Certificate(certificate) = item.map_err(|error| failed(io::Error::other(error)))? {
            found.push(certificate);
        }
    }
    if found.is_empty() {
        return Err(failed(io::Error::other("holds no certificate")));
    }
    Ok(RootCerts::Specific(Arc::new(found)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpListener};
    use std::thread::JoinHandle;
    use ureq::http::Method;

    /// Answers one connection with `answer`; what came in is the thread's result.
    fn server(answer: &'static str) -> (SocketAddr, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let heard = request(&mut stream);
            stream.write_all(answer.as_bytes()).unwrap();
            heard
        });
        (address, served)
    }

    /// A whole request: its head, and as many bytes as that announces.
    fn request(stream: &mut impl Read) -> String {
        let mut heard = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&heard).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let announced = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
                if body.len() >= announced.parse().unwrap() {
                    return text;
                }
            }
            let mut part = [0; 4_096];
            let length = stream.read(&mut part).unwrap();
            assert!(length > 0, "the request ends early: {text}");
            heard.extend_from_slice(&part[..length]);
        }
    }

    fn client(proxy: Option<&str>) -> Client {
        Client::with_proxy("test/1", None, proxy.map(|proxy| Proxy::new(proxy).unwrap())).unwrap()
    }

    fn get(url: &str) -> Call<'_> {
        let limits = CallLimits { time: Duration::from_secs(20), answer_bytes: 8 };
        Call { method: Method::GET, url, token: None, headers: &[], content: None, limits }
    }

    #[test]
    fn a_request_goes_out_as_described_and_the_answer_comes_back_up_to_its_limit() {
        let (address, heard) = server("HTTP/1.1 503 x\r\nretry-after: 7\r\ncontent-length: 9\r\n\r\n123456789");
        let content = Content { media_type: "text/csv", encoding: Some("gzip"), bytes: b"a,b" };
        let url = format!("http://{address}/path?x=1");
        let call = Call { method: Method::POST, token: Some("wl_x"), content: Some(content), ..get(&url) };
        let answer = client(None).send(&call).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (503, &b"12345678"[..]));
        assert_eq!(answer.incomplete.as_deref(), Some("it is longer than 8 bytes"));
        assert_eq!(answer.retry_after(units::Timestamp::default()), Some(Duration::from_secs(7)));
        let heard = heard.join().unwrap();
        assert!(heard.starts_with("POST /path?x=1 HTTP/1.1\r\n") && heard.ends_with("\r\n\r\na,b"), "{heard}");
        for line in
            ["authorization: Bearer wl_x", "content-type: text/csv", "content-encoding: gzip", "user-agent: test/1"]
        {
            assert!(heard.lines().any(|found| found.eq_ignore_ascii_case(line)), "{line}: {heard}");
        }
    }

    #[test]
    fn a_redirect_is_an_answer_and_not_followed() {
        let (address, heard) = server("HTTP/1.1 307 x\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
        let answer = client(None).send(&get(&format!("http://{address}"))).unwrap();
        assert_eq!((answer.status, answer.location.as_deref()), (307, Some("http://127.0.0.1:1/")));
        heard.join().unwrap();
    }

    #[test]
    fn a_body_that_breaks_off_is_an_incomplete_answer() {
        let (address, heard) = server("HTTP/1.1 200 x\r\ncontent-length: 7\r\n\r\n123");
        let answer = client(None).send(&get(&format!("http://{address}"))).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"123"[..]));
        assert!(answer.incomplete.is_some());
        heard.join().unwrap();
    }

    #[test]
    fn a_token_is_not_sent_in_the_clear() {
        let call = Call { token: Some("wl_x"), ..get("http://wattledger.example") };
        assert!(matches!(client(None).send(&call), Err(SendError::Address(AddressError::Cleartext { .. }))));
    }

    #[test]
    fn a_proxy_takes_what_goes_to_other_machines_and_nothing_else() {
        let refusal = "HTTP/1.1 502 x\r\ncontent-length: 0\r\n\r\n";
        let (proxy, heard) = server(refusal);
        let client = client(Some(&format!("http://{proxy}")));
        for host in ["127.0.0.1", "localhost"] {
            let (address, direct) = server(refusal);
            let url = format!("http://{host}:{}/", address.port());
            assert_eq!(client.send(&get(&url)).unwrap().status, 502, "{url}");
            assert!(direct.join().unwrap().starts_with("GET / "), "{url}");
        }
        // The proxy refuses; what counts is that it was asked.
        drop(client.send(&get("https://wattledger.example/")));
        assert!(heard.join().unwrap().starts_with("CONNECT wattledger.example:443 "));
    }

    #[test]
    fn a_client_to_public_hosts_opens_no_connection_to_others() {
        let client = Client::to_public_hosts("test/1", None).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        // The system reads all of these as loopback.
        for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"] {
            let error = client.send(&get(&format!("http://{host}:{port}/"))).unwrap_err().to_string();
            assert!(error.starts_with("the host has the address ") && error.ends_with("not public"), "{host}: {error}");
        }
        for host in ["169.254.169.254", "[fd00:ec2::254]", "10.1.2.3", "[fe80::1]"] {
            let error = client.send(&get(&format!("https://{host}/"))).unwrap_err().to_string();
            assert!(error.ends_with("which is not public"), "{host}: {error}");
        }
        assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn headers_go_along() {
        let (address, heard) = server("HTTP/1.1 204 x\r\n\r\n");
        let url = format!("http://{address}/");
        client(None).send(&Call { headers: &[("X-Signature", "t=1,v1=2")], ..get(&url) }).unwrap();
        assert!(heard.join().unwrap().to_lowercase().contains("\r\nx-signature: t=1,v1=2\r\n"));
    }

    #[test]
    fn a_silent_machine_is_given_up_after_the_time_limit() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let limits = CallLimits { time: Duration::from_millis(200), answer_bytes: 8 };
        let error = client(None).send(&Call { limits, ..get(&url) }).unwrap_err();
        assert_eq!(error.to_string(), "no answer within 0.2 s");
    }

    #[test]
    fn a_file_without_certificates_is_named() {
        let error = Client::new("test/1", Some(Path::new("/nonexistent/ca.pem"))).unwrap_err();
        assert!(error.to_string().starts_with("ca_file /nonexistent/ca.pem: No such file"), "{error}");
        let error = Client::new("test/1", Some(&Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))).unwrap_err();
        assert!(error.to_string().contains("holds no certificate"), "{error}");
    }
}
