//! Every log that cannot be used, with the one message that says why.

use super::read;
use crate::powerlog::{Options, PowerLogFormat};
use std::io::Read;

#[track_caller]
fn refused_with(log: impl AsRef<[u8]>, options: &Options, message: &str) {
    match read(log.as_ref(), options) {
        Ok(log) => panic!("accepted with {} devices: {:?}", log.devices.len(), log.notes),
        Err(error) => assert_eq!(error.to_string(), message),
    }
}

#[track_caller]
fn refused(log: impl AsRef<[u8]>, message: &str) {
    refused_with(log, &Options::default(), message);
}

fn column(name: &str) -> Options {
    Options { column: Some(name.to_owned()), ..Options::default() }
}

#[test]
fn nothing_recorded() {
    refused("", "the log is empty: nothing was recorded");
    refused("\u{feff}\r\n\n", "the log is empty: nothing was recorded");
    refused("timestamp, power.draw [W]\n", "the log has a header but no rows: nothing was recorded");
    refused(
        "timestamp, power.draw [W]\n\ntimestamp, power.draw [W]\n",
        "the log has a header but no rows: nothing was recorded",
    );
}

#[test]
fn not_a_text_of_lines() {
    let binary = |offset: usize| {
        format!(
            "this is a binary file, not a power log: byte {offset} is not text (UTF-16 needs a byte-order mark); \
             use the text that nvidia-smi, amd-smi, hl-smi or an exporter printed"
        )
    };
    refused(b"\x7fELF\x02\x01\x01\x00\x00", &binary(7));
    refused(b"\xe9\xb1\xfa\x9c\xd4\xa3\x01\x88\xff", &binary(0));
    refused(b"\x1f\x8b\x08\x00\x00", "the log is compressed; decompress it first: gzip -dc FILE | wattledger meter -");
    let endless = std::io::repeat(b'7').take(1 << 30);
    let error = read(endless, &Options::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1 is longer than 1048576 bytes: this is not a power log with one reading per line"
    );
    let late = b"timestamp,power_w\n1741597200,100\n".chain(endless_line());
    let error = read(late, &Options::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 3 is longer than 1048576 bytes: this is not a power log with one reading per line"
    );
}

fn endless_line() -> impl Read {
    std::io::repeat(b'7').take(1 << 30)
}

#[test]
fn a_text_that_is_no_log() {
    refused(
        "Dear diary,\ntoday it rained.\n",
        &format!(
            "this is not a power log in a known format: the first line is \"Dear diary,\"; add a header that names the columns, \
             for example timestamp,uuid,power.draw [W], or name the format with --format ({})",
            PowerLogFormat::names()
        ),
    );
}

#[test]
fn no_power_column() {
    refused(
        "timestamp, index, temperature.gpu, power.limit [W], power.management\n2025/03/10 09:00:00.123, 0, 30, 300.00 W, Enabled\n",
        "the log has no power column; its columns are: timestamp, index, temperature.gpu, power.limit [W], power.management \
         (if one of them holds watts, name it with --column)",
    );
    let three =
        "timestamp, power.draw [W], power.draw.instant [W], power.limit [W]\n2025/03/10 09:00:00.123, 1 W, 2 W, 3 W\n";
    refused_with(
        three,
        &column("power.drawn"),
        "column \"power.drawn\" is not in the log; columns with power or energy are: power.draw [W], power.draw.instant [W]",
    );
    refused_with(
        three,
        &column("power.limit"),
        "column \"power.limit\" is a limit or a setting, not a power reading; columns with power or energy are: \
         power.draw [W], power.draw.instant [W]",
    );
    refused(
        "2025/03/10 09:00:00.123, 100.00 W, 300.00 W\n2025/03/10 09:00:01.123, 101.00 W, 301.00 W\n",
        "the log has no header, and 2 of its columns hold power: which is the draw and which a limit is unknown; \
         log with the header (without noheader), or add a first line that names the columns",
    );
}

