//! A run beside the node's agent: no energy is counted twice.

use super::*;

/// The job's energy and seconds, and the node's: metered and span of all windows, from a stopped service.
struct Books {
    job_mj: i64,
    job_ns: i64,
    metered_mj: i64,
    first_ns: i64,
    last_ns: i64,
    aside: i64,
}

fn books(service: Service, data: &Data, id: &str) -> Books {
    let job = job(&service, id).unwrap();
    let url = "/api/v1/reports/emissions?from=2020-01-01&to=2100-01-01&group_by=job";
    let report = service.get(url, &service.admin).json();
    let mj = |of: &Value| of["energy_mj"].as_i64().unwrap();
    assert_eq!(mj(&report["metered"]), mj(&report["total"]) + mj(&report["idle"]));
    assert_eq!(service.stop().0, 0);
    let store = rusqlite::Connection::open(data.path().join("wattledger.db")).unwrap();
    let one = |sql: &str| store.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    Books {
        job_mj: mj(&job),
        job_ns: nanoseconds(&job["ended"]) - nanoseconds(&job["started"]),
        metered_mj: mj(&report["metered"]),
        first_ns: one("SELECT min(start_ns) FROM reaches"),
        last_ns: one("SELECT max(end_ns) FROM reaches"),
        aside: one("SELECT count(*) FROM set_aside"),
    }
}

fn millijoules(ns: i64) -> i64 {
    i64::try_from(i128::from(MILLIWATTS) * i128::from(ns) / 1_000_000_000).unwrap()
}

/// Rounding of some windows.
const ROUNDING: i64 = 100;

#[test]
fn beside_the_nodes_agent_a_run_says_what_it_holds_and_no_energy_is_doubled() {
    let (data, place) = (Data::new(), Place::new());
    let (service, token) = service(&data);
    let agent = place.agent(&service.server(), &token, &place.visible());
    wait_for("the agent", || place.at("metering.json").exists().then_some(()));
    let run = Live::new(place.run(&service.server(), &token));
    let id = run.job.clone();
    live(&service, &id);
    assert_eq!(run.end().0, 3);
    wait_for_idle(&service);
    agent.stop();
    assert!(!place.at("metering.json").exists(), "an agent that ended meters nothing");
    let books = books(service, &data, &id);
    assert_eq!(books.aside, 0, "nothing was sent twice");
    assert!((books.job_mj - millijoules(books.job_ns)).abs() <= ROUNDING, "{} mJ", books.job_mj);
    assert!((books.metered_mj - millijoules(books.last_ns - books.first_ns)).abs() <= ROUNDING);
}

#[test]
fn beside_an_agent_that_it_cannot_see_a_run_doubles_nothing_in_either_order() {
    for agent_first in [true, false] {
        let (data, place) = (Data::new(), Place::new());
        let (service, token) = service(&data);
        let agent = || place.agent(&service.server(), &token, &place.hidden());
        let wait_for_agent = || {
            let hidden = place.at("no-run-looks-here.json");
            wait_for("the agent", || hidden.exists().then_some(()));
        };
        let mut running = agent_first.then(agent);
        if agent_first {
            wait_for_agent();
            wait_for_idle(&service);
        }
        let run = Live::new(place.run(&service.server(), &token));
        let id = run.job.clone();
        live(&service, &id);
        if !agent_first {
            running = Some(agent());
            wait_for_agent();
            let before = energy(&service, &id);
            wait_for("seconds of both", || (energy(&service, &id) > before + TWO_SECONDS_MJ).then_some(()));
        }
        assert_eq!(run.end().0, 3);
        wait_for_idle(&service);
        running.unwrap().stop();
        let books = books(service, &data, &id);
        // Where one begins inside a window of the other, a part of that window may be in neither.
        let (seam, whole) = (millijoules(1_000_000_000), millijoules(books.job_ns));
        assert!((whole - seam..=whole + ROUNDING).contains(&books.job_mj), "{} of {whole} mJ", books.job_mj);
        let whole = millijoules(books.last_ns - books.first_ns);
        assert!(
            (whole - 2 * seam..=whole + ROUNDING).contains(&books.metered_mj),
            "{} of {whole} mJ",
            books.metered_mj
        );
        assert!(books.aside > 0, "both sent the same seconds");
    }
}
