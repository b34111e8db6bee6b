//! A primary of PostgreSQL with a synchronous standby, and the network in front of them.

use crate::postgres::{programs, unprivileged};
use crate::skip::runs;
use postgres::{Client, NoTls};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// Of both servers. Commits wait for the other one, whichever it is.
const SETTINGS: &str = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 200\nshared_buffers = 64MB
wal_level = replica\nmax_wal_senders = 8\nhot_standby = on\nsynchronous_standby_names = '*'\nsynchronous_commit = on\nfsync = on
wal_keep_size = 256MB\nwal_receiver_status_interval = 1s\nwal_sender_timeout = 10s\n";

/// The two servers.
pub(super) struct Cluster {
    programs: PathBuf,
    user: Option<&'static str>,
    folder: TempDir,
    primary: Server,
    standby: Server,
    /// Numbers the folders of standbys.
    made: u32,
}

/// A server that runs.
struct Server {
    port: u16,
    data: PathBuf,
    process: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended, or ends now.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Cluster {
    /// Starts both; why not.
    pub(super) fn start() -> Result<Self, String> {
        let programs = programs().ok_or("no PostgreSQL is installed (Debian: postgresql)")?;
        let (folder, user) = (tempfile::tempdir().unwrap(), unprivileged());
        if let Some(user) = user {
            assert!(runs("chown", &[user, folder.path().to_str().unwrap()]));
        }
        let (data, port) = (folder.path().join("0"), free_port());
        let initdb = ["--auth=trust", "--username=wattledger", "--no-sync", "--locale=C", "--encoding=UTF8", "-D"];
        let made = command(user, &programs.join("initdb")).args(initdb).arg(&data).current_dir(&folder).output();
        let made = made.map_err(|error| error.to_string())?;
        if !made.status.success() {
            return Err(format!("initdb: {}", String::from_utf8_lossy(&made.stderr)));
        }
        let mut settings = std::fs::OpenOptions::new().append(true).open(data.join("postgresql.conf")).unwrap();
        settings.write_all(SETTINGS.as_bytes()).unwrap();
        let primary = serve(user, &programs, &data, port);
        let standby = follow(user, &programs, &folder.path().join("1"), port);
        let cluster = Self { programs, user, folder, primary, standby, made: 1 };
        cluster.client("postgres").batch_execute("CREATE DATABASE ledger").unwrap();
        Ok(cluster)
    }

    /// Port of the primary.
    pub(super) fn port(&self) -> u16 {
        self.primary.port
    }

    /// A connection to the primary, past the network in front of it.
    pub(super) fn client(&self, database: &str) -> Client {
        connected(self.primary.port, database)
    }

    /// Kills the primary in whatever it does, and makes the standby the primary.
    pub(super) fn fail_over(&mut self) {
        let children = format!("/proc/{0}/task/{0}/children", self.primary.process.id());
        let children = std::fs::read_to_string(children).unwrap_or_default();
        self.primary.process.kill().unwrap();
        self.primary.process.wait().unwrap();
        for child in children.split_whitespace() {
            // One that had ended needs none.
            let process = rustix::process::Pid::from_raw(child.parse().unwrap()).unwrap();
            let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
        }
        connected(self.standby.port, "postgres").batch_execute("SELECT pg_promote(true, 60)").unwrap();
    }

    /// Makes a new standby of the server that was promoted, without which nothing is committed.
    pub(super) fn rebuild(&mut self) {
        self.made += 1;
        let data = self.folder.path().join(self.made.to_string());
        let standby = follow(self.user, &self.programs, &data, self.standby.port);
        let promoted = std::mem::replace(&mut self.standby, standby);
        let gone = std::mem::replace(&mut self.primary, promoted);
        std::fs::remove_dir_all(&gone.data).unwrap();
    }
}

/// `program`, run as `user`.
fn command(user: Option<&str>, program: &Path) -> Command {
    let Some(user) = user else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--regid", user, "--clear-groups", "--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// Starts the server on `data`, and waits until it answers.
fn serve(user: Option<&str>, programs: &Path, data: &Path, port: u16) -> Server {
    let log = std::fs::File::create(data.with_extension("log")).unwrap();
    let mut server = command(user, &programs.join("postgres"));
    server.arg("-D").arg(data).args(["-p", &port.to_string()]).current_dir("/").stdout(Stdio::null()).stderr(log);
    let process = server.spawn().unwrap();
    connected(port, "postgres");
    Server { port, data: data.to_owned(), process }
}

/// Copies the primary at `primary` into `data`, and follows it.
fn follow(user: Option<&str>, programs: &Path, data: &Path, primary: u16) -> Server {
    let source = format!("host=127.0.0.1 port={primary} user=wattledger application_name=standby");
    let copied = command(user, &programs.join("pg_basebackup"))
        .args(["--no-sync", "--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "-D"])
        .arg(data)
        .args(["-d", &source])
        .current_dir("/")
        .output()
        .unwrap();
    assert!(copied.status.success(), "{copied:?}");
    serve(user, programs, data, free_port())
}

fn connected(port: u16, database: &str) -> Client {
    let url = format!("postgres://wattledger@127.0.0.1:{port}/{database}");
    for _ in 0..1_200 {
        if let Ok(client) = Client::connect(&url, NoTls) {
            return client;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the server on port {port} did not answer within a minute");
}

/// Carries connections to the primary, wherever it is, and can be cut.
pub(super) struct Network {
    pub(super) address: SocketAddr,
    target: Arc<AtomicU16>,
    is_cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Network {
    pub(super) fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let network = Self {
            address: listener.local_addr().unwrap(),
            target: Arc::new(AtomicU16::new(port)),
            is_cut: Arc::default(),
            open: Arc::default(),
        };
        let (target, is_cut, open) =
            (Arc::clone(&network.target), Arc::clone(&network.is_cut), Arc::clone(&network.open));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if is_cut.load(Ordering::Relaxed) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(("127.0.0.1", target.load(Ordering::Relaxed))) else { continue };
                let both = [client.try_clone().unwrap(), server.try_clone().unwrap()];
                open.lock().unwrap().extend(both);
                for (from, to) in [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)] {
                    std::thread::spawn(move || drop(carry(from, to)));
                }
            }
        });
        network
    }

    /// Leads to the server on `port` from now on; what was open is cut.
    pub(super) fn lead_to(&self, port: u16) {
        self.target.store(port, Ordering::Relaxed);
        self.cut(false);
    }

    /// Cuts what is open, and takes nothing new while `is_cut`.
    pub(super) fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::Relaxed);
        for stream in self.open.lock().unwrap().drain(..) {
            // One that has ended needs no end.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    let mut step = [0; 64 << 10];
    loop {
        let count = from.read(&mut step)?;
        if count == 0 {
            return to.shutdown(Shutdown::Write);
        }
        to.write_all(&step[..count])?;
    }
}
