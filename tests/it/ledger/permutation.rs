//! The ledger is a function of the set of batches: repetition and lateness change nothing, and order only which of two windows of one time counts.

use super::*;
use proptest::prelude::*;

const HORIZON_S: i64 = 7_500;
/// Divides by every sum of weights that can occur, so that the model needs no rounding.
const UNIT_MJ: i64 = 2_520;

/// Energy per job by looking at every second on its own, of batches in the order of their receipt.
fn model(batches: &[&Batch]) -> BTreeMap<String, i64> {
    let mut taken: Vec<&Window> = Vec::new();
    for window in batches.iter().flat_map(|batch| &batch.windows) {
        let meets =
            |other: &&&Window| other.device == window.device && other.start < window.end && window.start < other.end;
        if window.device != "mig0" && taken.iter().find(meets).is_none() {
            taken.push(window);
        }
    }
    let mut held = BTreeMap::new();
    for batch in batches {
        for holding in &batch.holdings {
            let stated = (holding.end.is_some(), batch.clock.wall, batch.sequence, holding);
            let known = held.entry((holding.device.as_str(), holding.job.as_str(), holding.start)).or_insert(stated);
            if (stated.0, stated.1, stated.2) > (known.0, known.1, known.2) {
                *known = stated;
            }
        }
    }
    let mut sums = BTreeMap::new();
    for window in taken {
        let length = (window.end.nanoseconds() - window.start.nanoseconds()) / 1_000_000_000;
        for second in 0..length {
            let now = window.start.after(Span::from_seconds(second.unsigned_abs())).unwrap();
            let mut weights: BTreeMap<&str, i64> = BTreeMap::new();
            for (_, _, _, holding) in held.values().filter(|(_, _, _, holding)| holding.device == window.device) {
                if holding.start <= now && holding.end.is_none_or(|end| now < end) {
                    let weight = weights.entry(holding.job.as_str()).or_default();
                    *weight = (*weight).max(i64::from(holding.weight));
                }
            }
            if weights.is_empty() {
                weights.insert("idle", 1);
            }
            let whole: i64 = weights.values().sum();
            for (job, weight) in weights {
                *sums.entry(job.to_owned()).or_insert(0) += window.energy.millijoules() / length * weight / whole;
            }
        }
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

fn one_window() -> impl Strategy<Value = Window> {
    let device = prop_oneof![Just("gpu0"), Just("gpu1"), Just("mig0")];
    (device, 0..HORIZON_S, 1..900_i64, 0..200_i64)
        .prop_map(|(device, start, length, rate)| window(device, start, start + length, rate * length * UNIT_MJ))
}

fn one_holding() -> impl Strategy<Value = Holding> {
    let device = prop_oneof![Just("gpu0"), Just("gpu1")];
    let job = prop_oneof![Just("a"), Just("b"), Just("c")];
    let start = prop_oneof![Just(0_i64), Just(600), 0..HORIZON_S];
    (device, job, 1..=3_u32, start, proptest::option::of(1..4_000_i64)).prop_map(
        |(device, job, weight, start, length)| holding(device, job, weight, start, length.map(|length| start + length)),
    )
}

pub(super) fn one_batch() -> impl Strategy<Value = Batch> {
    let windows = proptest::collection::vec(one_window(), 0..8);
    let holdings = proptest::collection::vec(one_holding(), 0..3);
    (windows, holdings, 0..5_i64).prop_map(|(mut windows, mut holdings, wall)| {
        windows.sort_by(|a, b| (&a.device, a.start).cmp(&(&b.device, b.start)));
        windows.dedup_by(|a, b| (&a.device, a.start) == (&b.device, b.start));
        holdings.sort_by(|a, b| (&a.device, &a.job, a.start).cmp(&(&b.device, &b.job, b.start)));
        holdings.dedup_by(|a, b| (&a.device, &a.job, a.start) == (&b.device, &b.job, b.start));
        Batch { windows, holdings, ..batch(1, wall) }
    })
}

/// Batches, and an order with repetitions in which they arrive, with postings in between.
pub(crate) fn arrivals() -> impl Strategy<Value = (Vec<Batch>, Vec<(usize, bool)>)> {
    proptest::collection::vec(one_batch(), 1..7).prop_flat_map(|mut batches| {
        for (sequence, batch) in (1..).zip(&mut batches) {
            batch.sequence = sequence;
        }
        let count = batches.len();
        let all = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
        let again = proptest::collection::vec(0..count, 0..3);
        let order = (all, again).prop_flat_map(|(all, again)| Just([all, again].concat()).prop_shuffle());
        let order = order.prop_flat_map(|order| {
            let closes = proptest::collection::vec(any::<bool>(), order.len());
            closes.prop_map(move |closes| order.iter().copied().zip(closes).collect::<Vec<_>>())
        });
        (Just(batches), order)
    })
}

pub(crate) fn cases() -> u32 {
    u32::try_from(crate::reliability::count(48)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_repetition_and_lateness_gives_what_the_set_says((batches, order) in arrivals()) {
        let fixture = Fixture::in_germany(60);
        let mut received: Vec<&Batch> = Vec::new();
        for (position, closes) in order {
            let batch = &batches[position];
            if received.iter().all(|known| known.sequence != batch.sequence) {
                received.push(batch);
            }
            fixture.apply(batch);
            fixture.assert_sound();
            if closes {
                fixture.close(at(5_000));
                fixture.assert_sound();
            }
        }
        let expected = model(&received);
        prop_assert_eq!(&fixture.by_job(), &expected);
        fixture.close(at(FAR));
        fixture.assert_sound();
        fixture.assert_explained();
        prop_assert_eq!(&fixture.by_job(), &expected);
        let open: Vec<_> = fixture.store.read(|tx| tx.postings().open()).unwrap();
        prop_assert!(open.is_empty());
    }
}
