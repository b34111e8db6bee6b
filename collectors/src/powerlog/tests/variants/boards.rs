//! Logs of accelerator boards: nvidia-smi, dmon, dcgmi, amd-smi, rocm-smi, xpu-smi, and what IPMI says of the machine.

use super::{START, constant, is, is_with, refused, rotations, rows, stamp};
use crate::powerlog::Options;
use std::fmt::Write as _;

#[test]
fn nvidia_smi_queries_with_one_to_sixteen_boards() {
    for boards in [1, 2, 3, 8, 16_u64] {
        let log = rows(
            "timestamp, index, uuid, name, power.draw [W], power.limit [W], utilization.gpu [%], temperature.gpu",
            |s| {
                let of = |gpu: u64| {
                    format!(
                        "{}, {gpu}, GPU-{gpu:08}-a, NVIDIA H100 80GB HBM3, {}.00 W, 700.00 W, 98 %, 60",
                        stamp(s),
                        100 + gpu
                    )
                };
                (0..boards).map(of).collect::<Vec<_>>().join("\n")
            },
        );
        is(&log, (0..boards).map(|gpu| f64::from(u32::try_from(100 + gpu).unwrap()) * 60.0).sum());
    }
    for log in rotations(
        &[
            ("timestamp", &stamp),
            ("power.draw.instant [W]", &constant("260.00 W")),
            ("power.draw [W]", &constant("250.00 W")),
            ("enforced.power.limit [W]", &constant("700.00 W")),
            ("utilization.memory [%]", &constant("12 %")),
        ],
        ", ",
    ) {
        is(&log, 15_000.0);
    }
}

#[test]
fn loops_of_dmon_dcgmi_and_the_picture_of_nvidia_smi() {
    for boards in 1..=5_u64 {
        let right = f64::from(u32::try_from(boards).unwrap()) * 18_000.0;
        let dmon =
            rows("#Date       Time        gpu   pwr gtemp    sm\n#YYYYMMDD   HH:MM:SS    Idx     W     C     %", |s| {
                let of = |gpu: u64| format!(" 20261005   09:{:02}:{:02}      {gpu}   300    61    99", s / 60, s % 60);
                (0..boards).map(of).collect::<Vec<_>>().join("\n")
            });
        is(&dmon, right);
        let options = Options { interval: Some(units::Span::from_seconds(1)), ..Options::default() };
        let dcgmi = rows("#Entity   POWER       TOTEC\nID        W           mJ", |s| {
            let of = |gpu: u64| format!("GPU {gpu}     300.000     {}", 5_000_000 + s * 300_000);
            (0..boards).map(of).collect::<Vec<_>>().join("\n")
        });
        is_with(&dcgmi, &options, right);
        let picture = rows("", |s| {
            let mut text = format!(
                "Mon Oct  5 09:{:02}:{:02} 2026\n| NVIDIA-SMI 580.95.05    Driver Version: 580.95.05 |\n",
                s / 60,
                s % 60
            );
            for gpu in 0..boards {
                writeln!(text, "|   {gpu}  NVIDIA H100 80GB HBM3          On  |   00000000:0{gpu}:00.0 Off |                    0 |").unwrap();
                writeln!(
                    text,
                    "| N/A   61C    P0             300W /  700W |   70000MiB /  81559MiB |     99%      Default |"
                )
                .unwrap();
            }
            text + "|    0   N/A  N/A      1234      C   python                              70000MiB |"
        });
        is(&picture, right);
    }
    refused(
        &rows("# gpu         pid   type     sm    mem    enc    dec    command", |_| {
            "    0       1234     C     99     40      -      -    python".to_owned()
        }),
        &["pmon", "nvidia-smi --query-gpu"],
    );
}

