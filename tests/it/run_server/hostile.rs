//! A folder of runs that a user without a token fills with whatever may harm the node's agent: it takes the honest spools, and
//! says why it leaves the rest alone.

use super::*;
use crate::skip::{runs, skip};
use collectors::clock::{Clock, SystemClock};
use collectors::spool::{BatchSender, Contents, Spool, Will};
use model::{AgentId, JobId};
use rusqlite::Connection;
use std::os::unix::fs::{chown, symlink};
use units::{Energy, Power, Span, Timestamp};
use wire::{Boot, Device, Holding, Job, Method, Node, Quality, Window};

const USER: u32 = 65_501;
const OTHER_USER: u32 = 65_502;
const MEBIBYTE: u64 = 1 << 20;

/// What a run of [`USER`] leaves, before somebody changes it.
#[derive(Clone)]
struct Left {
    agent: AgentId,
    node: Node,
    job: JobId,
    devices: Vec<Device>,
    start: Timestamp,
    weight: u32,
}

impl Left {
    /// As a run on this node leaves it, with the devices that its agent meters.
    fn honest(place: &Place) -> Self {
        let (_, document) = place.ran(&nobody(), "wl_x", "sleep 0.3");
        let path = place.at("spool").join(format!("{}.sqlite", document["job"].as_str().unwrap()));
        let spool = Connection::open(&path).unwrap();
        let bodies = |sql: &str| {
            let mut statement = spool.prepare(sql).unwrap();
            let found = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
            found.map(Result::unwrap).collect::<Vec<_>>()
        };
        let devices = bodies("SELECT body FROM devices ORDER BY uuid");
        let devices = devices.iter().map(|body| serde_json::from_slice(body).unwrap()).collect();
        let will: Will = serde_json::from_slice(&bodies("SELECT body FROM will")[0]).unwrap();
        drop(spool);
        fs::remove_file(path).unwrap();
        let agent = format!("{}-{USER}-run", will.node.name).into();
        let start = SystemClock::new().wall();
        Self { agent, node: will.node, job: "run-00000000000000aa".into(), devices, start, weight: 1 }
    }

    fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut changed = self.clone();
        change(&mut changed);
        changed
    }

    /// Writes the spool to `path`, as [`USER`] alone can have.
    fn leave(&self, path: &Path) {
        let end = self.start.after(Span::from_seconds(1)).unwrap();
        let device = &self.devices[0];
        let holding = Holding {
            device: device.uuid.clone(),
            job: self.job.clone(),
            weight: self.weight,
            start: self.start,
            end: Some(end),
        };
        let job = Job { id: self.job.clone(), started: Some(self.start), ended: Some(end), ..Job::default() };
        let window = Window {
            device: device.uuid.clone(),
            start: self.start,
            end,
            energy: Energy::from_millijoules(300_000),
            covered: Span::from_seconds(1),
            method: Method::Counter,
            quality: Quality::Counter,
            flags: Vec::new(),
            power_min: Power::ZERO,
            power_peak: Power::from_milliwatts(300_000),
            readings: 10,
            integration_uncertainty: Energy::ZERO,
            sensor_systematic: Energy::ZERO,
        };
        let (agent, node) = (self.agent.clone(), self.node.clone());
        let sender = BatchSender { agent: agent.clone(), boot: Boot::from_bits(7), node: node.clone() };
        let mut spool = Spool::open(path, 16, sender, self.start).unwrap().spool;
        let devices = self.devices.clone();
        let contents = Contents {
            devices,
            windows: vec![window],
            holdings: vec![holding],
            jobs: vec![job],
            ..Contents::default()
        };
        spool.bequeath(&Will { agent, node, holdings: Vec::new(), jobs: Vec::new() }).unwrap();
        spool.append(&contents).unwrap();
        drop(spool);
        give(path, USER, 0o640);
    }
}

fn give(path: &Path, user: u32, mode: u32) {
    chown(path, Some(user), None).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A folder that every user of its group may write to.
fn shared(place: &Place) -> PathBuf {
    let folder = place.at("spool");
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o2770)).unwrap();
    folder
}

fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        skip("only root can make files of other users");
    }
    is_root
}

fn name(number: usize) -> String {
    format!("run-{number:016x}.sqlite")
}

