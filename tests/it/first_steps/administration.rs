//! Sites, nodes at sites, projects, owners of idle energy and the end of a job, from the command line alone.

use crate::command::Answer;
use crate::service::ledger::{batch_of, post_batch};
use crate::service::{Data, Service};
use crate::speakers::enroll::tomorrow;
use serde_json::{Value, json};

fn ran(service: &Service, words: &str) -> Answer {
    let answer = service.command(&service.admin, &words.split(' ').collect::<Vec<_>>());
    assert_eq!(answer.code, 0, "{words}: {answer:?}");
    answer
}

fn shown(service: &Service, words: &str) -> Value {
    serde_json::from_str(&ran(service, &format!("{words} --json")).stdout).unwrap()
}

#[test]
fn sites_are_made_changed_and_listed() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    assert!(ran(&service, "site list").stdout.contains("unassigned"));
    ran(&service, "site create paris --zone FR --pue 1.2 --posting-period 15");
    ran(&service, "site add oslo --zone NO");
    ran(&service, "site zone paris DE --since 2026-03-01");
    ran(&service, "site pue paris 1.15 --since 2026-04-01T12:00Z");
    ran(&service, "site price paris 92.5 --currency EUR --since 2026-01-01");
    ran(&service, "site idle-owner paris platform-team");
    let factors = "site factors paris --basis lifecycle --gas CO2e --publisher Ember --since 2026-02-01";
    let site = shown(&service, factors);
    assert_eq!(site["pue"][1], json!({ "since": "2026-04-01T12:00:00Z", "pue_ppm": 1_150_000 }));
    assert_eq!(site["price"][0]["per_mwh_micro"], 92_500_000);
    assert_eq!(site["factors"][0]["publishers"], json!(["Ember"]));
    let listed = ran(&service, "site list").stdout;
    let of = |name: &str| {
        let line = listed.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(of("paris"), ["paris", "DE", "1.150", "92.5", "EUR", "platform-team", "15", "min"]);
    assert_eq!(of("oslo"), ["oslo", "NO", "1.000", "-", "-", "60", "min"]);
    let site = shown(&service, "site idle-owner paris --nobody");
    assert_eq!(site["idle_owner"], Value::Null);
}

#[test]
fn nodes_are_placed_and_a_name_that_no_agent_uses_is_doubted() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    assert!(ran(&service, "node list").stdout.contains("wattledger agent --server URL"));
    assert_eq!(post_batch(&service, &service.admin, &batch_of("atlas", 1)).status, 200);
    ran(&service, "site create paris --zone FR");
    let nodes = shown(&service, "node list");
    let node = nodes[0]["name"].as_str().unwrap();
    assert_eq!(nodes[0]["site"], "unassigned");
    let placed = ran(&service, &format!("node assign {node} --site paris --since 2026-01-01"));
    assert_eq!(
        (placed.stdout, placed.stderr),
        (format!("{node} stands at paris since 2026-01-01T00:00:00Z\n"), String::new())
    );
    assert_eq!(shown(&service, "node list")[0]["site"], "paris");
    let doubted = ran(&service, "node assign nod --site paris");
    assert!(doubted.stderr.contains("no agent has sent readings as nod yet: check the name"), "{doubted:?}");
    assert!(
        ran(&service, "node devices").stdout.contains(shown(&service, "node devices")[0]["uuid"].as_str().unwrap())
    );
    let gaps = shown(&service, &format!("node gaps {node}"));
    assert_eq!(gaps[0]["uuid"], "rapl:package-0");
    assert!(ran(&service, "node gaps").stdout.contains("2026-01-05T09:00:04Z"));
    assert_eq!(shown(&service, "node gaps other"), json!([]));
    let refused = service.command(&service.admin, &["node", "assign", node, "--site", "pariss"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("`wattledger site list` lists the sites"), "{refused:?}");
}

#[test]
fn enrolment_codes_are_listed_and_ended() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    ran(&service, &format!("token code rack-7 --uses 2 --expires {}", tomorrow()));
    let code = shown(&service, "token codes")[0].clone();
    assert!(ran(&service, "token codes").stdout.contains("0 of 2"));
    ran(&service, &format!("token end-code {}", code["id"].as_str().unwrap()));
    assert!(shown(&service, "token codes")[0]["revoked"].is_string());
}

#[test]
fn projects_are_made_and_listed() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    assert!(ran(&service, "project list").stdout.contains("wattledger project create NAME"));
    assert_eq!(ran(&service, "project create vision").stdout, "project vision was created\n");
    ran(&service, "project add atlas");
    assert_eq!(ran(&service, "project list").stdout, "atlas\nvision\n");
    assert_eq!(shown(&service, "project list"), json!([{ "name": "atlas" }, { "name": "vision" }]));
    assert_eq!(service.command(&service.admin, &["project", "create", "vision"]).code, 2);
}

#[test]
fn a_job_whose_end_nobody_told_of_is_ended() {
    let data = Data::new();
    let service = Service::start(&data.path(), "");
    let stuck = json!({ "job": "stuck", "project": "atlas", "from": "2026-01-05T08:00:00Z" });
    assert_eq!(service.post("/api/v1/jobs", &service.admin, &stuck).status, 201);
    assert_eq!(shown(&service, "job stuck")["state"], "running");
    let ended = ran(&service, "job end stuck --at 2026-01-05T09:30Z --exit-status -9").stdout;
    assert_eq!(ended, "job stuck ended at 2026-01-05T09:30:00Z\n");
    let job = shown(&service, "job stuck");
    assert_eq!((&job["state"], &job["exit_status"]), (&json!("ended"), &json!(-9)));
    assert!(ran(&service, "job stuck").stdout.contains("2026-01-05T09:30:00Z"));
    let unknown = service.command(&service.admin, &["job", "end", "stuk"]);
    assert!(unknown.code != 0 && unknown.stderr.contains("no job \"stuk\""), "{unknown:?}");
    // A job may be called as the action is.
    let called = json!({ "job": "end", "project": "atlas" });
    assert_eq!(service.post("/api/v1/jobs", &service.admin, &called).status, 201);
    assert!(ran(&service, "job -- end").stdout.contains("end"));
}
