//! Batches handed to the copies: they are taken as they were stored, unless the ledger has decided otherwise since.

use super::influx::{by_job, minute, open};
use super::influx_server::InfluxDouble;
use super::*;
use crate::ledger::{batch, holding, job};
use crate::service::process::until;
use ::model::{Scope, TokenId};
use collectors::clock::SystemClock;
use std::sync::Arc;
use wattledger::access::Token;
use wattledger::enrolment;
use wattledger::ingest::{self, Applied, Received, TokenSpeaker};
use wattledger::series::{Follower, Handover, Influx, SeriesError, catch_up};
use wattledger::store::{TokenRecord, Voice};
use wire::Batch;

/// A ledger of which a copy in InfluxDB has the first minute.
fn copied() -> (InfluxDouble, Fixture, Arc<Influx>) {
    let (server, fixture) = (InfluxDouble::start(), Fixture::in_germany(60));
    fixture.apply(&minute(1));
    let influx = open(&server, fixture.directory.path());
    catch_up(&fixture.store, &influx).unwrap();
    (server, fixture, Arc::new(influx))
}

/// Hands over what was `applied`, and follows.
fn follow(fixture: Fixture, influx: Arc<Influx>, applied: impl IntoIterator<Item = Applied>) -> Follower {
    let mut handover = Handover::default();
    let handed = handover.to_copy();
    for Applied { batch, stored, .. } in applied {
        let (number, division) = stored.unwrap();
        handover.give(number, batch, division);
    }
    Follower::start(Arc::new(fixture.store), influx, Arc::new(SystemClock::new()), handed).unwrap()
}

#[test]
fn what_is_handed_over_is_not_read_again() {
    let (server, fixture, influx) = copied();
    let mut applied = fixture.apply(&minute(2));
    // Nobody does so. What is written then shows where it came from.
    applied.batch.windows.iter_mut().for_each(|window| window.power_peak = units::Power::from_milliwatts(1));
    let _follower = follow(fixture, influx, [applied]);
    until(|| server.sum("energy_window", "energy_mj") == 36_000_000);
    let peaks = server.points("energy_window").into_iter().filter(|(_, fields)| fields["power_max_mw"] == 1);
    assert_eq!(peaks.count(), 6);
}

#[test]
fn what_was_decided_since_goes_before_what_was_handed_over() {
    let (server, fixture, influx) = copied();
    let mut idle = minute(2);
    (idle.jobs, idle.holdings) = (Vec::new(), Vec::new());
    idle.windows.iter_mut().for_each(|window| window.device = "gpu1".into());
    let idle = fixture.apply(&idle);
    let mut late = batch(3, 190);
    late.jobs = vec![job("b", "p", None)];
    late.holdings = vec![holding("gpu1", "b", 1, 120, Some(150))];
    let late = fixture.apply(&late);
    let expected = fixture.by_job();
    assert_eq!((expected["b"], expected["idle"]), (9_000_000, 9_000_000));
    let _follower = follow(fixture, influx, [idle, late]);
    until(|| by_job(&server) == expected);
}

/// A token of project `p`.
fn of_a_project(fixture: &Fixture) -> TokenSpeaker {
    let (project, voice) = (Some("p".into()), Voice::default());
    let record = TokenRecord {
        id: TokenId::default(),
        name: "p".to_owned(),
        scopes: vec![Scope::Ingest],
        project: project.clone(),
        created: at(0),
        expires: None,
        last_used: None,
        revoked: None,
        voice: voice.clone(),
    };
    let (token, stored) = Token::issue(record).unwrap();
    enrolment::add_token(&fixture.store, stored, "0123456789abcdef".into()).unwrap();
    TokenSpeaker { token: token.id(), project, voice, is_admin: false }
}

#[test]
fn a_node_is_called_the_same_whether_its_batch_was_handed_over_or_read() {
    let names = |is_handed: bool| {
        let (server, fixture, influx) = copied();
        let mut own = minute(2);
        (own.agent, own.node.name) = ("n2".into(), "n2".into());
        let received = Received::read(&own.to_json().unwrap(), at(130)).unwrap();
        let applied = ingest::take(&fixture.store, received.by(of_a_project(&fixture))).unwrap();
        let stored = applied.batch.node.name.clone();
        let _follower = follow(fixture, influx, is_handed.then_some(applied));
        until(|| server.sum("energy_window", "energy_mj") == 36_000_000);
        let nodes = server.points("energy_window").into_iter().map(|(tags, _)| tags["node"].clone());
        (stored.into_string(), nodes.collect::<std::collections::BTreeSet<_>>())
    };
    let (stored, read) = names(false);
    assert_eq!(read, ["n1".to_owned(), stored].into());
    assert_eq!(names(true).1, read);
}

/// Settles every hour. Returns those, counted from the first, for which the copy asks the evidence.
fn settle_hours(fixture: &Fixture, influx: &Influx) -> Vec<i64> {
    let asked = std::sync::Mutex::new(Vec::new());
    let refused = influx.settle(at(NOW_S), &|hours| {
        let since = |start: Timestamp| start.since(at(0)).unwrap().nanoseconds().cast_signed() / 3_600_000_000_000;
        asked.lock().unwrap().extend(hours.iter().map(|(_, hour)| since(hour.start())));
        Err(SeriesError::Unreadable { reason: "a refusal".to_owned() })
    });
    assert!(refused.is_err());
    settle(fixture, influx, at(NOW_S));
    asked.into_inner().unwrap()
}

#[test]
fn an_hour_is_summed_as_it_is_sent_and_read_again_only_where_it_must_be() {
    let (server, fixture, influx) = copied();
    let take = |batch: &Batch| {
        fixture.apply(batch);
        catch_up(&fixture.store, influx.as_ref()).unwrap();
    };
    // Four hours; a minute of the third comes late, and so does who held the device in the fourth.
    (2..=60).chain(62..=239).filter(|sequence| *sequence != 130).for_each(|sequence| take(&minute(sequence)));
    take(&minute(130));
    let mut late = batch(500, 20_000);
    late.jobs = vec![job("b", "q", None)];
    late.holdings = vec![holding("gpu0", "b", 1, 11_000, Some(11_100))];
    take(&late);
    assert_eq!(settle_hours(&fixture, &influx), [3]);
    let of_hours = |server: &InfluxDouble| {
        let mut hours = server.points("energy_hour");
        hours.sort();
        hours
    };
    let summed = of_hours(&server);
    // The same from the evidence alone.
    let (again, fresh) = (InfluxDouble::start(), tempfile::tempdir().unwrap());
    catch_up(&fixture.store, &open(&again, fresh.path())).unwrap();
    settle(&fixture, &open(&again, fresh.path()), at(NOW_S));
    assert_eq!(of_hours(&again), summed);
    let energy: i64 = summed.iter().map(|(_, fields)| fields["energy_mj"]).sum();
    assert_eq!(energy, fixture.by_job().values().sum::<i64>());
}

#[test]
fn an_hour_in_which_the_copy_was_opened_is_read_again() {
    let (server, fixture, influx) = copied();
    drop(influx);
    let influx = open(&server, fixture.directory.path());
    (2..=90).for_each(|sequence| {
        fixture.apply(&minute(sequence));
    });
    catch_up(&fixture.store, &influx).unwrap();
    assert_eq!(settle_hours(&fixture, &influx), [0]);
    assert_eq!(server.sum("energy_hour", "energy_mj"), 90 * 18_000_000);
    assert_eq!(server.sum("energy_window", "energy_mj"), 90 * 18_000_000);
}