#[test]
fn amd_smi_monitors_and_metrics() {
    for cards in [1, 2, 4, 8, 16_u64] {
        let right = f64::from(u32::try_from(cards).unwrap()) * 36_000.0;
        for (header, row) in [
            (" TIMESTAMP  GPU  POWER  GPU_TEMP  MEM_TEMP  GFX_UTIL", "{t}    {g}  600 W     58 °C     52 °C      99 %"),
            (
                " TIMESTAMP  GPU  XCP  POWER  PWR_CAP   GPU_T   MEM_T   GFX_CLK   GFX%",
                "{t}    {g}    0  600 W    750 W   69 °C   50 °C  1278 MHz  100 %",
            ),
            ("TIMESTAMP GPU GFX% POWER", "{t} {g} N/A 600 W"),
            ("timestamp,gpu,gfx_activity,socket_power,power_management", "{t},{g},99,600,ENABLED"),
            ("timestamp,gpu,power_usage,hotspot_temperature,gfx_clock", "{t},{g},600,58,2100"),
            ("timestamp,gpu,power_limit,socket_power,total_energy_consumption", "{t},{g},750,600,{e}"),
        ] {
            let log = rows(header, |s| {
                let cell = |gpu: u64| {
                    row.replace("{t}", &(START + s).to_string())
                        .replace("{g}", &gpu.to_string())
                        .replace("{e}", &(900 + s * 600).to_string())
                };
                (0..cards).map(cell).collect::<Vec<_>>().join("\n")
            });
            is(&log, right);
        }
    }
}

#[test]
fn tiles_of_xpu_smi() {
    for (devices, tiles) in [(1, 1), (1, 2), (2, 2), (4, 2), (6, 2_u64)] {
        let log = rows("Timestamp, DeviceId, TileId, GPU Utilization (%), GPU Power (W), GPU Frequency (MHz)", |s| {
            let cell = |at: u64| {
                format!("2026-10-05T09:{:02}:{:02}.046Z,{},{},99,100.00,1500", s / 60, s % 60, at / tiles, at % tiles)
            };
            (0..devices * tiles).map(cell).collect::<Vec<_>>().join("\n")
        });
        is(&log, f64::from(u32::try_from(devices * tiles).unwrap()) * 6_000.0);
    }
}

#[test]
fn lines_of_rocm_smi_amd_smi_and_ipmitool() {
    let clock = |s: u64| format!("Mon Oct  5 09:{:02}:{:02} UTC 2026", s / 60, s % 60);
    for (block, right) in [
        (
            "{t}\nGPU[0]\t\t: Average Graphics Package Power (W): 300.0\nGPU[1]\t\t: Average Graphics Package Power (W): 200.0",
            30_000.0,
        ),
        (
            "{t}\nGPU[0]\t\t: Current Socket Graphics Package Power (W): 300.0\nGPU[0]\t\t: Max Graphics Package Power (W): 750.0",
            18_000.0,
        ),
        (
            "{t}\nGPU: 0\n    POWER:\n        SOCKET_POWER: 300 W\n        GFX_VOLTAGE: N/A mV\nGPU: 1\n    POWER:\n        SOCKET_POWER: 310 W",
            36_600.0,
        ),
        (
            "TIMESTAMP: {e}\nGPU: 0\n    POWER:\n        CURRENT_SOCKET_POWER: 300 W\n        POWER_LIMIT: 750 W",
            18_000.0,
        ),
        (
            "    Instantaneous power reading:                  1840 Watts\n    Minimum during sampling period:                 300 Watts\n    IPMI timestamp:                           {t}\n    Power reading state is:                   activated",
            110_400.0,
        ),
        (
            "{t}\nInstantaneous power reading: 25000 Watts\nAverage power reading over sample period: 100 Watts",
            1_500_000.0,
        ),
        (
            "{t}\nCurrent Power                        : 418 Watts\nPower Measurement                    : Active",
            25_080.0,
        ),
    ] {
        is(&rows("", |s| block.replace("{t}", &clock(s)).replace("{e}", &(START + s).to_string())), right);
    }
}
