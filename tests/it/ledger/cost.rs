use super::*;
use api::Cost;
use model::PeriodId;
use proptest::prelude::*;

const EUR: i64 = 100_000_000;

fn price(fixture: &Fixture, site: &str, since: i64, currency: &str, micro_per_mwh: i64) {
    let (site, currency) = (site.to_owned(), currency.to_owned());
    workload::set_price(
        &fixture.store,
        site.into(),
        at(since),
        currency,
        micro_per_mwh,
        wattledger::store::By::service(at(0)),
    )
    .unwrap();
}

fn micro(costs: &[Cost]) -> Vec<(&str, i64, i64)> {
    costs.iter().map(|cost| (cost.currency.as_str(), cost.amount_micro, cost.energy_mj)).collect()
}

#[test]
fn energy_costs_what_it_cost_at_its_time_and_place() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 7_200);
    // Half a kWh in each of two hours; PUE 1.2.
    first.windows = vec![window("gpu0", 0, 3_600, 1_800_000_000), window("gpu0", 3_600, 7_200, 1_800_000_000)];
    fixture.apply(&first);
    assert_eq!(fixture.report(&GroupBy::Site).metered.energy_cost, [], "no site has a price");
    price(&fixture, "fra", 0, "EUR", EUR);
    price(&fixture, "fra", 3_600, "EUR", 3 * EUR);
    for is_posted in [false, true] {
        let report = fixture.report(&GroupBy::Site);
        // 100 and 300 EUR/MWh are 0.10 and 0.30 EUR/kWh.
        assert_eq!(micro(&report.metered.energy_cost), [("EUR", 200_000, 3_600_000_000)], "posted: {is_posted}");
        assert_eq!(micro(&report.idle.energy_cost), [("EUR", 200_000, 3_600_000_000)]);
        assert_eq!(micro(&report.overhead.energy_cost), [("EUR", 40_000, 720_000_000)]);
        fixture.close(at(FAR));
    }
    workload::add_site(
        &fixture.store,
        &fixture.library,
        "nyc".into(),
        "US",
        60,
        Pue::ONE,
        wattledger::store::By::service(at(-FAR)),
    )
    .unwrap();
    workload::assign_node(
        &fixture.store,
        "n2".into(),
        "nyc".into(),
        at(-FAR),
        wattledger::store::By::service(at(-FAR)),
    )
    .unwrap();
    price(&fixture, "nyc", 0, "USD", EUR);
    let mut other = batch(1, 3_600);
    (other.agent, other.node.name) = ("n2".into(), "n2".into());
    other.windows = vec![window("gpu0", 0, 3_600, 1_800_000_000)];
    fixture.apply(&other);
    let expected = [("EUR", 200_000, 3_600_000_000), ("USD", 50_000, 1_800_000_000)];
    assert_eq!(
        micro(
            &fixture
                .report(&GroupBy::Calendar(wattledger::store::CalendarUnit::Month, chrono_tz::UTC))
                .metered
                .energy_cost
        ),
        expected,
        "never one sum"
    );
    let refused = workload::set_price(
        &fixture.store,
        "fra".into(),
        at(0),
        "USD".to_owned(),
        1,
        wattledger::store::By::service(at(0)),
    )
    .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "site \"fra\" pays in EUR: state its price in that currency, or make a site of its own"
    );
}

#[test]
fn a_closed_period_keeps_the_prices_of_then() {
    let fixture = Fixture::in_germany(60);
    let mut first = batch(1, 7_200);
    first.windows = vec![window("gpu0", 0, 3_600, 1_800_000_000)];
    fixture.apply(&first);
    price(&fixture, "fra", 0, "EUR", EUR);
    fixture.close(at(FAR));
    let range = Interval::new(at(-3_600), at(7_200)).unwrap();
    ledger::close_period(&fixture.store, None, range, wattledger::store::By::service(at(FAR))).unwrap();
    price(&fixture, "fra", 0, "EUR", 2 * EUR);
    let cost = |figures: &api::Figures| micro(&figures.metered.energy_cost)[0].1;
    let period = ledger::period(&fixture.store, &fixture.library, PeriodId::new(1), None).unwrap();
    assert_eq!((cost(&period.closed), cost(&period.current)), (50_000, 100_000));
    ledger::restate_period(
        &fixture.store,
        PeriodId::new(1),
        "a new invoice".to_owned(),
        wattledger::store::By::service(at(FAR)),
    )
    .unwrap();
    let period = ledger::period(&fixture.store, &fixture.library, PeriodId::new(1), None).unwrap();
    assert_eq!((cost(&period.versions[0].figures), cost(&period.closed)), (50_000, 100_000));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: permutation::cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// Against a model that prices every window on its own, exactly, and rounds once.
    #[test]
    fn a_cost_is_the_rounded_sum_of_exact_products(
        energies in proptest::collection::vec(0..500_000_000_i64, 1..20),
        steps in proptest::collection::btree_map(-2..20_i64, 0..5 * EUR, 0..6),
        posts in any::<bool>(),
    ) {
        let fixture = Fixture::in_germany(15);
        let mut all = batch(1, 20_000);
        all.windows = (0..).zip(&energies).map(|(place, energy)| window("gpu0", place * 900, place * 900 + 900, *energy)).collect();
        fixture.apply(&all);
        for (quarter, micro) in &steps {
            price(&fixture, "fra", quarter * 900, "EUR", *micro);
        }
        if posts {
            fixture.close(at(FAR));
        }
        let priced = (0..).zip(&energies).filter_map(|(place, energy)| {
            steps.range(..=place).next_back().map(|(_, micro)| (i128::from(*energy) * i128::from(*micro), *energy))
        });
        let (product, energy) = priced.fold((0, 0), |sum, line| (sum.0 + line.0, sum.1 + line.1));
        let costs = fixture.report(&GroupBy::Project).metered.energy_cost;
        let found = costs.first().map_or((0, 0), |cost| (cost.amount_micro, cost.energy_mj));
        prop_assert_eq!((i128::from(found.0), found.1), ((product + 1_800_000_000_000) / 3_600_000_000_000, energy));
    }
}
