//! TLS by two lines: the service, the command line and the agent trust a certificate of the site's own, and nothing else gets in.

use super::{Data, Service};
use crate::postgres::{Postgres, unprivileged};
use crate::skip::{runs, skip};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use wattledger::store::{LedgerPassword, LedgerServer, Store};

/// A private authority, a certificate of it for 127.0.0.1, and the key: `ca.pem`, `certificate.pem`, `key.pem`.
pub(crate) fn certificates(folder: &std::path::Path) -> [PathBuf; 3] {
    certificates_for(folder, "127.0.0.1")
}

/// The same for the host `name`.
fn certificates_for(folder: &std::path::Path, name: &str) -> [PathBuf; 3] {
    let authority = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&authority).unwrap();
    let issuer = Issuer::new(params, authority);
    let own = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&own, &issuer).unwrap();
    let files = ["ca.pem", "certificate.pem", "key.pem"].map(|name| folder.join(name));
    for (file, text) in files.iter().zip([ca.pem(), certificate.pem(), own.serialize_pem()]) {
        std::fs::write(file, text).unwrap();
    }
    files
}

fn wattledger(service: &Service, environment: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_wattledger"))
        .args(arguments)
        .env("WATTLEDGER_SERVER", format!("https://{}", service.address))
        .env("WATTLEDGER_TOKEN", &service.admin)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn a_site_s_own_certificate_is_trusted_where_it_is_named_and_only_there() {
    let (data, folder) = (Data::new(), tempfile::tempdir().unwrap());
    let [ca, certificate, key] = certificates(folder.path());
    let config = format!("tls_certificate = {certificate:?}\ntls_key = {key:?}\n[limits]\nheader_timeout_s = 1");
    let service = Service::start(&data.path(), &config);
    let ca = ca.to_str().unwrap();
    let named = wattledger(&service, &[], &["token", "list", "--ca-file", ca]);
    assert!(named.0 == Some(0) && named.1.contains("first admin"), "{named:?}");
    assert_eq!(wattledger(&service, &[("WATTLEDGER_CA_FILE", ca)], &["jobs"]).0, Some(0));
    let unnamed = wattledger(&service, &[], &["jobs"]);
    assert!(unnamed.0 == Some(5) && unnamed.1.contains("certificate"), "{unnamed:?}");
    let missing = wattledger(&service, &[], &["jobs", "--ca-file", "/nonexistent.pem"]);
    assert!(missing.0 == Some(2) && missing.1.contains("/nonexistent.pem"), "{missing:?}");

    // A browser that was here once comes back by TLS alone.
    let config = client_of(ca);
    let answer = config.get(format!("https://{}/healthz", service.address)).call().unwrap();
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");

    let mut plain = TcpStream::connect(service.address).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // A reset or a TLS alert: in no case an answer.
    let _ = plain.read_to_end(&mut answer);
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1 200"));
    let mut silent = TcpStream::connect(service.address).unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    assert_eq!(silent.read(&mut [0]).unwrap(), 0, "a handshake that does not begin is not waited for");
}

#[test]
fn the_agent_delivers_over_tls_with_the_site_s_own_certificate() {
    let (data, folder) = (Data::new(), tempfile::tempdir().unwrap());
    let [ca, certificate, key] = certificates(folder.path());
    let config = format!("tls_certificate = {certificate:?}\ntls_key = {key:?}");
    let service = Service::start(&data.path(), &config);
    let (token, settings) = (folder.path().join("token"), folder.path().join("agent.toml"));
    std::fs::write(&token, &service.admin).unwrap();
    let text = format!(
        "server = \"https://{}\"\ntoken_file = {token:?}\nca_file = {ca:?}\nspool = {:?}\nsources = [\"synthetic:gpus=1,watts=300\"]\nwindow_ms = 1000\npush_every_s = 1\n",
        service.address,
        folder.path().join("spool")
    );
    std::fs::write(&settings, text).unwrap();
    let agent = Command::new(env!("CARGO_BIN_EXE_wattledger")).arg("agent").arg("--config").arg(&settings).spawn();
    let mut agent = agent.unwrap();
    let arrived = || {
        wattledger(
            &service,
            &[],
            &["report", "--from", "2020-01-01", "--to", "2100-01-01", "--json", "--ca-file", ca.to_str().unwrap()],
        )
    };
    super::process::until(|| {
        let report: serde_json::Value = serde_json::from_str(&arrived().1).unwrap();
        report["metered"]["energy_mj"].as_i64() > Some(0)
    });
    agent.kill().unwrap();
    agent.wait().unwrap();
}

#[test]
fn a_certificate_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let [_, certificate, key] = certificates(folder.path());
    let other = tempfile::tempdir().unwrap();
    let [_, _, foreign] = certificates(other.path());
    for (certificate, key, expected) in [
        (&certificate, &foreign, "cannot be used together"),
        (&folder.path().join("none.pem"), &key, "none.pem cannot be used for TLS"),
        (&key, &key, "key.pem cannot be used"),
    ] {
        let config = folder.path().join("c.toml");
        std::fs::write(&config, format!("tls_certificate = {certificate:?}\ntls_key = {key:?}")).unwrap();
        let data = folder.path().join("data");
        let arguments = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--data",
            data.to_str().unwrap(),
            "--config",
            config.to_str().unwrap(),
        ];
        let said = crate::command::refusal(&arguments);
        assert!(said.starts_with("exit 2") && said.contains(expected), "{said}");
    }
}

fn client_of(ca: &str) -> ureq::Agent {
    let pem = ureq::tls::Certificate::from_pem(&std::fs::read(ca).unwrap()).unwrap();
    let roots = ureq::tls::RootCerts::new_with_certs(&[pem]);
    let tls = ureq::tls::TlsConfig::builder().root_certs(roots).build();
    ureq::Agent::config_builder().tls_config(tls).build().into()
}

#[test]
fn the_server_of_a_ledger_shows_a_certificate_for_its_name_or_is_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    let [ca, certificate, key] = certificates_for(folder.path(), "db.example");
    let other = tempfile::tempdir().unwrap();
    let [other_ca, ..] = certificates(other.path());
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    if let Some(user) = unprivileged() {
        assert!(runs("chown", &["-R", user, folder.path().to_str().unwrap()]));
    }
    let files = [format!("ssl_cert_file = '{}'", certificate.display()), format!("ssl_key_file = '{}'", key.display())];
    let server = match Postgres::start(&["ssl = on", &files[0], &files[1]]) {
        Ok(server) => server,
        Err(reason) => return skip(&reason),
    };
    server.client("postgres").batch_execute("CREATE DATABASE ledger").unwrap();
    let (data, near) = (Data::new(), server.url_of("ledger"));
    let open = |host: &str, ca: &std::path::Path| {
        let url = near.replace("127.0.0.1", host) + "?hostaddr=127.0.0.1";
        let authority = std::fs::read_to_string(ca).unwrap();
        let server = LedgerServer::new(&url, &LedgerPassword::None, Some(&authority)).unwrap();
        Store::open_on(&server, &data.path()).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(open("db.example", &ca), Ok(()));
    for refused in [open("other.example", &ca), open("db.example", &other_ca)] {
        assert!(refused.as_ref().is_err_and(|why| why.contains("certificate")), "{refused:?}");
    }
}
