//! One set of batches, sent by many nodes, each in another order, gives the same ledger for each.

use super::*;
use crate::reliability::{count, random};
use crate::stores;

/// Postings, reversals and supplements happen while batches still come in, or only at the end.
#[derive(Clone, Copy, PartialEq)]
enum Closing {
    InBetween,
    AtTheEnd,
}

/// What node `copy` has to say: holdings that change, a job that ends, and a correction thirty days later. No windows overlap: of those, the one
/// that is received first counts.
fn said(copy: usize) -> Vec<Batch> {
    let own = |name: &str| format!("{name}.{copy}");
    let mut all: Vec<Batch> = (0..8_u32).map(|number| batch(u64::from(number) + 1, i64::from(number) * 600)).collect();
    for (number, batch) in (0..).zip(&mut all) {
        let start = number * 600;
        batch.windows =
            vec![window("gpu0", start, start + 600, 7_000_003 + number), window("gpu1", start, start + 600, 5_000_011)];
        batch.windows[0].covered = Span::from_seconds(590);
    }
    all[1].holdings = vec![holding("gpu0", &own("a"), 1, 100, None), holding("gpu1", &own("b"), 2, 0, None)];
    all[3].holdings = vec![holding("gpu1", &own("c"), 3, 900, Some(2_500))];
    all[5].holdings = vec![holding("gpu0", &own("a"), 1, 100, Some(3_333))];
    all[5].jobs = vec![job(&own("a"), "p", Some(3_333))];
    all[7].clock.wall = at(30 * 86_400);
    all[7].holdings =
        vec![holding("gpu1", &own("b"), 2, 0, Some(1_700)), holding("gpu0", &own("d"), 1, 3_333, Some(4_000))];
    for batch in &mut all {
        (batch.agent, batch.node.name) = (own("n").into(), own("n").into());
    }
    all
}

/// Sums per job and of idle, without what is the copy's own name; grams too where nothing was posted in parts.
fn digests(fixture: &Fixture, closing: Closing) -> BTreeMap<String, Vec<(String, [i64; 7])>> {
    let mut found: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for by in [GroupBy::Job, GroupBy::Node] {
        for row in
            fixture.store.read(|tx| tx.entry_sums().by_group(&Selection::between(at(-FAR), at(FAR)), &by)).unwrap()
        {
            let Some((name, copy)) = row.group.as_deref().and_then(|group| group.split_once('.')) else { continue };
            let grams = |ug: i64| if closing == Closing::AtTheEnd { ug } else { 0 };
            let numbers = [
                row.energy.millijoules(),
                row.modelled.millijoules(),
                row.covered.saturating_nanoseconds(),
                row.span.saturating_nanoseconds(),
                grams(row.overhead.millijoules()),
                grams(row.co2e.micrograms()),
                grams(row.overhead_co2e.micrograms()),
            ];
            // An account that was emptied again is the same as one that never was.
            if numbers != [0; 7] {
                found.entry(copy.to_owned()).or_default().push((format!("{name} {}", row.is_idle), numbers));
            }
        }
    }
    found
}

fn check(closing: Closing, copies: usize) {
    let mut random = random();
    // In memory where there is such a place: thousands of commits, and none of them is about the disk.
    let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let store = stores::open(directory.path());
    let fixture = Fixture { directory, store, library: Arc::new(Library::bundled().unwrap()) };
    // Every batch of every copy once, and some twice; the first copy in order.
    let mut waiting: Vec<Vec<Batch>> = (0..copies)
        .map(|copy| {
            let mut order: Vec<usize> = (0..8).collect();
            if copy > 0 {
                order.push(random.usize(0..8));
                random.shuffle(&mut order);
            }
            let said = said(copy);
            order.into_iter().rev().map(|number| said[number].clone()).collect()
        })
        .collect();
    for round in 0..9 {
        for batches in &mut waiting {
            batches.pop().iter().for_each(|batch| drop(fixture.apply(batch)));
        }
        if closing == Closing::InBetween && round % 3 == 2 {
            fixture.close(at(3_600));
        }
    }
    fixture.close(at(FAR));
    fixture.assert_sound();
    let digests = digests(&fixture, closing);
    assert_eq!(digests.len(), copies);
    let first = &digests["0"];
    assert!(first.len() >= 6, "{first:?}");
    for (copy, digest) in &digests {
        assert_eq!(digest, first, "copy {copy}");
    }
}

#[test]
fn every_order_of_one_set_gives_the_same_ledger() {
    let copies = usize::try_from(count(500)).unwrap();
    check(Closing::InBetween, copies);
    check(Closing::AtTheEnd, copies);
}
