//! A hostile editor beside honest users: whatever is created, patched, scaled, relabelled, orphaned, adopted, deleted, evicted and tried again,
//!
//! - the accelerators that live never exceed what is held, but for what came while the webhook was away, until the reader has looked;
//! - what is held never exceeds what a blocking budget has room for, unless the webhook was away (asked in long runs alone);
//! - what honest users were let in with gets its pods;
//! - and once all is quiet and the reader has looked, held is exactly what the objects take, as far as the budget has room.
//!
//! A change under review runs 50 sequences; `WATTLEDGER_LONG=200` runs 10,000. A failure names the `WATTLEDGER_SEED` that repeats it at once.

use super::cluster::{Cluster, Stored, alice, deployment, gpus, is_over, job, owner_of, pod, user};
use crate::reliability::{count, random};
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Steps of one sequence.
const STEPS: usize = 40;
/// Sequences of a change under review.
const SEQUENCES: u64 = 50;
/// Sequences after which the ledgers begin anew: one with little room, one with room for everything.
const SEQUENCES_OF_A_LEDGER: u64 = 50;
/// GPUs for an hour that the budget with little room has room for.
const ROOM: u64 = 14;
/// The namespace of honest users.
const HONEST: &str = "team-c";
/// What must have happened in a run, or it shows nothing.
const HAPPENED: [&str; 17] = [
    "create", "forge", "grow", "shrink", "scale", "relabel", "adopt", "orphan", "release", "delete", "evict", "end",
    "retry", "quota", "refusal", "outage", "denial",
];

/// What one GPU for an hour holds, mJ.
fn one_gpu() -> i64 {
    let mut cluster = Cluster::new(i64::MAX / 4);
    cluster.create(&alice(), pod("team-a", "one", "one", 1)).uid();
    cluster.gate.bench.figures("1", crate::budget::at(0))[1]
}

/// What the objects that are there take, by the rule of the README: each root in full, or its pods where these take more.
fn taken(cluster: &Cluster) -> u64 {
    let of = |uid: &str, object: &Value| {
        let spec = &object["spec"];
        let each = |pods: u64| pods * gpus(&spec["template"]["spec"]);
        let declared = match object["kind"].as_str().unwrap() {
            "Pod" => {
                if is_over(object) {
                    0
                } else {
                    gpus(spec)
                }
            }
            "Job" if object["status"]["conditions"][0]["type"] == "Complete" => 0,
            "Job" => {
                let left = spec["completions"].as_u64().unwrap() - object["status"]["succeeded"].as_u64().unwrap_or(0);
                each(spec["parallelism"].as_u64().unwrap().min(left))
            }
            _ => each(spec["replicas"].as_u64().unwrap()),
        };
        declared.max(pods_below(cluster, uid))
    };
    let is_root = |object: &Value| parent(cluster, object).is_none();
    cluster.objects.iter().filter(|(_, object)| is_root(object)).map(|(uid, object)| of(uid, object)).sum()
}

/// The owner of an object, if its controller makes such objects.
fn parent<'a>(cluster: &Cluster, object: &'a Value) -> Option<&'a str> {
    let owner = owner_of(object)?;
    let made = match cluster.get(owner)?["kind"].as_str()? {
        "Deployment" => "ReplicaSet",
        "Pod" => return None,
        _ => "Pod",
    };
    (object["kind"] == made).then_some(owner)
}

fn pods_below(cluster: &Cluster, uid: &str) -> u64 {
    let below = |(child, object): (&String, &Value)| {
        let own = if object["kind"] == "Pod" && !is_over(object) { gpus(&object["spec"]) } else { 0 };
        own + pods_below(cluster, child)
    };
    cluster.objects.iter().filter(|(_, object)| parent(cluster, object) == Some(uid)).map(below).sum()
}

fn pick(random: &mut Rng, from: Vec<String>) -> Option<String> {
    (!from.is_empty()).then(|| from[random.usize(..from.len())].clone())
}

