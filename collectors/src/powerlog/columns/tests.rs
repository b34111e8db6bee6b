//! Which words make which columns.

use super::*;
use crate::powerlog::part::MachinePart;

fn measured_of(name: &str) -> Measured {
    LogColumn::parse(name.as_bytes()).measured().unwrap_or_else(|| panic!("{name} is not measured")).clone()
}

#[test]
fn readings_are_found_by_name_with_their_unit_and_subject() {
    let unit = |name: &str| Some(LogUnit::parse(name).unwrap());
    for (name, expected_unit, subject) in [
        (" power.draw [W]", unit("W"), ""),
        ("power_W", unit("W"), ""),
        ("power_mw", unit("mW"), ""),
        ("pwr", None, ""),
        ("power", None, ""),
        ("gpu0_power_w", unit("W"), "gpu0"),
        ("GPU 1 Power (kW)", unit("kW"), "gpu_1"),
        ("gpu3 [W]", unit("W"), "gpu3"),
        ("total_power_w", unit("W"), "total"),
        ("gpuPowerW", unit("W"), "gpu"),
        ("PkgWatt", unit("W"), "pkg"),
        ("12V Rail Power [W]", unit("W"), "12v_rail"),
        ("energy_j", unit("J"), ""),
        ("gpu0_total_energy_j", unit("J"), "gpu0"),
        ("system.gpu.0.powerWatts", unit("W"), "system_gpu_0"),
    ] {
        let measured = measured_of(name);
        assert_eq!((measured.unit, measured.subject.as_str()), (expected_unit, subject), "{name}");
    }
}

#[test]
fn limits_loads_and_settings_are_not_readings() {
    for name in [
        "power.limit [W]",
        "enforced.power.limit [W]",
        "power.max_limit [W]",
        "power_management",
        "Max Graphics Package Power (W)",
        "Package Power Limit_0(Watt)",
        "power_cap",
        "clocks_event_reasons.hw_power_brake_slowdown",
        "gpu_power_percent",
        "gpu_0_power_usage_percentage",
        "power_usage [%]",
        "Power Consumption (%) [% TDP]",
        "temperature_C",
        "utilization.gpu [%]",
        "power_factor",
    ] {
        assert_eq!(LogColumn::parse(name.as_bytes()).measured(), None, "{name}");
    }
}

#[test]
fn words_say_what_of_a_machine_is_covered() {
    let place = |name: &str| {
        let place = MachinePlace::of_name(name);
        (place.part, place.number, place.is_total)
    };
    for (name, expected) in [
        ("package-0", (Some(MachinePart::Package), Some(0), false)),
        ("cpu_cores", (Some(MachinePart::PackagePart), None, false)),
        ("gpu3", (Some(MachinePart::Board), Some(3), false)),
        ("gpu_core", (Some(MachinePart::BoardPart), None, false)),
        ("Grace Power Socket 1", (Some(MachinePart::Superchip), Some(1), false)),
        ("VDD_IN", (Some(MachinePart::Input), None, false)),
        ("VDD_CPU_GPU_CV", (Some(MachinePart::Rail), None, false)),
        ("POM_5V_IN", (Some(MachinePart::Input), None, false)),
        ("total", (None, None, true)),
        ("gpu0_total", (Some(MachinePart::Board), Some(0), false)),
        ("psys", (Some(MachinePart::Platform), None, false)),
        ("alice", (None, None, false)),
    ] {
        assert_eq!(place(name), expected, "{name}");
    }
}

#[test]
fn times_and_identities_are_found_by_name() {
    use ColumnRole::*;
    let time = |rank, shift, form| Time { rank, hint: TimeHint { shift, utc: false, form } };
    for (name, expected) in [
        ("timestamp", time(0, None, TimeForm::Moment)),
        ("timestamp_ms", time(0, Some(6), TimeForm::Moment)),
        ("System Time", time(1, None, TimeForm::Moment)),
        ("Elapsed Time (sec)", time(3, Some(9), TimeForm::Elapsed)),
        ("elapsed", time(3, None, TimeForm::Elapsed)),
        ("#Date", Date),
        ("gpu_time_active", Other),
        ("uptime", Other),
        ("gpu", Device { rank: 1 }),
        (" index", Device { rank: 2 }),
        ("gpu_uuid", Device { rank: 0 }),
        ("pci.bus_id", Device { rank: 3 }),
        ("hostname", Host),
        ("node_name", Host),
        ("TileId", Part),
        ("sensor", Part),
        ("name", Name),
        ("driver_version", Driver),
    ] {
        assert_eq!(LogColumn::parse(name.as_bytes()).role, expected, "{name}");
    }
}
