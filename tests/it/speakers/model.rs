//! Three tenants with two nodes each, and an operator with two: whatever anybody sends, valid or forged, what one tenant is answered and what its
//! reports say depends on its own requests and the operator's alone. The ledger of everybody is compared with ledgers that got only those.

use crate::ledger::{FAR, Fixture, at, batch, holding, job, window};
use crate::reliability::{count, random};
use crate::stores;
use fastrand::Rng;
use model::{JobId, NodeName, ProjectName, Scope, TokenId};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use wattledger::grid::Library;
use wattledger::ingest::{self, Received, TokenSpeaker};
use wattledger::ledger;
use wattledger::store::{By, GroupBy, Selection, StoreError, StoredToken, TokenDigest, TokenRecord, Voice};
use wattledger::workload::{self, DeviceName, Teller};
use wire::{Batch, Boot};

const TENANTS: [&str; 3] = ["alpha", "beta", "gamma"];
/// Number of the speaker who delivers for the operator's nodes, and of the one who says who holds their devices.
const AGENTS: usize = 3;
const HOOKS: usize = 4;
/// Two nodes of each tenant, in order, and two of the operator.
const NODES: [&str; 8] = ["a1", "a2", "b1", "b2", "c1", "c2", "op1", "op2"];
const JOBS: [&str; 6] = ["j1", "j2", "j3", "j4", "j5", "j6"];
/// Requests that speak of one stretch of time, s; what is late speaks of an earlier one.
const STRETCH_REQUESTS: u64 = 40;
const STRETCH_S: i64 = 1_000;

/// Everybody who sends: the token of each tenant, and the two of the operator.
fn speakers() -> Vec<TokenSpeaker> {
    let of = |number: usize, project: Option<&str>, voice| TokenSpeaker {
        token: TokenId::new(format!("{number:016x}")),
        project: project.map(ProjectName::from),
        voice,
        is_admin: false,
    };
    let mut all: Vec<TokenSpeaker> =
        TENANTS.iter().enumerate().map(|(number, name)| of(number, Some(name), Voice::default())).collect();
    all.push(of(AGENTS, None, Voice::default()));
    let nodes: BTreeSet<NodeName> = ["op1", "op2"].map(NodeName::from).into();
    all.push(of(HOOKS, None, Voice { line: None, nodes: Some(nodes), holders_only: true }));
    all
}

/// One request.
#[derive(Debug, Clone)]
enum Said {
    Batch(Box<Batch>),
    Starts(wire::Job, Vec<DeviceName>),
    Ends(JobId, Option<i64>),
}

struct Books {
    fixture: Fixture,
    speakers: Vec<TokenSpeaker>,
}

impl Books {
    fn new() -> Self {
        // In memory where there is such a place: thousands of commits, and none of them is about the disk.
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let store = stores::open(directory.path());
        let fixture = Fixture { directory, store, library: Arc::new(Library::bundled().unwrap()) };
        let speakers = speakers();
        for speaker in speakers.clone() {
            let record = TokenRecord {
                id: speaker.token,
                name: "test".to_owned(),
                scopes: vec![Scope::Ingest],
                project: speaker.project,
                created: at(0),
                expires: None,
                last_used: None,
                revoked: None,
                voice: speaker.voice,
            };
            let stored = StoredToken { record, digest: TokenDigest([0; 32]) };
            fixture.store.write::<_, StoreError>(move |tx| tx.tokens().add(&stored, &TokenId::SERVICE)).unwrap();
        }
        Self { fixture, speakers }
    }

    /// What `speaker` is answered at a moment.
    fn ask(&self, speaker: usize, now: i64, said: &Said) -> String {
        let (store, speaker, now) = (&self.fixture.store, self.speakers[speaker].clone(), at(now));
        let teller = Teller { by: By { token: speaker.token.clone(), at: now }, speaker: Some(speaker.clone()) };
        let answered = match said.clone() {
            Said::Batch(batch) => Received::read(&batch.to_json().unwrap(), now)
                .and_then(|received| ingest::take(store, received.by(speaker)))
                .map(|applied| format!("{:?} {:?}", applied.outcome, applied.received))
                .map_err(|error| error.to_string()),
            Said::Starts(job, devices) => workload::state_job(store, job, devices, teller)
                .map(|id| id.to_string())
                .map_err(|error| error.to_string()),
            Said::Ends(id, end) => workload::finish_job(store, id, end.map_or(now, at), None, teller)
                .map(|()| "ended".to_owned())
                .map_err(|error| error.to_string()),
        };
        answered.unwrap_or_else(|refused| refused)
    }

