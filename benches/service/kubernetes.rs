//! The webhook of Kubernetes: one review beside all that agents send, 200 at once, and what a day of a busy cluster leaves.
//!
//! Reviews are those that a real API server sent (tests/it/kubernetes/recorded), each with the uids and names of its own object.

use crate::gates;
use crate::process::{Client, Service, directory_bytes, spread};
use std::path::Path;
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// Pods that are asked for at the same moment, and the ones that fit.
const AT_ONCE: u64 = 200;
const FITTING: u64 = 50;
const ROUNDS: u64 = 5;
/// Reviews of a day, unless `WATTLEDGER_BENCH_REVIEWS` says otherwise.
const DAY: u64 = 100_000;
/// Reviews in the life of a Job of three pods that say something, and those beside them that say nothing new.
const TELLING: u64 = 12;
const NOISE: u64 = 108;
/// Clients that send a day, each the lives of its own Jobs.
const CLIENTS: u64 = 4;
const PATH: &str = "/admission/kubernetes";
/// What is not decided in time is let in: here each review is to be decided, however long that takes.
const DECIDED: &str = "[kubernetes]\nanswer_within_ms = 30000\n";

const CREATE_JOB: &str = include_str!("../../tests/it/kubernetes/recorded/admissionreview-v1-real-04-create-job.json");
const CREATE_POD: &str =
    include_str!("../../tests/it/kubernetes/recorded/admissionreview-v1-real-06-create-pod-by-job-controller.json");
const JOB_STATUS: &str = include_str!(
    "../../tests/it/kubernetes/recorded/admissionreview-v1-real-07-update-job-status-by-job-controller.json"
);
const ANNOTATED: &str =
    include_str!("../../tests/it/kubernetes/recorded/admissionreview-v1-real-09-update-job-annotate.json");
const POD_ENDED: &str = include_str!(
    "../../tests/it/kubernetes/recorded/admissionreview-v1-real-12-update-pod-status-succeeded-by-node.json"
);
const JOB_ENDED: &str =
    include_str!("../../tests/it/kubernetes/recorded/admissionreview-v1-real-13-update-job-status-complete.json");
const DELETE_JOB: &str = include_str!("../../tests/it/kubernetes/recorded/admissionreview-v1-real-14-delete-job.json");
const DELETE_POD: &str =
    include_str!("../../tests/it/kubernetes/recorded/admissionreview-v1-real-15-delete-pod-by-garbage-collector.json");
/// Uid of the Job in all of these, and of the pod in those of pods.
const JOB_UID: &str = "9e9d9498-4570-4f94-a750-fc3cfe75be20";
const PODS: [(&str, &str); 3] = [
    ("5629deb9-2f96-4118-bfba-292f58bd551d", "train-n6mxm"),
    ("be67c2a9-970a-46e5-adc1-e623914a7904", "train-h6t2m"),
    ("8977ece2-ec9b-4993-b2b5-85bf0741a8cf", "train-gbt9t"),
];

pub(crate) fn measure(folder: &Path) {
    at_once(&folder.with_extension("at-once"));
    day(&folder.with_extension("day"));
    gates::beside(folder, "webhook");
}

/// One of the recorded reviews for the Job with this number and, where it is of a pod, for its pod with this number.
fn of(review: &str, job: u64, pod: u64) -> String {
    let mut text = review.replace(JOB_UID, &format!("00000000-0000-4000-8000-{job:012}"));
    for (uid, name) in PODS {
        text = text.replace(uid, &format!("00000000-0000-4000-9000-{:012}", job * 10 + pod));
        text = text.replace(name, &format!("train-{job}-{pod}"));
    }
    text.replace("\"train\"", &format!("\"train-{job}\""))
}

/// A pod without accelerators.
fn plain_pod(number: u64) -> String {
    of(CREATE_POD, number, 0).replace("nvidia.com/gpu", "memory")
}

/// Whether it is allowed, and how long that took to say.
fn ask(client: &mut Client, body: &str) -> (bool, Duration) {
    let start = Instant::now();
    let (status, answer) = client.request("POST", PATH, "", body.as_bytes());
    assert_eq!(status, 200, "{answer}");
    (answer.contains("\"allowed\":true"), start.elapsed())
}

fn budget(service: &Service, limit_mj: i64) {
    let mut client = Client::new(service.address, service.admin());
    let policy = format!(
        "{{\"name\":\"cluster\",\"scope\":\"all\",\"unit\":\"energy\",\"limit_mj\":{limit_mj},\"period\":\"month\",\"mode\":\"block\",\"default_hours\":1}}"
    );
    let (status, answer) = client.request("POST", "/api/v1/budgets", "", policy.as_bytes());
    assert_eq!(status, 201, "{answer}");
}

