//! What never changes an energy: the order of columns, the names of devices, and neighbours that are no power.

use super::cases::joules;
use crate::powerlog::Options;
use proptest::prelude::*;

/// A column: its name, and its cell for a device and a row.
type Column = (&'static str, fn(u64, u64) -> String);

/// The cell of a column of a wide table, for a row.
type WideCell = Box<dyn Fn(u64) -> String>;

const TIMES: [Column; 3] = [
    ("timestamp", |_, row| format!("2026-10-05 09:00:{row:02}.000")),
    ("time_ms", |_, row| (1_791_190_800_000 + row * 1_000).to_string()),
    ("timestamp [utc]", |_, row| format!("2026/10/05 09:00:{row:02}.125")),
];
const POWERS: [Column; 4] = [
    ("power.draw [W]", |device, row| format!("{}.50", 100 + device * 10 + row)),
    ("power_w", |device, row| format!("{}.5", 100 + device * 10 + row)),
    ("power_mw", |device, row| format!("{}500", 100 + device * 10 + row)),
    ("gpu_power (kW)", |device, row| format!("0.{}5", 100 + device * 10 + row)),
];
const BESIDE: [Column; 12] = [
    ("utilization.gpu [%]", |device, row| ((device * 37 + row * 13) % 101).to_string()),
    ("temperature.gpu", |device, row| (40 + (device + row) % 50).to_string()),
    ("power.limit [W]", |_, _| "700.00".to_owned()),
    ("enforced.power.limit [W]", |_, _| "700.00".to_owned()),
    ("clocks.sm [MHz]", |_, row| (1_200 + row).to_string()),
    ("memory.used [MiB]", |_, row| (9_000 + row).to_string()),
    ("pstate", |_, _| "P0".to_owned()),
    ("power_usage_percentage", |_, row| (row % 100).to_string()),
    ("fan_pct", |_, _| "30".to_owned()),
    ("power_cap_w", |_, _| "700".to_owned()),
    ("job", |_, _| "train".to_owned()),
    ("gpu_temp_c", |_, row| (50 + row % 9).to_string()),
];

fn table(columns: &[Column], key: (&str, &[String]), at: usize, rows: u64) -> String {
    let mut header: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    header.insert(at, key.0);
    let mut log = header.join(",") + "\n";
    for row in 0..rows {
        for (device, name) in (0..).zip(key.1) {
            let mut cells: Vec<String> = columns.iter().map(|(_, cell)| cell(device, row)).collect();
            cells.insert(at, name.clone());
            log += &(cells.join(",") + "\n");
        }
    }
    log
}

proptest! {
    #[test]
    fn order_names_and_neighbours_change_no_energy(
        time in 0_usize..TIMES.len(),
        power in 0_usize..POWERS.len(),
        devices in 1_u64..9,
        beside in proptest::sample::subsequence((0..BESIDE.len()).collect::<Vec<_>>(), 0..BESIDE.len()),
        naming in 0_usize..5,
        seed in any::<u64>(),
        rows in 3_u64..50,
    ) {
        let names: Vec<String> = (0..devices).map(|device| match naming {
            0 => device.to_string(),
            1 => format!("GPU-{device:08x}-1b2c-4d5e-8f90-a1b2c3d4e5f6"),
            2 => format!("00000000:{device:02X}:00.0"),
            3 => format!("card{device}"),
            _ => (device + 4).to_string(),
        }).collect();
        let key = ["index", "uuid", "pci.bus_id", "device", "gpu"][naming];
        let plain = table(&[TIMES[time], POWERS[power]], (key, &names), 1, rows);
        let mut columns = vec![TIMES[time], POWERS[power]];
        columns.extend(beside.iter().map(|at| BESIDE[*at]));
        let mut random = fastrand::Rng::with_seed(seed);
        random.shuffle(&mut columns);
        let at = random.usize(0..=columns.len());
        let shuffled = table(&columns, (key, &names), at, rows);
        let energy = |log: &str| joules(log.as_bytes(), &Options::default()).map(|(joules, _)| joules).map_err(|error| error.to_string());
        let right: u64 = (0..devices).map(|device| (0..rows - 1).map(|row| 2 * (100 + device * 10 + row) + 2).sum::<u64>()).sum();
        let right = f64::from(u32::try_from(right).unwrap()) / 2.0;
        let found = energy(&plain);
        prop_assert!(found.as_ref().is_ok_and(|found| (found - right).abs() < 1.0), "{:?} {}\n{}", found, right, plain);
        prop_assert_eq!(energy(&shuffled), found, "{}", shuffled);
    }

    #[test]
    fn wide_tables_too(
        time in 0_usize..TIMES.len(),
        devices in 2_u64..9,
        beside in proptest::sample::subsequence(vec![1_usize, 4, 5, 6, 7, 8, 10, 11], 0..8),
        unit in 0_usize..3,
        seed in any::<u64>(),
        rows in 3_u64..50,
    ) {
        let (pattern, scale) = [("gpu#_power_w", 1), ("GPU # Power [mW]", 1_000), ("gpu#.power.watts", 1)][unit];
        let mut random = fastrand::Rng::with_seed(seed);
        let mut columns: Vec<(String, WideCell)> = vec![(TIMES[time].0.to_owned(), Box::new(move |row| TIMES[time].1(0, row)))];
        for device in 0..devices {
            columns.push((pattern.replace('#', &device.to_string()), Box::new(move |row| ((100 + device * 10 + row) * scale).to_string())));
            columns.push((format!("gpu{device}_util_pct"), Box::new(move |row| ((device * 37 + row * 13) % 101).to_string())));
        }
        columns.extend(beside.iter().copied().map(|at| (BESIDE[at].0.to_owned(), Box::new(move |row| BESIDE[at].1(0, row)) as WideCell)));
        random.shuffle(&mut columns);
        let header: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let mut log = header.join(",") + "\n";
        for row in 0..rows {
            log += &(columns.iter().map(|(_, cell)| cell(row)).collect::<Vec<_>>().join(",") + "\n");
        }
        let right: u64 = (0..devices).map(|device| (0..rows - 1).map(|row| 2 * (100 + device * 10 + row) + 1).sum::<u64>()).sum();
        let right = f64::from(u32::try_from(right).unwrap()) / 2.0;
        let found = joules(log.as_bytes(), &Options::default()).map(|(joules, _)| joules).map_err(|error| error.to_string());
        prop_assert!(found.as_ref().is_ok_and(|found| (found - right).abs() < 1.0), "{:?} {}\n{}", found, right, log);
    }
}
