//! What is read only where it is certain, and asked about elsewhere.

use super::cases::joules;
use super::variants::{START, is, is_with, refused, rows};
use crate::powerlog::{ColumnMapping, Options, TimeStatement};

#[test]
fn a_column_of_loads_is_no_device_key() {
    for name in ["gpu", "device", "index", "card", "id"] {
        let log = rows(&format!("timestamp,cpu,{name},power_w"), |s| {
            format!("{},22,{},250", START + s, [88, 0, 97, 41][s as usize % 4])
        });
        is(&log, 15_000.0);
    }
    for values in [[10, 90], [99, 98], [0, 100], [33, 34], [50, 7]] {
        let log = rows("timestamp,gpu,power_w", |s| format!("{},{},250", START + s, values[s as usize * 7 % 5 % 2]));
        let found = joules(log.as_bytes(), &Options::default());
        assert!(found.is_err() || found.is_ok_and(|(joules, _)| (joules - 15_000.0).abs() < 1.0), "{values:?}");
    }
}

#[test]
fn energies_from_row_to_row_and_since_the_start() {
    for (header, row, right) in [
        ("timestamp,gpu,energy_delta_j", "{s},0,250", 15_000.0),
        ("timestamp,gpu,energy_delta_j", "{s},0,250\n{s},1,150", 24_000.0),
        ("timestamp,gpu,energy_delta_j", "{s},0,250\n{s},0,250", 15_000.0),
        ("timestamp,gpu,interval_energy_mj", "{s},0,250000", 15_000.0),
        ("timestamp,gpu,energy_j", "{s},0,{e}", 15_000.0),
        ("timestamp,gpu,energy_mj,power_w", "{s},0,{e}000,250", 15_000.0),
        ("timestamp,gpu0_energy_kj,gpu1_energy_kj", "{s},{k},{k}", 30_000.0),
    ] {
        let log = rows(header, |s| {
            row.replace("{s}", &(START + s).to_string())
                .replace("{e}", &(1_000 + 250 * s).to_string())
                .replace("{k}", &format!("{}", f64::from(u32::try_from(s).unwrap()) / 4.0))
        });
        is(&log, right);
    }
    let two = rows("timestamp,gpu,energy_delta_j", |s| format!("{t},0,250\n{t},0,260", t = START + s));
    refused(&two, &["two GPUs with the same name"]);
    let falling = rows("timestamp,gpu,energy_j", |s| format!("{},0,{}", START + s, 250 + s % 7));
    refused(&falling, &["runs backwards", "--energy COLUMN:J:interval"]);
}

#[test]
fn sensors_of_machines_with_a_column_of_units() {
    for (header, row, right) in [
        (
            "timestamp,sensor,value,unit",
            "{t},PSU1 Input Power,500,Watts\n{t},PSU2 Input Power,480,Watts\n{t},CPU1 Temp,61,degrees C",
            58_800.0,
        ),
        (
            "timestamp,sensor,reading,units",
            "{t},System Power,900,W\n{t},CPU1 Power,200,W\n{t},CPU2 Power,190,W\n{t},Fan1,9000,RPM",
            54_000.0,
        ),
        (
            "timestamp,host,sensor,reading,unit",
            "{t},n1,System Power,900,W\n{t},n2,System Power,800,W\n{t},n2,PSU1 Power,400,W",
            102_000.0,
        ),
        ("timestamp;sensor_name;value;unit", "{t};Total Power;0.9;kW\n{t};Inlet Temp;24;C", 54_000.0),
        ("unit,value,sensor,timestamp", "Watts,900,Chassis Power,{t}\nVolts,12,P12V,{t}", 54_000.0),
        ("timestamp|sensor|value|unit", "{t}|GPU1 Power|300|Watts\n{t}|GPU2 Power|310|Watts", 36_600.0),
    ] {
        is(&rows(header, |s| row.replace("{t}", &(START + s).to_string())), right);
    }
    let unknown = rows("timestamp,sensor,value,unit", |s| {
        format!("{t},Pwr Consumption,900,W\n{t},PSU1 Power,450,W", t = START + s)
    });
    refused(&unknown, &["Pwr Consumption", "--contains"]);
}