/// One run of steps, with what has happened in all runs.
struct Sequence<'a> {
    cluster: &'a mut Cluster,
    random: &'a mut Rng,
    happened: &'a mut BTreeMap<&'static str, u64>,
    /// Whether all that lives was heard of.
    is_heard: bool,
    /// Whether the webhook was never away.
    is_clean: bool,
    /// When the webhook was last away, seconds.
    away: i64,
}

impl Sequence<'_> {
    fn note(&mut self, what: &'static str, is_so: bool) {
        *self.happened.entry(what).or_default() += u64::from(is_so);
    }

    /// An editor of both namespaces, by whatever account.
    fn editor(&mut self) -> Value {
        let service_accounts = ["system:serviceaccount:team-a:trainer", "system:serviceaccount:team-b:builder"];
        [alice(), user("bob"), user(service_accounts[0]), user(service_accounts[1])][self.random.usize(..4)].clone()
    }

    /// An object of the editors' namespaces, or of the honest users'.
    fn any(&mut self, is_honest: bool) -> Option<String> {
        let is_of = |object: &Value| (object["metadata"]["namespace"] == HONEST) == is_honest;
        let found = self.cluster.objects.iter().filter(|(_, object)| is_of(object)).map(|(uid, _)| uid.clone());
        pick(self.random, found.collect())
    }

    fn create(&mut self) {
        let namespace = ["team-a", "team-b"][self.random.usize(..2)];
        let name = format!("n{}", self.random.u32(..4));
        let user = self.editor();
        let (replicas, each) = (self.random.u64(1..4), self.random.u64(1..3));
        let mut object = match self.random.u32(..4) {
            0 => pod(namespace, &format!("p{}", self.random.u32(..8)), &name, each),
            1 => job(namespace, &name, replicas, each),
            _ => deployment(namespace, &name, replicas, each),
        };
        if self.random.u32(..3) == 0
            && let Some(owner) = self.any(false)
        {
            // A forged owner, true or nearly so.
            let of = self.cluster.get(&owner).unwrap();
            let uid = if self.random.bool() { owner.as_str() } else { "no such uid" };
            object["metadata"]["ownerReferences"] = json!([{ "apiVersion": of["apiVersion"], "kind": of["kind"],
                "name": of["metadata"]["name"], "uid": uid, "controller": self.random.bool() }]);
            self.note("forge", true);
        }
        let mut stored = self.cluster.create(&user, object.clone());
        if !stored.is_stored() && self.random.bool() {
            stored = self.cluster.create(&user, object);
            self.note("retry", true);
        }
        self.note("create", stored.is_stored());
        self.note("denial", matches!(stored, Stored::Denied(_)));
        self.note("refusal", stored == Stored::Refused);
    }

    /// What somebody does who may change everything in both namespaces.
    fn meddle(&mut self) {
        let Some(uid) = self.any(false) else { return };
        let object = self.cluster.get(&uid).unwrap().clone();
        let kind = object["kind"].as_str().unwrap();
        let editor = self.editor();
        let label = format!("n{}", self.random.u32(..5));
        match (self.random.u32(..9), kind) {
            (0..3, "Deployment" | "ReplicaSet" | "Job") => self.resize(&editor, &uid, &object),
            (0..3, _) => self.relabel(&editor, &uid, "labels", "app", &label),
            (3, _) => self.relabel(&editor, &uid, "annotations", "a", &label),
            (4, "Pod") => {
                self.cluster.evict(&editor, &uid);
                self.note("evict", true);
            }
            (5, "Pod") => {
                let stored = self.cluster.update(&editor, &uid, "", |object| {
                    object["metadata"].as_object_mut().unwrap().remove("ownerReferences");
                });
                self.note("release", stored.is_stored() && owner_of(&object).is_some());
            }
            (6, _) => {
                let policy = ["Background", "Orphan"][self.random.usize(..2)];
                let asked = self.cluster.delete(&editor, &uid, policy);
                assert!(!matches!(asked, Stored::Denied(_)), "a deletion was denied: {asked:?}");
                self.note("delete", asked.is_stored());
            }
            (7 | 8, "Pod") if object["spec"]["nodeName"].is_string() => {
                let ended = |pod: &mut Value| pod["status"]["phase"] = json!("Succeeded");
                let stored = self.cluster.update(&user("system:node:node1"), &uid, "status", ended);
                assert!(stored.is_stored(), "what a node says was denied: {stored:?}");
                self.note("end", true);
            }
            _ => {}
        }
    }

    /// Changes how many pods an object has or how much each takes.
    fn resize(&mut self, user: &Value, uid: &str, object: &Value) {
        let (wanted, each) = (self.random.u64(..5), self.random.u64(1..4));
        let field = if object["kind"] == "Job" { "parallelism" } else { "replicas" };
        let before = object["spec"][field].as_u64().unwrap();
        let is_of_template = object["kind"] == "Deployment" && self.random.u32(..3) == 0;
        let (stored, is_more) = if is_of_template {
            let change = |object: &mut Value| {
                object["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] =
                    json!(each.to_string());
            };
            (self.cluster.update(user, uid, "", change), each > gpus(&object["spec"]["template"]["spec"]))
        } else {
            let sub = if object["kind"] != "Job" && self.random.bool() { "scale" } else { "" };
            self.note("scale", sub == "scale");
            (self.cluster.update(user, uid, sub, |object| object["spec"][field] = json!(wanted)), wanted > before)
        };
        assert!(is_more || !matches!(stored, Stored::Denied(_)), "what takes no more was denied: {stored:?}");
        self.note(if is_more { "grow" } else { "shrink" }, stored.is_stored());
        self.note("denial", matches!(stored, Stored::Denied(_)));
    }

    fn relabel(&mut self, user: &Value, uid: &str, field: &str, name: &str, value: &str) {
        let stored = self.cluster.update(user, uid, "", |object| object["metadata"][field][name] = json!(value));
        assert!(!matches!(stored, Stored::Denied(_)), "{field} are let through: {stored:?}");
        self.note("relabel", stored.is_stored() && field == "labels");
    }

    /// What honest users do: they create, scale and delete what is theirs.
    fn work(&mut self) {
        let carol = user("carol");
        let (name, pods) = (format!("h{}", self.random.u32(..3)), self.random.u64(1..3));
        let found = self.any(true).filter(|_| self.random.bool());
        match found.and_then(|uid| Some((self.cluster.get(&uid)?["kind"].as_str()?.to_owned(), uid))) {
            Some((kind, uid)) if kind == "Deployment" && self.random.bool() => {
                self.cluster.update(&carol, &uid, "scale", |object| object["spec"]["replicas"] = json!(pods));
            }
            Some((kind, uid)) if kind == "Deployment" || kind == "Job" => {
                self.cluster.delete(&carol, &uid, "Background");
            }
            _ => {
                let make = if self.random.bool() { deployment } else { job };
                self.cluster.create(&carol, make(HONEST, &name, pods, 1));
            }
        }
    }

    fn step(&mut self) {
        (self.cluster.attempts, self.cluster.is_refused) = (self.random.u32(1..4), self.random.u32(..12) == 0);
        match self.random.u32(..22) {
            0..4 => self.create(),
            4..9 => self.meddle(),
            9 => {
                self.cluster.quota = self.random.u64(..8);
                self.note("quota", true);
            }
            10 => {
                // Nothing goes without a sign for as long as that.
                self.cluster.is_refused = false;
                self.cluster.show_signs();
                self.cluster.gate.pass(self.random.i64(1..400));
            }
            11 if self.random.u32(..6) == 0 => {
                (self.cluster.is_away, self.is_heard, self.is_clean) = (true, false, false);
                self.note("outage", true);
            }
            12 => self.cluster.is_away = false,
            13 => {
                self.cluster.look();
                self.is_heard |= !self.cluster.is_away && self.cluster.gate.now > self.away + 61;
            }
            14 | 15 => self.work(),
            _ => {
                if let Some(uid) = pick(self.random, self.cluster.objects.keys().cloned().collect()) {
                    self.cluster.step(&uid);
                }
            }
        }
        if self.cluster.is_away {
            self.away = self.cluster.gate.now;
        }
    }

    fn run(&mut self, room: u64, what: &str) {
        for step in 0..STEPS {
            let denied = self.cluster.denied_pods.len();
            self.step();
            let (living, held) = (self.cluster.living(), self.cluster.gate.held());
            assert!(!self.is_heard || living <= held, "{what}, step {step}: {living} live, {held} are held");
            assert!(
                !self.is_clean || held <= room || count(1) == 1,
                "{what}, step {step}: {held} are held, and there is room for {room}"
            );
            let denied = &self.cluster.denied_pods[denied..];
            let is_honest = denied.iter().any(|namespace| namespace.contains(HONEST));
            assert!(!self.is_clean || !is_honest, "{what}, step {step}: a pod of an honest user was denied");
        }
        let cluster = &mut self.cluster;
        (cluster.attempts, cluster.is_refused, cluster.is_away, cluster.quota) = (1, false, false, u64::MAX);
    }
}

