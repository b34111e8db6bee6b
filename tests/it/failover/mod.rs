//! Three services on a PostgreSQL with a synchronous standby, while services are killed and put to sleep, primaries are killed and standbys promoted, and
//! the network is cut: nothing that was acknowledged is lost, nothing counts twice, no budget is overspent. `tests/failover.sh` runs it.
#![allow(clippy::print_stdout, reason = "counts are to be seen")]

mod cluster;

use crate::oracle::{Fleet, Record, judge_store};
use crate::reliability::random;
use crate::service::{Data, Service};
use cluster::{Cluster, Network};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use wattledger::store::{LedgerPassword, LedgerServer, Store};

const FLEET: Fleet = Fleet { agents: 3, devices: 3 };
const SERVICES: usize = 3;
/// Threads that ask for admissions.
const ASKING: usize = 6;
/// What a job is estimated to use at the 95th percentile.
const JOB_MJ: u64 = 1_000;

/// How often each thing happens, and how much is asked.
struct Plan {
    kills: u64,
    failovers: u64,
    cuts: u64,
    sleeps: u64,
    admissions: u64,
    budgets: u64,
}

impl Plan {
    /// All of it with `WATTLEDGER_FAILOVER=full`, else a tenth.
    fn asked() -> Self {
        let part = if std::env::var_os("WATTLEDGER_FAILOVER").is_some_and(|asked| asked == "full") { 1 } else { 10 };
        Self {
            kills: 200 / part,
            failovers: 50 / part,
            cuts: 50 / part,
            sleeps: 10 / part,
            admissions: 20_000 / part,
            budgets: 100 / part,
        }
    }
}

/// The services, each of which may be away.
struct Replicas {
    running: [Mutex<Option<Service>>; SERVICES],
    addresses: [Mutex<String>; SERVICES],
    data: [Data; SERVICES],
    config: String,
    admin: String,
}

impl Replicas {
    fn start(network: &Network) -> Self {
        let url = format!("postgres://wattledger@{}/ledger", network.address);
        let config = format!(
            "log_level = \"error\"\n[ledger]\nclose_every_s = 1\ngrace_s = 0\nserver = \"{url}\"\n[limits]\nrequests_per_s = 100000\nrequest_burst = 100000\n"
        );
        let data: [Data; SERVICES] = std::array::from_fn(|_| Data::new());
        let first = Service::start(&data[0].path(), &config);
        let admin = first.admin.clone();
        let rest = (1..SERVICES).map(|place| Service::start(&data[place].path(), &config));
        let services: Vec<Service> = std::iter::once(first).chain(rest).collect();
        let addresses = std::array::from_fn(|place| Mutex::new(services[place].server()));
        let mut services = services.into_iter();
        Self { running: std::array::from_fn(|_| Mutex::new(services.next())), addresses, data, config, admin }
    }

    /// Kills one in whatever it does, and starts it again.
    fn kill(&self, place: usize) {
        let mut running = self.running[place].lock().unwrap();
        drop(running.take());
        // While the database is away a service does not start; whoever runs it tries again.
        *running = Some(loop {
            match Service::start_under(&[], &self.data[place].path(), &self.config) {
                Ok(service) => break service,
                Err(_) => std::thread::sleep(Duration::from_millis(200)),
            }
        });
        *self.addresses[place].lock().unwrap() = running.as_ref().unwrap().server();
    }

    /// Which one says that it is on duty.
    fn on_duty(&self) -> Option<usize> {
        (0..SERVICES).find(|place| {
            let answer = self.ask("GET", "/metrics", *place, b"");
            answer.is_some_and(|(_, body)| body.contains("wattledger_on_duty 1"))
        })
    }