#[test]
fn what_is_uncertain_is_asked_about() {
    let parts = rows("timestamp,gpu,slice,power_w", |s| format!("{t},0,1,100\n{t},0,2,100", t = START + s));
    refused(&parts, &["slice", "--device"]);
    let still = rows("timestamp,gpu,energy_j", |s| format!("{},0,250", START + s));
    refused(&still, &["no counter", ":interval"]);
    for (header, row) in [
        ("timestamp,GPU Power [W],12V Rail Power [W]", "{s},350,300"),
        ("timestamp,power", "{s},350"),
        ("timestamp,gpu,power", "{s},0,350"),
        ("timestamp,alice_power_w,bob_power_w", "{s},350,300"),
        ("timestamp,power_w,gpu_power_w", "{s},350,300"),
        ("timestamp,gpu_power_w,board_power_w", "{s},300,350"),
        ("timestamp,total_power_w,gpu_power_w,cpu_power_w", "{s},100,350,80"),
        ("timestamp,power_w,power_w", "{s},350,350"),
    ] {
        let log = rows(header, |s| row.replace("{s}", &(START + s).to_string()));
        refused(&log, &["Seen:", "wattledger meter FILE --time timestamp"]);
    }
}

#[test]
fn the_unit_of_times_is_stated_or_a_question() {
    // Ten, twenty or a thousand readings a second are milliseconds, and look like seconds.
    for (step, unit) in [(1_u32, "s"), (10, "s"), (50, "s"), (1_000, "ms")] {
        let log = rows("timestamp,gpu,power_w", |s| format!("{},0,250", s * u64::from(step)));
        let take = format!("take {} s if it is s", 60 * step);
        let command = format!("wattledger meter FILE --time timestamp:{unit} --device gpu --power power_w:W");
        refused(&log, &["\"timestamp\" are numbers without a unit", &take, &command]);
        for (stated, seconds) in [("s", 60.0 * f64::from(step)), ("ms", 0.06 * f64::from(step))] {
            let mapping = ColumnMapping {
                time: TimeStatement::parse(&format!("timestamp:{stated}")).ok(),
                ..ColumnMapping::default()
            };
            is_with(&log, &Options { mapping, ..Options::default() }, 250.0 * seconds);
        }
    }
    for (name, scale) in [("timestamp", 1), ("timestamp", 1_000), ("time", 1_000_000), ("ts", 1_000_000_000)] {
        is(&rows(&format!("{name},gpu,power_w"), |s| format!("{},0,250", (START + s) * scale)), 15_000.0);
    }
    // A name that contradicts its numbers states nothing.
    for (name, scale) in [("timestamp_ms", 1), ("timestamp_s", 1_000), ("time_us", 1_000)] {
        let log = rows(&format!("{name},gpu,power_w"), |s| format!("{},0,250", (START + s) * scale));
        let unit = if scale == 1 { "s" } else { "ms" };
        refused(&log, &["another unit than its name states", &format!("--time {name}:{unit}")]);
    }
    // The time since the start of a machine may have the size of a moment.
    is(&rows("elapsed_ms,gpu,power_w", |s| format!("{},0,250", START + s * 1_000)), 15_000.0);
    let above = rows("", |s| format!("{s}\nGPU[0]\t\t: Average Graphics Package Power (W): 300.0"));
    assert!(joules(above.as_bytes(), &Options::default()).is_err());
}

#[test]
fn a_container_without_readings_contains_nothing() {
    for (module, right) in [("600.00 W", 36_000.0), ("[N/A]", 24_000.0), ("[Not Supported]", 24_000.0)] {
        let log = rows("timestamp, index, power.draw [W], module.power.draw.average [W]", |s| {
            format!("2026/10/05 09:{:02}:{:02}.101, 0, 400.00 W, {module}", s / 60, s % 60)
        });
        is(&log, right);
    }
    let node = rows("timestamp,node_power_w,gpu0_power_w,gpu1_power_w", |s| format!("{},,300,200", START + s));
    is(&node, 30_000.0);
    let psys = rows("timestamp,zone,power_w", |s| {
        format!("{t},psys,N/A\n{t},package-0,100\n{t},core,60\n{t},dram,20", t = START + s)
    });
    is(&psys, 7_200.0);
}

