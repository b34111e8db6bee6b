//! What exporters serve at one moment. What is metered of it is tested in `collectors/tests/agent/exporter.rs`.

use crate::powerlog::ScrapedExporter;
use proptest::prelude::*;
use units::Timestamp;

const SERVED: [&str; 4] = [
    include_str!("../../../tests/exporters/dcgm-mig-board-per-slice.prom"),
    include_str!("../../../tests/exporters/amd-partitions.prom"),
    include_str!("../../../tests/exporters/node-exporter-rapl.prom"),
    include_str!("../../../tests/exporters/kepler.prom"),
];

fn board(host: &str, uuid: u32, counter: &str) -> String {
    format!(
        "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{{gpu=\"0\",UUID=\"GPU-0000000{uuid}-7408-0f56-c5aa-328f676226e2\",Hostname=\"{host}\"}} {counter}\n"
    )
}

#[test]
fn numbers_are_read_as_go_writes_them() {
    for (written, microjoules) in [
        ("7.299606661e+09", 7_299_606_661_000),
        ("7299606661", 7_299_606_661_000),
        ("1e+06", 1_000_000_000),
        // Whoever stamps samples says when they were taken; the counter is of now all the same.
        ("7299606661 1791190800000", 7_299_606_661_000),
    ] {
        let text = board("n1", 1, written);
        let mut exporter = ScrapedExporter::open(text.as_bytes()).unwrap();
        let values = exporter.read(Timestamp::default(), text.as_bytes()).unwrap();
        assert_eq!(values[0].counter, Some(microjoules), "{written}");
    }
}

#[test]
fn devices_of_several_machines_are_refused() {
    let fleet = board("n1", 1, "5") + &board("n2", 2, "5");
    let error = ScrapedExporter::open(fleet.as_bytes()).err().unwrap().to_string();
    assert!(error.contains("several machines (n1, n2)") && error.contains("on this machine"), "{error}");
    let machine = board("n1", 1, "5") + &board("n1", 2, "5");
    assert_eq!(ScrapedExporter::open(machine.as_bytes()).unwrap().devices().len(), 2);
}

#[test]
fn a_device_that_is_not_served_this_time_has_no_values() {
    let both = board("n1", 1, "5") + &board("n1", 2, "6");
    let mut exporter = ScrapedExporter::open(both.as_bytes()).unwrap();
    let values = exporter.read(Timestamp::default(), board("n1", 2, "7").as_bytes()).unwrap();
    assert_eq!(values.iter().map(|values| values.counter).collect::<Vec<_>>(), [None, Some(7_000)]);
    // One that comes later is not read, and disturbs nothing.
    let more = both + &board("n1", 3, "9");
    let values = exporter.read(Timestamp::default(), more.as_bytes()).unwrap();
    assert_eq!(values.iter().map(|values| values.counter).collect::<Vec<_>>(), [Some(5_000), Some(6_000)]);
}

proptest! {
    #[test]
    fn nothing_that_is_served_makes_a_panic(
        served in 0_usize..SERVED.len(),
        changes in proptest::collection::vec((0_usize..4_000, any::<u8>()), 0..20),
        cut in 0_usize..8_000,
    ) {
        let mut text = SERVED[served].replace("<<", "").replace(">>", "").replace("*t", "").into_bytes();
        for (at, byte) in changes {
            let length = text.len();
            text[at % length] = byte;
        }
        text.truncate(cut);
        if let Ok(mut exporter) = ScrapedExporter::open(&text) {
            let values = exporter.read(Timestamp::default(), &text);
            prop_assert!(values.is_err() || values.is_ok_and(|values| values.len() == exporter.devices().len()));
        }
    }
}