    /// Status and body; `None` without an answer.
    fn ask(&self, method: &str, path: &str, place: usize, body: &[u8]) -> Option<(u16, String)> {
        let url = format!("{}{path}", self.addresses[place].lock().unwrap());
        let request = ureq::http::Request::builder().method(method).uri(url);
        let request = request.header("Authorization", format!("Bearer {}", self.admin));
        let request = request.header("Content-Type", "application/json").body(body).ok()?;
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent = ureq::Agent::new_with_config(config.timeout_global(Some(Duration::from_secs(10))).build());
        let mut answer = agent.run(request).ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.body_mut().read_to_string().ok()?))
    }

    /// The answer that is one, of whichever service gives it, however often that takes.
    fn insist(&self, path: &str, mut place: usize, body: &[u8]) -> String {
        loop {
            match self.ask("POST", path, place % SERVICES, body) {
                Some((200 | 201, body)) => return body,
                Some((status @ 400..=428, body)) => panic!("{status}: {body}"),
                _ => std::thread::sleep(Duration::from_millis(100)),
            }
            place += 1;
        }
    }
}

/// Stops the service on duty until another took over, and wakes it.
fn put_to_sleep(replicas: &Replicas) -> bool {
    let Some(place) = replicas.on_duty() else { return false };
    let running = replicas.running[place].lock().unwrap();
    let process = running.as_ref().unwrap().process();
    let process = Pid::from_raw(i32::try_from(process).unwrap()).unwrap();
    kill_process(process, Signal::STOP).unwrap();
    let mut took_over = false;
    for _ in 0..150 {
        let others = (0..SERVICES).filter(|other| *other != place);
        let is_on_duty = |place: usize| {
            let answer = replicas.ask("GET", "/metrics", place, b"");
            answer.is_some_and(|(_, body)| body.contains("wattledger_on_duty 1"))
        };
        took_over = others.into_iter().any(is_on_duty);
        if took_over {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    kill_process(process, Signal::CONT).unwrap();
    let woken = replicas.ask("GET", "/metrics", place, b"");
    let says_so = woken.is_some_and(|(_, body)| body.contains("wattledger_on_duty 1"));
    assert!(!(took_over && says_so), "two services are on duty");
    took_over
}

#[test]
#[ignore = "half an hour of kills: run tests/failover.sh"]
fn failover_loses_nothing_doubles_nothing_and_overspends_nothing() {
    let mut cluster = match Cluster::start() {
        Ok(cluster) => cluster,
        Err(reason) => return crate::skip::skip(&reason),
    };
    let (plan, mut random) = (Plan::asked(), random());
    let network = Network::to(cluster.port());
    let replicas = Replicas::start(&network);
    let job_mj = crate::budget::p95(JOB_MJ).unsigned_abs();
    // A third of what is asked fits.
    let of_one = plan.admissions / plan.budgets / 3;
    for budget in 0..plan.budgets {
        let policy = json!({
            "name": format!("b{budget}"), "scope": "project", "project": format!("p{budget}"), "unit": "energy",
            "limit_mj": of_one * job_mj, "period": "month", "mode": "block",
        });
        replicas.insist("/api/v1/budgets", 0, policy.to_string().as_bytes());
    }
    let (record, is_over, next) = (Record::default(), AtomicBool::new(false), AtomicU64::new(0));
    let answers: Mutex<BTreeMap<u64, (bool, String)>> = Mutex::default();
    let decide = |key: u64, place: usize| {
        let job = json!({
            "key": format!("k{key}"), "project": format!("p{}", key % plan.budgets), "accelerator": "thing", "count": 1,
            "hours": 1, "power_w": 1, "intensity": 400,
        });
        let body = replicas.insist("/api/v1/admissions", place, job.to_string().as_bytes());
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        (body["allowed"].as_bool().unwrap(), body["id"].as_str().unwrap().to_owned())
    };
    let (mut done, mut sleeps) = ([0_u64; 3], 0);
    std::thread::scope(|scope| {
        for place in 0..ASKING {
            let (next, answers, decide, plan) = (&next, &answers, &decide, &plan);
            scope.spawn(move || {
                while let key = next.fetch_add(1, Ordering::Relaxed)
                    && key < plan.admissions
                {
                    let decided = decide(key, place);
                    answers.lock().unwrap().insert(key, decided);
                }
            });
        }
        for agent in 0..FLEET.agents {
            let (record, is_over, replicas) = (&record, &is_over, &replicas);
            scope.spawn(move || {
                for number in 1.. {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    record.issued((agent, number));
                    replicas.insist(wire::PATH, agent as usize, &FLEET.batch((agent, number)));
                    record.acknowledged((agent, number));
                    std::thread::sleep(Duration::from_millis(50));
                }
            });
        }
        let wanted = [plan.kills, plan.failovers, plan.cuts];
        while done != wanted || sleeps < plan.sleeps {
            let left: Vec<usize> = (0..3).filter(|kind| done[*kind] < wanted[*kind]).collect();
            let kind = left.get(random.usize(0..left.len().max(1))).copied();
            match kind {
                Some(0) => replicas.kill(random.usize(0..SERVICES)),
                Some(1) => {
                    cluster.fail_over();
                    // Commits wait until there is a standby again.
                    cluster.rebuild();
                    network.lead_to(cluster.port());
                }
                Some(_) => {
                    network.cut(true);
                    std::thread::sleep(Duration::from_millis(random.u64(50..3_000)));
                    network.cut(false);
                }
                None => {}
            }
            if let Some(kind) = kind {
                done[kind] += 1;
            }
            if sleeps < plan.sleeps && (kind.is_none() || random.u8(0..8) == 0) {
                sleeps += u64::from(put_to_sleep(&replicas));
            }
            // What happens next happens to something that works, if only for a moment.
            let before = answers.lock().unwrap().len() as u64;
            let most = plan.admissions / (wanted.iter().sum::<u64>() + plan.sleeps + 1);
            let more = random.u64(1..=most);
            for _ in 0..600 {
                let answered = answers.lock().unwrap().len() as u64;
                if answered >= before + more || answered == plan.admissions {
                    break;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            println!("{done:?} kills, failovers, cuts; {sleeps} sleeps; {} answered", answers.lock().unwrap().len());
        }
        is_over.store(true, Ordering::Relaxed);
    });
    judge_all(&plan, &replicas, &decide, &answers.into_inner().unwrap());
    let data = Data::new();
    let url = format!("postgres://wattledger@{}/ledger", network.address);
    drop(replicas);
    judge_ledger(&url, &data.path(), &record);
}

/// Asks for every admission again, and compares budgets with what was answered.
fn judge_all(
    plan: &Plan,
    replicas: &Replicas,
    decide: &dyn Fn(u64, usize) -> (bool, String),
    answers: &BTreeMap<u64, (bool, String)>,
) {
    let job_mj = crate::budget::p95(JOB_MJ).unsigned_abs();
    assert_eq!(answers.len() as u64, plan.admissions);
    let lost = answers.iter().filter(|(key, answer)| decide(**key, 1) != **answer).count();
    let ids: std::collections::BTreeSet<&String> = answers.values().map(|(_, id)| id).collect();
    let (_, listed) = replicas.ask("GET", "/api/v1/budgets?limit=1000", 0, b"").unwrap();
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let (mut held, mut overspent) = (0, 0);
    for budget in listed["items"].as_array().unwrap() {
        let (of_it, limit) = (budget["held_mj"].as_u64().unwrap(), budget["limit_mj"].as_u64().unwrap());
        held += of_it;
        overspent += u64::from(of_it > limit);
    }
    let allowed = answers.values().filter(|(allowed, _)| *allowed).count() as u64;
    println!(
        "{} admissions on {} budgets, {allowed} allowed: {lost} lost or answered otherwise, {} doubled, {overspent} budgets overspent",
        answers.len(),
        plan.budgets,
        answers.len() - ids.len()
    );
    assert_eq!((lost, answers.len() - ids.len(), overspent, held), (0, 0, 0, allowed * job_mj));
}

fn judge_ledger(url: &str, data: &Path, record: &Record) {
    let server = LedgerServer::new(url, &LedgerPassword::None, None).unwrap();
    let store = Store::open_on(&server, data).unwrap();
    println!("{}", judge_store(&store, FLEET, record, false));
}