#[test]
fn a_second_recording_in_the_file_is_refused_and_a_header_before_each_row_is_not() {
    let header = "timestamp, index, power.draw [W]";
    let recording =
        |hour: u64| rows(header, |s| format!("2026/10/05 {hour:02}:{:02}:{:02}.101, 0, 400.00 W", s / 60, s % 60));
    refused(&(recording(9) + &recording(11)), &["two recordings", "separately"]);
    refused(&(recording(9) + &recording(9)), &["separately"]);
    is(&rows("", |s| format!("{header}\n2026/10/05 09:{:02}:{:02}.101, 0, 400.00 W", s / 60, s % 60)), 24_000.0);
}

#[test]
fn columns_beside_those_of_a_known_tool_are_counted_or_asked_about() {
    let grace = "timestamp,Grace Power Socket 0 (W),CPU Power Socket 0 (W),SysIO Power Socket 0 (W)";
    is(&rows(&format!("{grace},GPU 0 power (W)"), |s| format!("{},104,52,6,500", START + s)), 36_240.0);
    is(
        &rows("fps,frametime,gpu_power,elapsed,dram_power_w", |s| format!("1,2,450,{},20", s * 1_000_000_000)),
        28_200.0,
    );
    let unknown =
        rows("fps,frametime,gpu_power,elapsed,alice_power_w", |s| format!("1,2,450,{},20", s * 1_000_000_000));
    refused(&unknown, &["alice_power_w", "--power"]);
}

#[test]
fn a_whole_beside_its_tiles_contains_them_and_money_is_no_power() {
    for (devices, tiles) in [(1, 2), (2, 2), (4, 1), (1, 4), (3, 2_u64)] {
        let log = rows("Timestamp, DeviceId, TileId, GPU Power (W)", |s| {
            let row = |device: u64, tile: i64, watts: u32| {
                format!("2026-10-05T09:{:02}:{:02}.046Z,{device},{tile},{watts}", s / 60, s % 60)
            };
            let of = |device: u64| {
                let parts = (0..tiles).map(move |tile| row(device, i64::try_from(tile).unwrap(), 100));
                parts.chain([row(device, -1, 250)]).collect::<Vec<_>>().join("\n")
            };
            (0..devices).map(of).collect::<Vec<_>>().join("\n")
        });
        is(&log, f64::from(u32::try_from(devices).unwrap()) * 15_000.0);
    }
    for name in ["power_cost_eur", "energy_price", "energy_co2e_g", "power_cost_usd", "carbon_energy"] {
        is(&rows(&format!("timestamp,gpu,{name},power_w"), |s| format!("{},0,0.01,300", START + s)), 18_000.0);
    }
}

#[test]
fn another_header_in_the_middle_is_another_recording() {
    let first = rows("timestamp,gpu,power_w", |s| format!("{},0,250", START + s));
    for second in
        ["timestamp,power_w", "timestamp,gpu,power_w,temperature", "time,host,gpu,power_mw,util", "timestamp;power_w"]
    {
        refused(
            &(first.clone() + &rows(second, |s| format!("{},9", START + 900 + s))),
            &["two recordings", "separately"],
        );
    }
}

#[test]
fn a_value_for_a_while_and_then_another_is_asked_about() {
    for name in ["gpu", "device", "index", "card", "id"] {
        let log = rows(&format!("timestamp,cpu,{name},mem,power_w"), |s| {
            format!("{},22,{},41,250", START + s, if s < 30 { 0 } else { 100 })
        });
        refused(&log, &[name, "--device", "--power power_w:W"]);
    }
}