#[test]
fn results_instead_of_samples() {
    refused(
        "timestamp,run_id,duration,emissions,emissions_rate,cpu_power,gpu_power,energy_consumed\n2025-03-10T09:00:00,a,1,2,3,4,5,6\n",
        "this is CodeCarbon's emissions.csv, which has the results of finished runs (energy in kWh), not power over time; \
         its energy_consumed column is already the answer (in the last row of each run_id), \
         or meter the log that nvidia-smi or an exporter recorded",
    );
}

#[test]
fn no_time() {
    let message = "the log has no time column; give the time between its readings, for example --interval 1s";
    refused("# gpu    pwr  gtemp\n# Idx      W      C\n    0     86     33\n", message);
    refused("index, power.draw [W]\n0, 100.00 W\n", message);
    refused("0, 01P4-HL0000A0-18-AAAAAA-00-00-00, HL-325L, 315 W, 850 W, 41 C\n", message);
    refused("GPU[0]\t\t: Average Graphics Package Power (W): 35.0\n", message);
    refused(
        "timestamp,power_w\n10/03/2025 09:00:00,100\n10/03/2025 09:00:01,100\n",
        "line 2: \"10/03/2025 09:00:00\" is not a time that can be read; readable are 2025/03/10 09:00:00.123, \
         2025-03-10T09:00:00Z, 2025-03-10T09:00:00+01:00, 09:00:00.123, and numbers since 1970, or since the start if their column names their unit",
    );
    refused(
        "timestamp,power_w\n2025-03-10 09:00:00,x,100,7\n",
        "line 2 has 4 cells and the header 2: no row fits the header; correct the header line",
    );
}

#[test]
fn one_scrape() {
    let scrape = "# TYPE DCGM_FI_DEV_POWER_USAGE gauge\nDCGM_FI_DEV_POWER_USAGE{gpu=\"0\",UUID=\"GPU-1\"} 213.418000";
    refused(
        scrape,
        "one scrape without timestamps is not a time series: no energy can be computed from it; \
         scrape repeatedly and append the time in milliseconds to each value, or export the series from Prometheus",
    );
    refused(
        format!("{scrape}\n{scrape}\n"),
        "the samples carry no timestamps, so how far apart the scrapes are is unknown; \
         append the time in milliseconds to each value, or export the series from Prometheus",
    );
    refused(
        format!("{scrape} 1741597200000\n"),
        "one scrape is not a time series: all samples are of the same moment; scrape repeatedly into one file",
    );
    refused_with(
        "timestamp,power_w\n0,100\n1,100\n",
        &Options { format: Some(PowerLogFormat::PROMETHEUS), ..Options::default() },
        "no line is a Prometheus sample (name{label=\"…\"} value time); the first line is \"timestamp,power_w\": \
         leave out --format, or name another format",
    );
}

#[test]
fn decimal_commas() {
    let message = |cell: &str| {
        format!(
            "line 2: {cell} has a decimal comma, so that it could be one number or two; \
             write the log with LC_ALL=C, so that numbers have a decimal point"
        )
    };
    refused("timestamp,power_w\n2025-02-18 15:16:12,30,3\n", &message("30,3"));
    refused("timestamp, power.draw [W], util\n2025-02-18 15:16:12, 30,31 W, 5\n", &message("30,31 W"));
    refused("timestamp,power_w\n2025-02-18 15:16:12,\"30,3\"\n", &message("30,3"));
    refused("timestamp;power_w\n2025-02-18 15:16:12;30,3\n", &message("30,3"));
    refused("timestamp;energy_j\n2025-02-18 15:16:12;3500,25\n", &message("3500,25"));
}

#[test]
fn milliwatts_called_watts() {
    refused(
        "elapsed_s,gpu0_power_w,gpu1_power_w\n0,61230,58110\n1,61240,58120\n",
        "column \"gpu0_power_w\": every value is above 3000 W (the lowest is 61230 W), which no such device draws; \
         say --power 'gpu0_power_w:mW' if these are milliwatts, and 'gpu0_power_w:W' if they are watts",
    );
}

