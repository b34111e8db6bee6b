//! Where a ledger's server is, who asks it, and how the connection is kept from others.

use super::super::StoreError;
use super::super::engine::{EngineError, ServerSession};
use postgres::config::Host;
use postgres::{Config, NoTls};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A database of a PostgreSQL server that holds a ledger.
#[derive(Clone)]
pub struct LedgerServer {
    config: Config,
    /// Whom to trust, where the server is another machine.
    tls: Option<MakeRustlsConnect>,
    /// Address without secrets.
    shown: String,
}

/// What a server is shown so that it lets the ledger's user in.
pub enum LedgerPassword {
    /// Nothing: the server knows by other means who asks.
    None,
    /// This password.
    Given(String),
    /// That of the first line that fits, `host:port:database:user:password`, as PostgreSQL's own programs read a password file.
    Listed(String),
}

impl fmt::Debug for LedgerServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("LedgerServer").field(&self.shown).finish()
    }
}

impl fmt::Display for LedgerServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

impl LedgerServer {
    /// The database at `url`, `postgres://USER@HOST/DB`, asked with the password where the server wants one. A server on another machine shows a certificate
    /// for its name by one of the authorities in `authorities`, PEM; one on this machine is asked in plain text.
    ///
    /// # Errors
    ///
    /// The address cannot be read, or names no user or database; it holds a password, which everybody could read; there is no authority to trust.
    pub fn new(url: &str, password: &LedgerPassword, authorities: Option<&str>) -> Result<Self, StoreError> {
        let refused = |reason: &str| StoreError::Address { reason: reason.to_owned() };
        let mut config: Config = url.parse().map_err(|error: postgres::Error| {
            // The cause tells what it is that cannot be read.
            let cause = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            refused(&cause)
        })?;
        if config.get_password().is_some() {
            return Err(refused("it holds a password, which everybody on this machine could read"));
        }
        let (Some(user), Some(database)) = (config.get_user(), config.get_dbname()) else {
            return Err(refused("it does not name a user and a database"));
        };
        let hosts = config.get_hosts();
        let names: Vec<String> = hosts.iter().map(named).collect();
        let shown = format!("postgres://{user}@{}/{database}", names.join(","));
        let is_near = !hosts.is_empty() && hosts.iter().all(is_near);
        let tls = if is_near { None } else { Some(tls(authorities).ok_or_else(|| refused(WITHOUT_AUTHORITY))?) };
        if let Some(password) = password.of(&names, &config) {
            config.password(password);
        }
        config.application_name("wattledger").connect_timeout(Duration::from_secs(5));
        config
            .keepalives_idle(Duration::from_secs(10))
            .keepalives_interval(Duration::from_secs(3))
            .keepalives_retries(3);
        config.tcp_user_timeout(Duration::from_secs(20));
        config.ssl_mode(if tls.is_some() {
            postgres::config::SslMode::Require
        } else {
            postgres::config::SslMode::Disable
        });
        Ok(Self { config, tls, shown })
    }

    /// A new connection.
    pub(super) fn connect(&self) -> Result<ServerSession, StoreError> {
        let client = match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(NoTls),
        };
        let client = client
            .map_err(|error| StoreError::Away { reason: format!("{}: {}", self.shown, EngineError::from(error)) })?;
        Ok(ServerSession::new(client))
    }
}

impl LedgerPassword {
    /// The password for these hosts, or `None`.
    fn of(&self, hosts: &[String], config: &Config) -> Option<String> {
        let lines = match self {
            Self::None => return None,
            Self::Given(password) => return Some(password.clone()),
            Self::Listed(lines) => lines,
        };
        let port = config.get_ports().first().copied().unwrap_or(5_432).to_string();
        let asked = [None, Some(port.as_str()), config.get_dbname(), config.get_user()];
        lines.lines().filter(|line| !line.starts_with('#')).map(fields).find_map(|fields| {
            let is_meant =
                |place: usize, name: &str| fields.get(place).is_some_and(|field| field == "*" || field == name);
            let is_host = hosts.iter().any(|host| is_meant(0, host));
            let is_rest =
                asked.iter().enumerate().skip(1).all(|(place, name)| name.is_some_and(|name| is_meant(place, name)));
            (is_host && is_rest).then(|| fields.get(4).cloned()).flatten()
        })
    }
}

/// The fields of a line, separated by colons; a backslash takes the next character as it is.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let taken = match character {
            ':' => {
                fields.push(String::new());
                continue;
            }
            '\\' => characters.next(),
            other => Some(other),
        };
        if let Some(last) = fields.last_mut() {
            last.extend(taken);
        }
    }
    fields
}

const WITHOUT_AUTHORITY: &str = "its server is another machine, and nothing says whose certificate to trust: give `ledger.ca_file`, a PEM file with the authority that signed it";

fn named(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    }
}

/// Whether what is said to `host` stays on this machine.
fn is_near(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        Host::Unix(_) => true,
    }
}

/// `None` where there is no authority to trust.
fn tls(authorities: Option<&str>) -> Option<MakeRustlsConnect> {
    let mut trusted = RootCertStore::empty();
    let found = CertificateDer::pem_slice_iter(authorities?.as_bytes()).filter_map(Result::ok);
    let (added, _) = trusted.add_parsable_certificates(found);
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    (added > 0).then(|| MakeRustlsConnect::new(config.with_root_certificates(trusted).with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        LedgerServer::new(url, &LedgerPassword::None, None).unwrap_err().to_string()
    }

    #[test]
    fn an_address_that_would_be_asked_wrongly_is_refused() {
        assert!(refusal("postgres://u:secret@localhost/db").contains("holds a password"));
        assert!(!refusal("postgres://u:secret@localhost/db").contains("secret"));
        assert!(refusal("postgres://localhost/db").contains("does not name a user"));
        assert!(refusal("postgres://u@db.example/db").contains("whose certificate to trust"));
        assert!(refusal("mysql://u@localhost/db").contains("cannot be used"));
        let near = LedgerServer::new("postgres://u@127.0.0.1:5433/db", &LedgerPassword::None, None).unwrap();
        assert_eq!(near.to_string(), "postgres://u@127.0.0.1/db");
    }

    #[test]
    fn the_first_line_that_fits_says_the_password() {
        let config: Config = "postgres://u@localhost/db".parse().unwrap();
        let of = |lines: &str| LedgerPassword::Listed(lines.to_owned()).of(&["localhost".to_owned()], &config);
        assert_eq!(of("#*:*:*:*:no\nother:*:*:*:no\nlocalhost:5432:db:u:a\\:b\n*:*:*:*:no").as_deref(), Some("a:b"));
        assert_eq!(of("localhost:5433:db:u:no\n*:*:*:u:yes").as_deref(), Some("yes"));
        assert_eq!(of("localhost:5432:other:u:no"), None);
    }
}