/// Lets everything come to rest, and the reader look.
fn rest(cluster: &mut Cluster) {
    for _ in 0..2 {
        cluster.settle();
        cluster.show_signs();
        cluster.gate.pass(700);
        cluster.look();
    }
}

/// What must be so after a sequence, when all is quiet.
fn check_rest(cluster: &mut Cluster, room: u64, is_clean: bool, what: &str) {
    rest(cluster);
    let (living, held, taken) = (cluster.living(), cluster.gate.held(), taken(cluster));
    if taken <= room {
        assert_eq!(held, taken, "{what}, at rest");
    } else {
        assert!(
            (living..=taken).contains(&held),
            "{what}, at rest: {living} live, {held} are held, {taken} are asked for"
        );
        assert!(
            !is_clean || held <= room || count(1) == 1,
            "{what}, at rest: {held} are held, and there is room for {room}"
        );
    }
    for uid in cluster.objects.keys().cloned().collect::<Vec<_>>() {
        cluster.delete(&alice(), &uid, "Background");
    }
    rest(cluster);
    assert_eq!((cluster.objects.len(), cluster.gate.held()), (0, 0), "{what}, after all was deleted");
    let known = cluster.gate.bench.store.read::<_, wattledger::store::StoreError>(|tx| tx.kubernetes().all()).unwrap();
    assert_eq!(known, [], "{what}");
}

