//! A clock of the service that jumps ends no hold, and what became of the jump is told.

use crate::budget::{demand, policy};
use crate::ledger::{Fixture, at};
use crate::service::process::until;
use crate::service::{Data, Service};
use collectors::clock::{Clock, VirtualClock};
use model::{AdmissionState, TokenId};
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Arc;
use units::Span;
use wattledger::budget::{Ask, Office};
use wattledger::steady_clock::{CONFIRMED_AFTER, SteadyClock};

const MINUTE: Span = Span::from_seconds(60);
/// Longer than any hold of an hour lasts.
const TWO_DAYS: Span = Span::from_seconds(2 * 86_400);

/// A fixture whose clock can be set, with one hold.
struct Held {
    fixture: Fixture,
    clock: Arc<VirtualClock>,
    steady: SteadyClock,
    by: TokenId,
}

impl Held {
    fn new() -> Self {
        let clock = Arc::new(VirtualClock::new(at(0)));
        let steady = SteadyClock::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let held = Self { fixture: Fixture::new(), clock, steady, by: TokenId::from("0123456789abcdef") };
        held.office().create(policy("llm", 36_000_000_000, json!({}))).unwrap();
        assert!(held.office().admit(Some("job"), demand("llm", 500_000), Ask::Reserve).unwrap().allowed);
        held
    }

    fn office(&self) -> Office<'_> {
        let Self { fixture, steady, by, .. } = self;
        Office { store: &fixture.store, library: &fixture.library, now: steady.wall(), by }
    }

    /// Settles what is due, and says what has become of the hold.
    fn state(&self) -> AdmissionState {
        self.office().settle().unwrap();
        self.fixture.store.read(|tx| tx.admissions().by_key("job")).unwrap().unwrap().state
    }
}

#[test]
fn two_days_ahead_and_back_end_no_hold() {
    let held = Held::new();
    held.clock.step_wall(held.clock.wall().after(TWO_DAYS).unwrap());
    for _ in 0..14 {
        assert_eq!(held.state(), AdmissionState::Held);
        held.clock.advance(MINUTE);
    }
    held.clock.step_wall(held.clock.wall().before(TWO_DAYS));
    assert_eq!(held.state(), AdmissionState::Held);
    held.clock.advance(TWO_DAYS);
    assert_eq!(held.state(), AdmissionState::Expired, "time that passes ends it");
}

#[test]
fn a_date_that_stays_ends_holds_at_the_second_look() {
    let held = Held::new();
    held.clock.step_wall(held.clock.wall().after(TWO_DAYS).unwrap());
    assert_eq!(held.state(), AdmissionState::Held);
    held.clock.advance(CONFIRMED_AFTER);
    assert_eq!(held.state(), AdmissionState::Expired);
}

/// What `/attention` says of the clock.
fn told(service: &Service) -> Option<Value> {
    let items = service.get("/api/v1/attention", &service.admin).json();
    items["items"].as_array().unwrap().iter().find(|item| item["kind"] == "clock_jumped").cloned()
}

#[test]
fn a_real_service_whose_clock_is_set_a_day_ahead_and_back_keeps_its_holds_and_says_so() {
    const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    if !std::path::Path::new(LIBRARY).exists() {
        return crate::skip::skip("libfaketime is missing");
    }
    let data = Data::new();
    let (date, config) = (data.path().with_extension("date"), data.path().with_extension("toml"));
    let set = |offset: &str| std::fs::write(&date, offset).unwrap();
    set("+0");
    std::fs::write(&config, "ledger.close_every_s = 1").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattledger"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data.path()).arg("--config").arg(&config);
    command.env("LD_PRELOAD", LIBRARY).env("FAKETIME_TIMESTAMP_FILE", &date);
    command.envs([("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")]);
    let service = Service::of(command, false).unwrap();
    let budget = json!({ "name": "b", "scope": "project", "project": "atlas", "unit": "energy", "limit_mj": 36_000_000_000_i64,
        "period": "month", "mode": "block" });
    assert_eq!(service.post("/api/v1/budgets", &service.admin, &budget).status, 201);
    let asked = json!({ "key": "k", "project": "atlas", "accelerator": "A100", "count": 1, "hours": 1, "power_w": 1000, "intensity": 400 });
    let decision = service.post("/api/v1/admissions", &service.admin, &asked).json();
    assert_eq!(decision["allowed"], true, "{decision}");
    let path = format!("/api/v1/admissions/{}", decision["id"].as_str().unwrap());
    let state = || service.get(&path, &service.admin).json()["state"].clone();
    set("+2d");
    until(|| told(&service).is_some_and(|item| item["message"].as_str().unwrap().contains("nothing is decided by it")));
    assert_eq!(state(), "held");
    set("+0");
    until(|| told(&service).is_some_and(|item| item["message"].as_str().unwrap().contains("was set right again")));
    assert_eq!(state(), "held");
}
