//! The service is killed at any moment, and at every system call that writes.

use super::{EAGER, Target, can_trace, count, deliver, promised, random, timed};
use crate::line::Line;
use crate::oracle::{Fleet, Record, judge};
use crate::service::{Data, Service};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const FLEET: Fleet = Fleet { agents: 8, devices: 4 };
/// The service starts by itself after any fault within this time, in a build without optimisation.
const START_MAX: Duration = Duration::from_secs(5);

#[test]
fn a_service_that_is_killed_again_and_again_loses_and_doubles_nothing() {
    let mut random = random();
    let data = Data::new();
    let (record, target, is_over) = (Record::default(), Target::nowhere(), AtomicBool::new(false));
    let service = Service::start(&data.path(), EAGER);
    let token = service.token(&["ingest"], None).1;
    drop(service);
    let kills = count(100);
    std::thread::scope(|scope| {
        let mut senders = Vec::new();
        for agent in 0..FLEET.agents {
            let (record, target, is_over, token) = (&record, &target, &is_over, &token);
            let mut own = random.fork();
            senders.push(scope.spawn(move || {
                let mut line = Line::new(token);
                let mut next = 1;
                while !is_over.load(Ordering::Relaxed) {
                    // A few at a time, in any order, some of them twice.
                    let mut numbers: Vec<u64> = (next..next + own.u64(1..4)).collect();
                    next += numbers.len() as u64;
                    numbers.push(numbers[0]);
                    own.shuffle(&mut numbers);
                    for number in numbers {
                        deliver(&mut line, target, FLEET, (agent, number), record);
                        std::thread::sleep(Duration::from_millis(own.u64(5..60)));
                    }
                }
            }));
        }
        for kill in 0..kills {
            let (took, service) = timed(|| Service::start(&data.path(), EAGER));
            assert!(took < promised(START_MAX), "the start after kill {kill} took {took:?}");
            target.is(Some(service.address));
            if kill % 10 == 9 {
                let before = record.count();
                crate::service::process::until(|| record.count() > before);
            }
            std::thread::sleep(Duration::from_millis(random.u64(1..400)));
            record.published(&data.path());
            target.is(None);
            drop(service);
        }
        let service = Service::start(&data.path(), EAGER);
        target.is(Some(service.address));
        is_over.store(true, Ordering::Relaxed);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        assert_eq!(service.stop().0, 0);
    });
    let judged = judge(&data.path(), FLEET, &record, false);
    println!("{kills} kills: {judged}");
    assert!(judged.entries > 0);
}

/// One agent's twelve batches against a service that `before` runs; `Ok` when none of them had to be sent again.
fn script(data: &Data, before: &[&str], record: &Record) -> Result<(), String> {
    let fleet = Fleet { agents: 1, devices: 3 };
    let kept = data.path().with_extension("token");
    let keep = |shown: &str| if shown.is_empty() { Ok(()) } else { std::fs::write(&kept, shown) };
    let service = Service::start_under(before, &data.path(), EAGER).map_err(|ended| {
        keep(&ended.admin).unwrap();
        format!("{ended:?}")
    })?;
    keep(&service.admin).unwrap();
    let token = std::fs::read_to_string(&kept).unwrap();
    let mut line = Line::new(&token);
    for number in 1..=12 {
        record.issued((0, number));
        match line.post(service.address, wire::PATH, &fleet.batch((0, number))) {
            Ok(answer) if answer.status == 200 => record.acknowledged((0, number)),
            other => return Err(format!("{other:?}")),
        }
    }
    record.published(&data.path());
    Ok(())
}

#[test]
fn a_kill_at_any_system_call_that_writes_loses_and_doubles_nothing() {
    if !can_trace() {
        return;
    }
    let fleet = Fleet { agents: 1, devices: 3 };
    let long = count(1);
    for call in ["pwrite64", "fsync", "ftruncate", "rename"] {
        let (mut kills, mut position) = (0, 1);
        loop {
            let data = Data::new();
            let record = Record::default();
            let trace = format!("trace={call}");
            let inject = format!("inject={call}:signal=SIGKILL:when={position}");
            let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
            let outcome = script(&data, &strace, &record);
            let partial = outcome.is_err();
            script(&data, &[], &record).unwrap_or_else(|said| panic!("after SIGKILL at {call} {position}: {said}"));
            judge(&data.path(), fleet, &record, false);
            if !partial {
                break;
            }
            kills += 1;
            // The first ones, which make the tables, one by one; then further and further apart.
            position += if long > 1 || position < 3 { 1 } else { position };
        }
        println!("{call}: {kills} kills, the last of them at {position} or before");
        assert!(kills > 0 || call == "ftruncate" || call == "rename", "{call} was never reached");
    }
}
