//! What a service has of a run that it heard, that it did not hear, and that was killed.

use super::*;

#[test]
fn a_run_is_a_job_with_live_energy_and_ends_with_its_exit_status_and_exactly_its_own_energy() {
    let (data, place) = (Data::new(), Place::new());
    let (service, token) = service(&data);
    let file = place.at("run.json");
    let mut command = place.run(&service.server(), &token);
    command.args(["--project", "vision", "--name", "ablation 7", "--label", "team=a", "--label", "seed=1", "--json"]);
    command.arg(&file);
    let run = Live::new(command);
    let id = run.job.clone();
    let before = live(&service, &id);
    assert_eq!((&before["ended"], &before["exit_status"]), (&Value::Null, &Value::Null));
    assert_eq!(before["labels"], json!({ "team": "a", "seed": "1" }));
    assert_eq!((&before["project"], &before["name"]), (&json!("vision"), &json!("ablation 7")));
    wait_for("more energy", || {
        job(&service, &id).filter(|now| now["energy_mj"].as_i64() > before["energy_mj"].as_i64())
    });
    let (status, text) = run.end();
    assert_eq!(status, 3, "{text}");
    assert!(text.contains(&format!("job       {id}, delivered")) && text.contains("`wattledger job run-"), "{text}");
    assert_eq!(place.spools(), [""; 0], "{text}");
    let document: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let after = job(&service, &id).unwrap();
    assert_eq!(document["job"], json!(id));
    assert_eq!(after["exit_status"], 3);
    assert_eq!(after["energy_mj"], document["energy_mj"]);
    let report = service.get("/api/v1/reports/emissions?from=2020-01-01&to=2100-01-01&group_by=job", &service.admin);
    let report = report.json();
    assert_eq!((&report["metered"]["energy_mj"], &report["idle"]["energy_mj"]), (&after["energy_mj"], &json!(0)));
    assert_eq!(service.command(&service.admin, &["job", &id]).code, 0);
}

#[test]
fn a_run_that_no_service_heard_is_delivered_by_the_next_one_and_by_the_agent_exactly_once() {
    let (data, place) = (Data::new(), Place::new());
    let away: Vec<Value> = (0..4)
        .map(|run| {
            let (output, document) = place.ran(&nobody(), "wl_x", &format!("sleep 0.3; exit {run}"));
            assert_eq!(output.status.code(), Some(run), "{output:?}");
            let spool = place.at("spool").join(format!("{}.sqlite", document["job"].as_str().unwrap()));
            assert!(stderr(&output).contains(spool.to_str().unwrap()), "{output:?}");
            document
        })
        .collect();
    assert_eq!(place.spools().len(), 4);
    // All at once: an agent and two runs.
    let (service, token) = service(&data);
    let agent = place.agent(&service.server(), &token, &format!("name = \"another\"\n{}", place.hidden()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let output = place.run(&service.server(), &token).args(["--", "true"]).output().unwrap();
                assert_eq!(output.status.code(), Some(0), "{output:?}");
            });
        }
    });
    wait_for("the end of the spools", || place.spools().is_empty().then_some(()));
    agent.stop();
    for (status, document) in away.iter().enumerate() {
        let found = job(&service, document["job"].as_str().unwrap()).unwrap();
        assert_eq!(found["energy_mj"], document["energy_mj"], "{document}");
        assert_eq!(found["exit_status"], status);
    }
}

#[test]
fn a_run_that_was_killed_ends_at_its_last_window_and_one_that_goes_on_is_left_alone() {
    let (data, place) = (Data::new(), Place::new());
    let (service, token) = service(&data);
    for by_agent in [false, true] {
        let killed = Live::new(place.run(&service.server(), &token));
        let live_one = Live::new(place.run(&service.server(), &token));
        live(&service, &killed.job);
        live(&service, &live_one.job);
        let id = killed.kill();
        assert_eq!(job(&service, &id).unwrap()["ended"], Value::Null);
        let agent =
            by_agent.then(|| place.agent(&service.server(), &token, &format!("name = \"b\"\n{}", place.hidden())));
        if !by_agent {
            place.ran(&service.server(), &token, "true");
        }
        let ended = wait_for("its end", || job(&service, &id).filter(|job| job["ended"] != Value::Null));
        assert_eq!(ended["exit_status"], Value::Null);
        wait_for("the end of its spool", || (place.spools() == [format!("{}.sqlite", live_one.job)]).then_some(()));
        let energy = job(&service, &id).unwrap()["energy_mj"].as_i64().unwrap();
        let seconds = (nanoseconds(&ended["ended"]) - nanoseconds(&ended["started"])) as f64 / 1e9;
        // Two runs of the same devices share them, and before they did one held them alone.
        let whole = MILLIWATTS as f64 * seconds;
        assert!(energy > 0 && (energy as f64) <= whole + 10.0, "{energy} mJ of {whole}");
        assert_eq!(job(&service, &live_one.job).unwrap()["ended"], Value::Null);
        let (status, text) = live_one.end();
        assert_eq!(status, 3, "{text}");
        drop(agent);
    }
}

#[test]
fn a_run_states_the_trace_that_it_runs_in() {
    let (data, place) = (Data::new(), Place::new());
    let service = Service::start(&data.path(), "");
    let (_, token) = service.token(&["ingest"], None);
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let parent = format!("00-{trace}-{span}-01");
    let labels = |environment: &str, options: &[&str]| {
        let file = place.at("run.json");
        drop(std::fs::remove_file(&file));
        let mut command = place.run(&service.server(), &token);
        command.env("TRACEPARENT", environment).arg("--json").arg(&file).args(options).args(["--", "true"]);
        assert!(command.output().unwrap().status.success());
        let document: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let id = document["job"].as_str().unwrap().to_owned();
        let job = wait_for("the job", || job(&service, &id));
        assert_eq!(job["labels"], document["labels"]);
        job["labels"].clone()
    };
    let expected = serde_json::json!({ "trace_id": trace, "span_id": span });
    assert_eq!(labels(&parent, &[]), expected);
    assert_eq!(labels("", &["--label", &format!("traceparent={parent}")]), expected);
    // As the standard asks, one that cannot be read counts as none.
    assert_eq!(labels("00-zz-1-01", &[]), serde_json::json!({}));
    let mut command = place.run(&service.server(), &token);
    let refused = command.args(["--label", "traceparent=mine", "--", "true"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("--label traceparent: \"mine\" is not a W3C trace context"), "{message}");
}
