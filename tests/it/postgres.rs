//! A real PostgreSQL for tests: the one that `WATTLEDGER_TEST_POSTGRES_URL` names, or one of their own from the installed package, on loopback, as an
//! unprivileged user, gone with the process of the tests.

use postgres::{Client, NoTls};
use sha2::{Digest, Sha256};
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use wattledger::store::{LedgerPassword, LedgerServer, Store};

/// Databases are made from this one, which holds the tables of an empty ledger.
const TEMPLATE: &str = "wattledger_template";

/// A server of PostgreSQL.
pub(crate) struct Postgres {
    /// `postgres://USER@HOST:PORT`, as somebody who may make databases.
    url: String,
    making: Mutex<()>,
    _own: Option<Own>,
}

/// A server that was started here. It ends when its standard input does.
struct Own {
    _process: Child,
    _folder: TempDir,
}

/// The server of all tests of this process; why there is none.
pub(crate) fn shared() -> Result<&'static Postgres, &'static str> {
    static SHARED: LazyLock<Result<Postgres, String>> = LazyLock::new(Postgres::find);
    SHARED.as_ref().map_err(String::as_str)
}

impl Postgres {
    fn find() -> Result<Self, String> {
        let found = match std::env::var_os("WATTLEDGER_TEST_POSTGRES_URL") {
            Some(url) => {
                let url = url.into_string().map_err(|_| "WATTLEDGER_TEST_POSTGRES_URL is no text")?;
                Self { url: url.trim_end_matches('/').to_owned(), making: Mutex::new(()), _own: None }
            }
            None => Self::start(&[])?,
        };
        found.make(TEMPLATE, None);
        let folder = tempfile::tempdir().unwrap();
        drop(Store::open_on(&found.ledger(TEMPLATE), folder.path()).map_err(|error| error.to_string())?);
        Ok(found)
    }

    /// Starts one from the installed package with further `settings`.
    pub(crate) fn start(settings: &[&str]) -> Result<Self, String> {
        let programs = programs().ok_or("no PostgreSQL is installed (Debian: postgresql)")?;
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (data, unprivileged) = (folder.path().join("data"), unprivileged());
        if let Some(user) = unprivileged {
            let owned = Command::new("chown").arg(user).arg(folder.path()).status();
            assert!(owned.is_ok_and(|status| status.success()), "the folder cannot be given to {user}");
        }
        let run_as = |program: PathBuf| match unprivileged {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", user, "--regid", user, "--clear-groups", "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        let made = run_as(programs.join("initdb"))
            .args(["--auth=trust", "--username=wattledger", "--no-sync", "--locale=C", "--encoding=UTF8", "-D"])
            .arg(&data)
            .current_dir(folder.path())
            .output()
            .map_err(|error| error.to_string())?;
        if !made.status.success() {
            return Err(format!("initdb: {}", String::from_utf8_lossy(&made.stderr)));
        }
        let mut configuration = std::fs::OpenOptions::new().append(true).open(data.join("postgresql.conf")).unwrap();
        writeln!(configuration, "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''").unwrap();
        writeln!(configuration, "max_connections = 400\nshared_buffers = 64MB\nfsync = off\nfull_page_writes = off")
            .unwrap();
        settings.iter().for_each(|line| writeln!(configuration, "{line}").unwrap());
        let mut shell = run_as("/bin/sh".into());
        let process = shell
            .args(["-c", "\"$0\" -D \"$1\" & server=$!; cat > /dev/null; kill -INT $server; wait $server"])
            .arg(programs.join("postgres"))
            .arg(&data)
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .map_err(|error| error.to_string())?;
        let url = format!("postgres://wattledger@127.0.0.1:{port}");
        let own = Some(Own { _process: process, _folder: folder });
        let server = Self { url, making: Mutex::new(()), _own: own };
        for _ in 0..300 {
            if Client::connect(&server.url_of("postgres"), NoTls).is_ok() {
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err("it did not start within 15 s".to_owned())
    }

    /// Address of a database.
    pub(crate) fn url_of(&self, database: &str) -> String {
        format!("{}/{database}", self.url)
    }

    /// A connection to a database, past the program.
    pub(crate) fn client(&self, database: &str) -> Client {
        Client::connect(&self.url_of(database), NoTls).unwrap()
    }

    fn ledger(&self, database: &str) -> LedgerServer {
        LedgerServer::new(&self.url_of(database), &LedgerPassword::None, None).unwrap()
    }

    /// Makes a database, from `template` where one is given, unless it is there.
    fn make(&self, database: &str, template: Option<&str>) {
        let _one_at_a_time = self.making.lock().unwrap();
        let mut client = self.client("postgres");
        if client.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&database]).unwrap().is_none() {
            let from = template.map(|template| format!("TEMPLATE {template}")).unwrap_or_default();
            client.batch_execute(&format!("CREATE DATABASE {database} {from}")).unwrap();
        }
    }

    /// Name of the database that belongs to `directory`, which is made where it is missing.
    pub(crate) fn database_of(&self, directory: &Path) -> String {
        let digest = Sha256::digest(directory.as_os_str().as_encoded_bytes());
        let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let database = format!("wattledger_{name}");
        self.make(&database, Some(TEMPLATE));
        database
    }

    /// The ledger that belongs to `directory`.
    pub(crate) fn ledger_of(&self, directory: &Path) -> LedgerServer {
        self.ledger(&self.database_of(directory))
    }
}

impl Postgres {
    /// Does `sql` to the ledger that belongs to `directory`, behind the program's back and past what the database would refuse.
    pub(crate) fn tamper(&self, directory: &Path, sql: &str) {
        let past = "SET search_path = wattledger, pg_catalog; SET session_replication_role = replica";
        self.client(&self.database_of(directory)).batch_execute(&format!("{past}; {sql}")).unwrap();
    }
}

/// Where `initdb` and `postgres` are.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    found.sort();
    let elsewhere = ["/usr/local/bin", "/usr/bin", "/usr/local/pgsql/bin"].map(PathBuf::from);
    found
        .into_iter()
        .rev()
        .chain(elsewhere)
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// Whom the server runs as where the tests run as root, which PostgreSQL refuses.
pub(crate) fn unprivileged() -> Option<&'static str> {
    let is_root = rustix::process::geteuid().is_root();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let is_known = |user: &&str| users.lines().any(|line| line.split(':').next() == Some(*user));
    is_root.then(|| ["postgres", "nobody"].into_iter().find(is_known)).flatten()
}