/// What is held of the only budget, mJ.
fn held_mj(service: &Service) -> i64 {
    let (status, answer) = Client::new(service.address, service.admin()).get("/api/v1/budgets/1");
    assert_eq!(status, 200, "{answer}");
    serde_json::from_str::<serde_json::Value>(&answer).unwrap()["held_mj"].as_i64().unwrap()
}

/// A pod that nobody owns, with accelerators.
fn single_pod(number: u64) -> String {
    of(CREATE_POD, number, 0).replace("\"controller\": true", "\"controller\": false")
}

/// As many pods at the same moment as a controller makes of one Deployment, where a part of them fits.
fn at_once(data: &Path) {
    let one = {
        let service = Service::start(&data.with_extension("one"), "");
        budget(&service, i64::MAX / 2);
        assert!(ask(&mut Client::new(service.address, service.admin()), &single_pod(1)).0);
        held_mj(&service)
    };
    for round in 0..ROUNDS {
        let service = Service::start_with(&data.with_extension(format!("round-{round}")), "", DECIDED);
        budget(&service, one * FITTING as i64);
        let barrier = Barrier::new(AT_ONCE as usize);
        let answers: Vec<(bool, Duration)> = std::thread::scope(|scope| {
            let asking: Vec<_> = (0..AT_ONCE)
                .map(|number| {
                    let (service, barrier) = (&service, &barrier);
                    scope.spawn(move || {
                        let mut client = Client::new(service.address, service.admin());
                        let body = single_pod(number);
                        barrier.wait();
                        ask(&mut client, &body)
                    })
                })
                .collect();
            asking.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let allowed = answers.iter().filter(|(allowed, _)| *allowed).count() as u64;
        assert_eq!((allowed, held_mj(&service)), (FITTING, one * FITTING as i64));
        let worst = answers.iter().map(|(_, took)| *took).max().unwrap_or_default();
        let times = answers.into_iter().map(|(_, took)| took).collect();
        println!(
            "webhook    {AT_ONCE} pods at once, {allowed} of them fit: {}, the last after {:.0} ms",
            spread(times),
            worst.as_secs_f64() * 1e3
        );
        service.stop();
    }
}

/// The reviews in the life of a Job of three pods, with what is asked beside them and says nothing new.
fn life(job: u64) -> Vec<String> {
    let mut sent = vec![of(CREATE_JOB, job, 0)];
    sent.extend((0..3).map(|pod| of(CREATE_POD, job, pod)));
    for number in 0..NOISE {
        sent.push(match number % 3 {
            0 => of(JOB_STATUS, job, 0),
            1 => of(ANNOTATED, job, 0),
            _ => plain_pod(1_000_000_000 + job * NOISE + number),
        });
    }
    sent.extend((0..3).map(|pod| of(POD_ENDED, job, pod)));
    sent.extend([of(JOB_ENDED, job, 0), of(DELETE_JOB, job, 0)]);
    sent.extend((0..3).map(|pod| of(DELETE_POD, job, pod)));
    sent
}

fn day(data: &Path) {
    let asked = std::env::var_os("WATTLEDGER_BENCH_REVIEWS");
    let reviews = asked.map_or(DAY, |asked| asked.to_str().unwrap().parse().unwrap());
    let jobs = reviews / (TELLING + NOISE);
    let service = Service::start_with(data, "", DECIDED);
    budget(&service, i64::MAX / 2);
    let (before, begin) = (service.usage().cpu_s, Instant::now());
    let times: Vec<Duration> = std::thread::scope(|scope| {
        let sending: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let service = &service;
                scope.spawn(move || {
                    let mut connection = Client::new(service.address, service.admin());
                    let own = (client..jobs).step_by(CLIENTS as usize);
                    let one = |body: &String| {
                        let (allowed, took) = ask(&mut connection, body);
                        assert!(allowed, "{body}");
                        took
                    };
                    own.flat_map(life).collect::<Vec<_>>().iter().map(one).collect::<Vec<_>>()
                })
            })
            .collect();
        sending.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let (cpu_s, seconds) = (service.usage().cpu_s - before, begin.elapsed().as_secs_f64());
    assert_eq!(held_mj(&service), 0, "all of it has ended");
    println!(
        "webhook    {} reviews of {jobs} Jobs from {CLIENTS} connections in {seconds:.0} s, {:.2} ms of CPU time each: {}",
        times.len(),
        cpu_s * 1e3 / times.len() as f64,
        spread(times)
    );
    service.stop();
    let database = rusqlite::Connection::open(data.join("wattledger.db")).unwrap();
    let rows = |table: &str| {
        database.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get::<_, i64>(0)).unwrap()
    };
    let tables =
        ["admissions", "holds", "decisions", "kubernetes_objects"].map(|table| format!("{} {table}", rows(table)));
    println!("           leaves {}; {:.1} MB", tables.join(", "), directory_bytes(data) as f64 / 1e6);
}
