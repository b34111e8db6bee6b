//! A model of forty lines: whatever happens to a budget in whatever order, it stands as the model does.

use super::{Bench, at, demand, p95, policy};
use crate::reliability::{count, random};
use model::AdmissionId;
use serde_json::json;
use std::collections::BTreeMap;
use units::{Energy, Timestamp};
use wattledger::budget::Actual;

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

/// What a budget is.
#[derive(Default)]
struct Model {
    limit: i64,
    /// Committed, by month.
    spent: BTreeMap<String, i64>,
    /// Reserved and when that ends, by key.
    held: BTreeMap<u64, (i64, i64)>,
    /// Holds that ended by themselves, and when their job was to end.
    expired: BTreeMap<u64, i64>,
    /// Planned end of each admitted job.
    ends: BTreeMap<u64, i64>,
}

impl Model {
    fn free(&self, now: i64) -> i64 {
        self.limit
            - self.spent.get(&month(now)).unwrap_or(&0)
            - self.held.values().map(|(amount, _)| amount).sum::<i64>()
    }

    fn reserve(&mut self, key: u64, amount: i64, now: i64) -> bool {
        let fits = amount <= self.free(now);
        if fits {
            self.held.insert(key, (amount, now + HOUR + DAY));
            self.ends.insert(key, now + HOUR);
        }
        fits
    }

    fn commit(&mut self, key: u64, actual: i64, now: i64) {
        if self.held.remove(&key).is_some() || self.expired.remove(&key).is_some() {
            *self.spent.entry(month(now.min(self.ends[&key]))).or_default() += actual;
        }
    }

    fn pass(&mut self, now: i64) {
        let over: Vec<u64> = self.held.iter().filter(|(_, (_, ends))| *ends <= now).map(|(key, _)| *key).collect();
        for key in over {
            self.held.remove(&key);
            self.expired.insert(key, now);
        }
    }
}

fn moment(seconds: i64) -> Timestamp {
    at(seconds)
}

fn month(seconds: i64) -> String {
    chrono::DateTime::from_timestamp_nanos(moment(seconds).nanoseconds()).format("%Y-%m").to_string()
}

#[test]
fn random_steps_leave_what_the_model_says() {
    let steps = count(10_000);
    let mut random = random();
    let seed = random.get_seed();
    let mut bench = Bench::new();
    let mut now = 0;
    let mut model = Model { limit: 40 * p95(10_000), ..Model::default() };
    let number = bench.budget("p", model.limit, moment(now), json!({}));
    let mut ids: Vec<(u64, AdmissionId)> = Vec::new();
    for step in 0..steps {
        now += random.i64(0..HOUR);
        if random.u32(..200) == 0 {
            // A month ends now and then.
            now += random.i64(0..20 * DAY);
        }
        model.pass(now);
        let recent = ids.len().saturating_sub(60);
        let picked = ids.get(random.usize(recent..=ids.len().max(recent + 1))).cloned();
        match (random.u32(..100), picked) {
            (0..45, _) => {
                let size = random.u64(1_000..30_000);
                let decision = bench.admit(&step.to_string(), demand("p", size), moment(now)).unwrap();
                assert_eq!(decision.allowed, model.reserve(step, p95(size), now), "seed {seed}, step {step}");
                if decision.allowed {
                    ids.push((step, decision.id.unwrap()));
                }
            }
            (45..80, Some((key, id))) => {
                // Less, as much, and more than was held.
                let reserved = model.held.get(&key).map_or(7, |(amount, _)| *amount);
                let actual = [reserved / 2, reserved, reserved * 3 / 2][random.usize(..3)];
                let stated = Actual { energy: Some(Energy::from_millijoules(actual)), co2e: None };
                let before = model.held.contains_key(&key);
                let was_expired = model.expired.contains_key(&key);
                let row = bench.office(moment(now)).commit(id, stated).unwrap();
                if before {
                    assert_eq!(
                        row.overrun.map(Energy::millijoules),
                        Some((actual - reserved).max(0)),
                        "seed {seed}, step {step}"
                    );
                } else if was_expired {
                    assert_eq!(row.overrun.map(Energy::millijoules), Some(actual), "seed {seed}, step {step}");
                }
                model.commit(key, actual, now);
            }
            (80..95, Some((key, id))) => {
                bench.office(moment(now)).release(id).unwrap();
                model.held.remove(&key);
            }
            (95..97, _) => {
                model.limit = random.i64(10..60) * p95(10_000);
                bench.office(moment(now)).revise(&number, policy("p", model.limit, json!({})), "test").unwrap();
            }
            (97, _) if step % 10 == 0 => bench = bench.reopened(),
            _ => {}
        }
        if step % 7 == 0 || step + 1 == steps {
            let spent = *model.spent.get(&month(now)).unwrap_or(&0);
            let held: i64 = model.held.values().map(|(amount, _)| amount).sum();
            assert_eq!(bench.figures(&number, moment(now)), [spent, held, model.free(now)], "seed {seed}, step {step}");
        }
    }
    assert_eq!(wattledger::audit::verify(&bench.store).unwrap().fault, None);
}