/// Most memory that the agent occupied so far.
fn agent_bytes(agent: &Running) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", agent.0.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Spools that state what they may not, each with a word of the reason.
fn forgeries(honest: &Left, folder: &Path) -> Vec<(String, &'static str)> {
    let day = Span::from_seconds(86_400);
    let (before, later) = (honest.start.before(day), honest.start.after(day).unwrap());
    let other: JobId = "run-00000000000000bb".into();
    let cases: [(&'static str, Left); 9] = [
        ("which is not this one", honest.with(|left| left.node.name = "another".into())),
        ("another machine", honest.with(|left| left.node.machine_id = Some("0123".to_owned()))),
        ("runs of its owner", honest.with(|left| left.agent = left.node.name.as_str().into())),
        ("runs of its owner", honest.with(|left| left.agent = format!("{}-0-run", left.node.name).into())),
        ("does not meter", honest.with(|left| left.devices[0].uuid = "GPU-of-somebody".into())),
        ("describes the device", honest.with(|left| left.devices[0].kind = wire::DeviceKind::Host)),
        ("did not exist", honest.with(|left| left.start = before)),
        ("did not exist", honest.with(|left| left.start = later)),
        ("the weight 7", honest.with(|left| left.weight = 7)),
    ];
    let mut left: Vec<_> = (100..).map(name).zip(cases).collect();
    let forged = honest.with(|left| left.job = other);
    left.push((name(120), ("not that of its file", forged)));
    left.push(("victim.sqlite".to_owned(), ("not named after a run", honest.clone())));
    for (name, (_, forged)) in &mut left {
        if forged.job == honest.job {
            forged.job = name.trim_end_matches(".sqlite").into();
        }
        forged.leave(&folder.join(name.as_str()));
    }
    left.into_iter().map(|(name, (reason, _))| (name, reason)).collect()
}

/// Spools whose file is at fault.
fn broken_spools(honest: &Left, folder: &Path) -> Vec<(String, &'static str)> {
    let mut left = Vec::new();
    let mut spoil = |reason: &'static str, spoil: &dyn Fn(&Path)| {
        let name = name(200 + left.len());
        honest.with(|left| left.job = name.trim_end_matches(".sqlite").into()).leave(&folder.join(&name));
        spoil(&folder.join(&name));
        left.push((name, reason));
    };
    let file = |path: &Path| fs::OpenOptions::new().write(true).open(path).unwrap();
    let sql = |path: &Path, sql: &str| Connection::open(path).unwrap().execute_batch(sql).unwrap();
    spoil("other users may write", &|path| give(path, USER, 0o660));
    spoil("further names", &|path| fs::hard_link(path, path.with_extension("again")).unwrap());
    spoil("has at most", &|path| file(path).set_len(400 * MEBIBYTE).unwrap());
    spoil("not a sound spool", &|path| file(path).set_len(5_000).unwrap());
    spoil("does not begin as a spool", &|path| fs::write(path, [7; 40_000]).unwrap());
    spoil("does not begin as a spool", &|path| fs::write(path, "SQLite").unwrap());
    spoil("too big", &|path| {
        sql(path, "INSERT INTO records (kind, coarse, body, crc) VALUES (0, 0, zeroblob(200 << 20), 1)");
    });
    spoil("changed since it was written", &|path| sql(path, "UPDATE records SET crc = 1"));
    // Would never end.
    spoil("that no spool has", &|path| {
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i, i FROM n";
        sql(path, &format!("DROP TABLE format; CREATE VIEW format(name, version, crc) AS {endless}"));
    });
    spoil("its log belongs to user", &|path| {
        let log = folder.join(format!("{}-wal", path.file_name().unwrap().to_str().unwrap()));
        fs::write(&log, "x").unwrap();
        give(&log, OTHER_USER, 0o640);
    });
    left
}

/// What is no file at all.
fn no_files(place: &Place, folder: &Path) -> Vec<(String, &'static str)> {
    let secret = place.at("secret.sqlite");
    fs::write(&secret, "of somebody else").unwrap();
    symlink(&secret, folder.join(name(300))).unwrap();
    symlink(place.at("not-there.sqlite"), folder.join(name(301))).unwrap();
    fs::create_dir(folder.join(name(302))).unwrap();
    assert!(runs("mkfifo", &[folder.join(name(303)).to_str().unwrap()]));
    let socket = std::os::unix::net::UnixListener::bind(folder.join(name(304))).unwrap();
    drop(socket);
    let mut left = vec![
        (name(300), "a symbolic link"),
        (name(301), "a symbolic link"),
        (name(302), "a folder"),
        (name(303), "a pipe"),
        (name(304), "a socket"),
    ];
    if runs("mknod", &[folder.join(name(305)).to_str().unwrap(), "c", "1", "5"]) {
        left.push((name(305), "a device"));
    }
    left
}