    /// What a tenant's reports and list of jobs say.
    fn told_to(&self, tenant: &str) -> Vec<Value> {
        let selection = Selection { project: Some(tenant.into()), ..Selection::between(at(-FAR), at(FAR * 20)) };
        let (store, library) = (&self.fixture.store, &self.fixture.library);
        let mut told: Vec<Value> = [GroupBy::Job, GroupBy::Node, GroupBy::Project]
            .iter()
            .map(|by| serde_json::to_value(ledger::report(store, library, &selection, by).unwrap()).unwrap())
            .collect();
        for id in JOBS.iter().flat_map(|id| [JobId::from(*id), JobId::from(*id).within(&tenant.into())]) {
            let row = store.read::<_, StoreError>(|tx| tx.jobs().find(&id)).unwrap();
            let own = row.filter(|row| row.facts.project.as_ref().is_some_and(|project| project == tenant));
            told.extend(own.map(|row| serde_json::to_value(row.facts).unwrap()));
        }
        told
    }
}

/// What somebody sends, forged or not.
fn said(random: &mut Rng, speaker: usize, number: u64) -> Said {
    let stretch = i64::try_from(number / STRETCH_REQUESTS).unwrap();
    let stretch = if random.u8(0..20) == 0 { random.i64(0..=stretch) } else { stretch };
    let is_forged = (speaker < AGENTS || speaker == HOOKS) && random.bool();
    let own = if speaker < AGENTS { &NODES[2 * speaker..2 * speaker + 2] } else { &NODES[6..] };
    let node = if is_forged { random.choice(NODES).unwrap() } else { own[random.usize(0..2)] };
    match random.u8(0..10) {
        0 | 1 => {
            let mut facts = job(random.choice(JOBS).unwrap(), random.choice(TENANTS).unwrap(), None);
            facts.project = facts.project.filter(|_| random.bool());
            let start = stretch * STRETCH_S + random.i64(0..900);
            facts.started = random.bool().then(|| at(start));
            let name = random.bool().then(|| NodeName::from(node));
            let device = DeviceName { node: name, uuid: random.choice(["gpu0", "gpu1"]).unwrap().into() };
            Said::Starts(facts, vec![device])
        }
        2 => Said::Ends(random.choice(JOBS).unwrap().into(), random.bool().then(|| stretch * STRETCH_S + 950)),
        _ => Said::Batch(Box::new(said_batch(random, speaker, node, stretch))),
    }
}

fn said_batch(random: &mut Rng, speaker: usize, node: &str, stretch: i64) -> Batch {
    let base = stretch * STRETCH_S;
    let mut said = batch(random.u64(1..40), if random.bool() { base } else { random.i64(-FAR..FAR) });
    said.node.name = node.into();
    let run = format!("{node}-run");
    let agents = [node, node, &run, NODES[random.usize(0..8)]];
    said.agent = agents[random.usize(0..4)].into();
    said.boot = Boot::from_bits(random.u128(0..3) + u128::try_from(stretch).unwrap() * 3);
    let claimed = if speaker < AGENTS && random.u8(0..4) > 0 { TENANTS[speaker] } else { TENANTS[random.usize(0..3)] };
    for device in ["gpu0", "gpu1"] {
        if random.bool() {
            let (start, length) = (base + random.i64(0..600), random.i64(1..300));
            said.windows.push(window(device, start, start + length, random.i64(0..600_000) * length));
        }
        if random.bool() {
            let (start, length) = (base + random.i64(0..900), random.i64(1..900));
            let weight = random.choice([1, 2, 3, 10_000, 1_000_000]).unwrap();
            let end = (random.u8(0..20) > 0).then_some(start + length);
            said.holdings.push(holding(device, random.choice(JOBS).unwrap(), weight, start, end));
        }
    }
    if random.bool() {
        let mut facts = job(random.choice(JOBS).unwrap(), claimed, random.bool().then_some(base + 900));
        facts.project = facts.project.filter(|_| random.bool());
        said.jobs.push(facts);
    }
    said
}

#[test]
fn a_tenant_s_answers_and_reports_depend_on_its_own_requests_and_the_operator_s_alone() {
    let mut random = random();
    let everybody = Books::new();
    let apart = TENANTS.map(|_| Books::new());
    let (mut refused, mut accepted) = (0, 0);
    let requests = count(500);
    for number in 0..requests {
        let speaker = random.usize(0..speakers().len());
        let said = said(&mut random, speaker, number);
        let now = i64::try_from(number / STRETCH_REQUESTS).unwrap() * STRETCH_S + 950;
        let answer = everybody.ask(speaker, now, &said);
        for (tenant, books) in apart.iter().enumerate() {
            if speaker >= AGENTS || speaker == tenant {
                assert_eq!(books.ask(speaker, now, &said), answer, "request {number} of {speaker}: {said:?}");
            }
        }
        *(if answer.starts_with("Accepted") { &mut accepted } else { &mut refused }) += 1;
    }
    println!("{requests} requests: {accepted} batches accepted, {refused} requests answered otherwise");
    assert!(accepted > requests / 10 && refused > requests / 10);
    for books in apart.iter().chain([&everybody]) {
        books.fixture.close(at(FAR * 20));
    }
    everybody.fixture.assert_sound();
    for (tenant, books) in TENANTS.iter().zip(&apart) {
        let told = everybody.told_to(tenant);
        assert!(told[0]["total"]["energy_mj"].as_i64().unwrap() > 0, "{tenant} used something");
        assert_eq!(told, books.told_to(tenant), "{tenant}");
    }
}
