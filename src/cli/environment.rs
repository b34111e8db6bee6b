//! Every environment variable that the program reads. Nothing else asks the environment.
//!
//! | variable | meaning |
//! |---|---|
//! | `WATTLEDGER_SERVER` | address of the service, if `--server` is not given |
//! | `WATTLEDGER_CA_FILE` | PEM file with the certificates to trust, if `--ca-file` is not given |
//! | `WATTLEDGER_TOKEN`, `WATTLEDGER_TOKEN_FILE` | the token to show to the service, or the file that holds it; an `agent` prefers the file that its settings name |
//! | `WATTLEDGER_ENROLMENT_CODE` | the code with which `enroll` gets a token, if `--code-file` is not given |
//! | `ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` | proxy for every call of another machine, and the hosts that are called without it; read by `crates/client` |
//! | `WATTLEDGER_LEDGER` | the PostgreSQL that holds the ledger, if `serve` is not given `--ledger` |
//! | `PGPASSFILE` | file with passwords of PostgreSQL servers, as PostgreSQL's own programs read it, where `ledger.password_file` is not configured |
//! | `WATTLEDGER_SERIES_INFLUX_URL`, `…_ORG`, `…_BUCKET`, `…_TOKEN_FILE` | the InfluxDB that `serve` and `demo` copy series to; each takes precedence over its key in the configuration |
//! | `WATTLEDGER_RUN` | set by `wattledger run` for its command, so that a run inside a run is not counted twice |
//! | `WATTLEDGER_JOB` | the job that `wattledger step` reports for; `wattledger run --server` sets it for its command |
//! | `TRACEPARENT` | the trace that a run belongs to (W3C Trace Context), which becomes its labels `trace_id` and `span_id` |
//! | `WATTLEDGER_SPOOL` | directory for readings that `run` could not deliver, if `--spool` is not given |
//! | `XDG_STATE_HOME`, `HOME` | the user's state directory (`$XDG_STATE_HOME` or `~/.local/state`), where `demo` keeps its data, `run` its undelivered readings by default and what it tells other runs, and `agent` its own if it has no file of settings |
//! | `WATTLEDGER_METERING_FILE` | file in which the node's agent says what it meters, instead of `/run/wattledger-agent/metering.json`; read by `run` and by an `agent` whose settings name none |
//! | `CUDA_VISIBLE_DEVICES`, `CUDA_DEVICE_ORDER`, `NVIDIA_VISIBLE_DEVICES` | which GPUs a command may use, read as CUDA and the container runtime read them |
//! | `LOCAL_RANK`, `SLURM_LOCALID`, `OMPI_COMM_WORLD_LOCAL_RANK`, … | which of a job's processes on this node this is; `run::counting::LOCAL_RANKS` lists all names |
//! | `SLURM_JOB_ID`, `TORCHELASTIC_RUN_ID`, `MASTER_ADDR`, … | which launch a process is of; `run::counting::LAUNCHES` lists all names |
//! | `WATTLEDGER_NVML_LIB` | path of the NVML library, instead of `libnvidia-ml.so.1` |
//! | `WATTLEDGER_POWERCAP` | path of the powercap tree, instead of `/sys/class/powercap` |

use crate::config::InfluxDocument;
use collectors::announcement::METERING_FILE;
use collectors::delivery;
use collectors::source::Places;
use collectors::source::visible::Variables;
use std::path::PathBuf;

/// A variable as text; `None` if it is not set. Bytes that are not UTF-8 become U+FFFD, so that a damaged list of devices is refused rather
/// than taken for an unset one.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// Where the sensors of this machine are found.
pub(crate) fn places() -> Places {
    let standard = Places::default();
    Places {
        powercap: std::env::var_os("WATTLEDGER_POWERCAP").map_or(standard.powercap, PathBuf::from),
        nvml_library: std::env::var_os("WATTLEDGER_NVML_LIB"),
        ..standard
    }
}

/// The server that holds the ledger; `None` where it is in the data directory.
pub(crate) fn ledger() -> Option<String> {
    variable("WATTLEDGER_LEDGER").filter(|url| !url.is_empty())
}

/// File with passwords of PostgreSQL servers.
pub(crate) fn passwords_file() -> Option<PathBuf> {
    std::env::var_os("PGPASSFILE").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// What the environment says of the InfluxDB to copy series to.
pub(crate) fn influx() -> InfluxDocument {
    let given = |name| variable(name).filter(|value| !value.is_empty());
    InfluxDocument {
        url: given("WATTLEDGER_SERIES_INFLUX_URL"),
        org: given("WATTLEDGER_SERIES_INFLUX_ORG"),
        bucket: given("WATTLEDGER_SERIES_INFLUX_BUCKET"),
        token_file: given("WATTLEDGER_SERIES_INFLUX_TOKEN_FILE").map(PathBuf::from),
        ..InfluxDocument::default()
    }
}

/// Directory in which runs keep what they could not deliver; `None` if this user has no such place.
pub(crate) fn run_spools() -> Option<PathBuf> {
    let named = std::env::var_os("WATTLEDGER_SPOOL").filter(|folder| !folder.is_empty());
    named.map(PathBuf::from).or_else(|| state_directory().as_deref().map(delivery::run_spools_in))
}

/// The user's state directory; `None` if this user has none.
pub(crate) fn state_directory() -> Option<PathBuf> {
    delivery::state_directory(|name| std::env::var_os(name))
}

/// Directory in which the runs of this user on this node tell each other what they hold; `None` if this user has no such place.
pub(crate) fn run_notes() -> Option<PathBuf> {
    state_directory().map(|state| state.join("wattledger/running"))
}

/// File in which the node's agent says what it meters.
pub(crate) fn metering_file() -> PathBuf {
    std::env::var_os("WATTLEDGER_METERING_FILE").map_or_else(|| METERING_FILE.into(), PathBuf::from)
}

/// The variables that restrict which GPUs a command may use.
pub(crate) struct Visible {
    cuda_visible_devices: Option<String>,
    cuda_device_order: Option<String>,
    nvidia_visible_devices: Option<String>,
}

impl Visible {
    /// Reads them from the environment.
    pub(crate) fn read() -> Self {
        Self {
            cuda_visible_devices: variable("CUDA_VISIBLE_DEVICES"),
            cuda_device_order: variable("CUDA_DEVICE_ORDER"),
            nvidia_visible_devices: variable("NVIDIA_VISIBLE_DEVICES"),
        }
    }

    /// The variable that takes precedence, as `NAME=VALUE`; `None` if none is set.
    pub(crate) fn named(&self) -> Option<String> {
        let cuda = self.cuda_visible_devices.as_ref().map(|value| format!("CUDA_VISIBLE_DEVICES={value}"));
        let container = || self.nvidia_visible_devices.as_ref().map(|value| format!("NVIDIA_VISIBLE_DEVICES={value}"));
        cuda.or_else(container)
    }

    /// The same, as sources take them.
    pub(crate) fn variables(&self) -> Variables<'_> {
        Variables {
            cuda_visible_devices: self.cuda_visible_devices.as_deref(),
            cuda_device_order: self.cuda_device_order.as_deref(),
            nvidia_visible_devices: self.nvidia_visible_devices.as_deref(),
        }
    }
}