/// Neither engine has a table or a column that the other lacks, in the same order, required and in keys alike.
#[test]
fn the_tables_are_those_of_sqlite() {
    let Ok(server) = shared().map_err(crate::skip::skip) else { return };
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let file = rusqlite::Connection::open(folder.path().join("wattledger.db")).unwrap();
    let sql = "SELECT tables.name || '.' || columns.name || ' ' || lower(columns.type)
            || CASE WHEN columns.pk > 0 THEN ' key ' || columns.pk WHEN columns.\"notnull\" THEN ' required' ELSE '' END
        FROM sqlite_schema AS tables, pragma_table_xinfo(tables.name) AS columns
        WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'";
    let mut statement = file.prepare(sql).unwrap();
    let of_file: Vec<String> = statement.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut of_file: Vec<String> = of_file
        .into_iter()
        .map(|column| column.replace(" integer generated always", " integer"))
        .map(|column| column.replace(" integer", " bigint").replace(" blob", " bytea"))
        .collect();
    let sql = "SELECT relname || '.' || attname || ' ' || format_type(atttypid, NULL)
            || CASE WHEN place IS NOT NULL THEN ' key ' || place WHEN attnotnull THEN ' required' ELSE '' END
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
        LEFT JOIN pg_index ON indrelid = pg_class.oid AND indisprimary
        LEFT JOIN LATERAL (SELECT n AS place FROM unnest(indkey::int[]) WITH ORDINALITY AS keys (number, n) WHERE number = attnum) AS keys ON true
        WHERE relnamespace = 'wattledger'::regnamespace AND relkind = 'r' AND relname <> 'version'";
    let rows = server.client(TEMPLATE).query(sql, &[]).unwrap();
    let mut of_server: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    of_file.sort();
    of_server.sort();
    let lacks = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|column| !other.contains(column)).cloned().collect()
    };
    assert_eq!((lacks(&of_server, &of_file), lacks(&of_file, &of_server)), (Vec::new(), Vec::new()));
}