#[test]
fn clocks_that_run_backwards() {
    refused(
        "timestamp,gpu,power_w\n2025-03-10T09:00:01Z,0,100\n2025-03-10T09:00:01Z,1,100\n2025-03-10T09:00:00.5Z,1,100\n",
        "line 4: the clock runs backwards: device \"1\" goes from 2025-03-10T09:00:01Z (line 3) to \
         2025-03-10T09:00:00.500Z; sort the log by time, or meter its recordings separately",
    );
    refused(
        "time_ms,power_w\n1000,100\n900,100\n",
        "line 3: the clock runs backwards: device \"power_w\" goes from 1 s (line 2) to 0.9 s; \
         sort the log by time, or meter its recordings separately",
    );
    refused(
        "timestamp, power.draw [W]\n2025/10/26 02:59:59.500, 100.00 W\n2025/10/26 02:00:00.500, 100.00 W\n",
        "line 3: the local time jumps back by an hour, from 2025-10-26 02:59:59.500 (line 2) to 2025-10-26 02:00:00.500, as at the end of \
         daylight saving time; give the time zone of the log, for example --timezone Europe/Berlin",
    );
}

#[test]
fn two_zones() {
    refused(
        "timestamp,power_w\n2025-03-10T09:00:00Z,100\n2025-03-10T17:00:01+08:00,100\n",
        "line 3: two time zones in one log: times were in UTC (Z) and are now in +08:00; \
         write all times in one zone, or, if its clock changed, name the zone with --timezone",
    );
}

#[test]
fn two_gpus_under_one_name() {
    refused(
        "timestamp, name, power.draw [W]\n2025/03/10 09:00:00.123, Tesla T4, 30.00 W\n2025/03/10 09:00:00.123, Tesla T4, 31.00 W\n",
        "lines 2 and 3: two GPUs with the same name: device \"Tesla T4\" has 30.000 W and 31.000 W at 2025-03-10 09:00:00.123; \
         log a column that identifies the GPU (uuid or index), or, if it is one GPU, times with milliseconds",
    );
    refused(
        "timestamp,uuid,index,power_w\n1741597200,GPU-0,0,30\n1741597200,GPU-0,1,31\n",
        "lines 2 and 3: two GPUs with the same name: device \"GPU-0\" has 30.000 W and 31.000 W at 2025-03-10T09:00:00Z; \
         column \"index\" differs between them: build a name of its own for every GPU from it",
    );
}

#[test]
fn several_gpus_without_a_name() {
    let mut log = "timestamp, name, power.draw [W]\n".to_owned();
    for second in 0..6 {
        for gpu in 0..4 {
            log += &format!("2025/03/10 09:00:0{second}.12{gpu}, Tesla T4, 3{gpu}.00 W\n");
        }
    }
    refused(
        log,
        "two GPUs with the same name: the rows of \"Tesla T4\" come in groups of 4, as from 4 devices, \
         and no column identifies the device; log uuid or index as well",
    );
}

#[test]
fn counters_that_run_backwards() {
    refused(
        "timestamp,device,energy_j\n1741597200,gpu0,5000\n1741597210,gpu0,6000\n1741597220,gpu0,5500.5\n",
        "line 4: the energy counter of device \"gpu0\" runs backwards without a reset, from 6000 J (line 3) to 5500.5 J; \
         this is not a cumulative counter of one device: use a power column (--column), or, \
         if each value is the energy since the row before, say --energy COLUMN:J:interval",
    );
}

#[test]
fn two_recordings_in_one_file() {
    refused(
        "timestamp,gpu,power_w\n1741597200,0,30\ntimestamp,power_w,gpu\n1741597201,30,0\n",
        "line 3: a second header with other columns: there are two recordings in the file; meter them separately",
    );
}

#[test]
fn a_device_column_that_names_rows() {
    let mut log = "elapsed_s,sensor,power_w\n".to_owned();
    for row in 0..5_000 {
        log += &format!("{row},{:x},30\n", row * 7_919);
    }
    refused(
        log,
        "more than 4096 devices (the next is \"1eef000\"): the column that should identify devices holds something else; \
         rename that column in the header",
    );
}