#[test]
fn the_agent_takes_what_honest_runs_left_and_says_why_it_leaves_the_rest() {
    if !is_root() {
        return;
    }
    let (data, place) = (Data::new(), Place::new());
    let (service, token) = service(&data);
    let folder = shared(&place);
    let honest = Left::honest(&place);
    let mut left = forgeries(&honest, &folder);
    left.extend(broken_spools(&honest, &folder));
    left.extend(no_files(&place, &folder));
    // The last of all by name.
    let good: Vec<String> = (0..3).map(|number| format!("run-ffffffffffffff0{number}")).collect();
    for (number, job) in (0..).zip(&good) {
        let start = honest.start.after(Span::from_seconds(2 * number)).unwrap();
        honest
            .with(|left| (left.job, left.start) = (job.as_str().into(), start))
            .leave(&folder.join(format!("{job}.sqlite")));
    }
    let agent = place.agent(&service.server(), &token, &place.hidden());
    wait_for("the honest spools", || {
        good.iter().all(|job| !folder.join(format!("{job}.sqlite")).exists()).then_some(())
    });
    for job in &good {
        let found = wait_for("its job", || job_of_service(&service, job));
        assert_eq!(found["energy_mj"], 300_000, "{found}");
    }
    let bytes = agent_bytes(&agent);
    agent.stop();
    let log = fs::read_to_string(place.at("agent.log")).unwrap();
    for (name, reason) in &left {
        let told: Vec<&str> = log.lines().filter(|line| line.contains(name.as_str())).collect();
        assert!(told.len() == 1 && told[0].contains(reason), "{name} {reason}: {told:?}");
        assert!(fs::symlink_metadata(folder.join(name)).is_ok(), "{name} was taken");
    }
    let jobs = service.get("/api/v1/jobs?limit=100", &service.admin).json();
    assert_eq!(jobs["items"].as_array().unwrap().len(), good.len(), "{jobs}");
    assert!(!place.at("not-there.sqlite").exists(), "a link was followed");
    assert_eq!(fs::read_to_string(place.at("secret.sqlite")).unwrap(), "of somebody else");
    assert!(bytes < 128 * MEBIBYTE, "the agent took {bytes} bytes");
}

fn job_of_service(service: &Service, id: &str) -> Option<Value> {
    job(service, id).filter(|job| job["energy_mj"].as_i64() > Some(0))
}

#[test]
fn ten_thousand_files_of_one_user_do_not_hold_up_the_spool_of_another() {
    if !is_root() {
        return;
    }
    let (data, place) = (Data::new(), Place::new());
    let (service, token) = service(&data);
    let folder = shared(&place);
    let honest = Left::honest(&place);
    for number in 0..10_000 {
        let path = folder.join(name(number));
        fs::write(&path, "SQLite format 3").unwrap();
        give(&path, OTHER_USER, 0o640);
    }
    let job = "run-ffffffffffffffff";
    honest.with(|left| left.job = job.into()).leave(&folder.join(format!("{job}.sqlite")));
    let metrics = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let further = format!("{}\nmetrics_listen = \"{metrics}\"", place.hidden());
    let agent = place.agent(&service.server(), &token, &further);
    wait_for("the honest spool", || job_of_service(&service, job));
    let set_aside = || {
        let body = ureq::get(format!("http://{metrics}/metrics")).call().ok()?.body_mut().read_to_string().ok()?;
        body.lines().find_map(|line| line.strip_prefix("wattledger_run_spools_set_aside ")?.parse::<f64>().ok())
    };
    // A thousand of one user are looked at in one round.
    wait_for("the count", || set_aside().filter(|count| *count >= 1_000.0));
    let bytes = agent_bytes(&agent);
    agent.stop();
    let lines =
        fs::read_to_string(place.at("agent.log")).unwrap().lines().filter(|line| line.contains("set aside")).count();
    assert!((1..=101).contains(&lines), "{lines} lines in the log");
    assert!(bytes < 128 * MEBIBYTE, "the agent took {bytes} bytes");
}