#[test]
fn what_lives_is_held_whatever_an_editor_does() {
    let first = random().get_seed();
    let mut happened = BTreeMap::new();
    let rooms = [(ROOM, i64::try_from(ROOM).unwrap() * one_gpu()), (u64::MAX, i64::MAX / 4)];
    let fresh = || rooms.map(|(_, limit_mj)| Cluster::new(limit_mj));
    let mut clusters = fresh();
    for number in 0..count(SEQUENCES) {
        if number % SEQUENCES_OF_A_LEDGER == 0 {
            clusters = fresh();
        }
        // Each has a seed of its own, and is repeated alone.
        let seed = first.wrapping_add(number);
        let what = format!("WATTLEDGER_SEED={seed}");
        let mut random = Rng::with_seed(seed);
        let place = usize::from(random.bool());
        let (cluster, room) = (&mut clusters[place], rooms[place].0);
        cluster.spared = HONEST;
        let (random, happened) = (&mut random, &mut happened);
        let mut sequence = Sequence { cluster, random, happened, is_heard: true, is_clean: true, away: -1_000 };
        sequence.run(room, &what);
        let is_clean = sequence.is_clean;
        let cluster = &mut clusters[place];
        check_rest(cluster, room, is_clean, &what);
        for (moved, times) in std::mem::take(&mut cluster.moves) {
            *happened.entry(moved).or_default() += times;
        }
        if (number + 1) % SEQUENCES_OF_A_LEDGER == 0 {
            for cluster in &clusters {
                assert_eq!(wattledger::audit::verify(&cluster.gate.bench.store).unwrap().fault, None, "{what}");
            }
        }
    }
    for what in HAPPENED {
        assert!(happened.get(what).is_some_and(|times| *times > 0), "{what} never happened: {happened:?}");
    }
}
