//! Every environment variable that the program reads. Nothing else asks the environment.
//!
//! | variable | meaning |
//! |---|---|
//! | `CUDA_VISIBLE_DEVICES`, `CUDA_DEVICE_ORDER`, `NVIDIA_VISIBLE_DEVICES` | which GPUs a command may use, as CUDA and the container runtime read them |
//! | `LOCAL_RANK`, `SLURM_LOCALID`, `OMPI_COMM_WORLD_LOCAL_RANK`, … | which of a job's processes on this node this is; all names in `run::counting::LOCAL_RANKS` |
//! | `XDG_STATE_HOME`, `HOME` | where `demo` keeps its data unless `--data` names a directory |
//! | `WATTLEDGER_RUN` | set by `wattledger run` for its command, so that a second one inside counts nothing twice |
//! | `WATTLEDGER_JOB` | the job that `wattledger step` reports for; `wattledger run --server` sets it for its command |
//! | `WATTLEDGER_SERVER` | address of the service, where `--server` does not name it |
//! | `WATTLEDGER_CA_FILE` | certificates to trust for the service, PEM, where `--ca-file` does not name them |
//! | `WATTLEDGER_TOKEN`, `WATTLEDGER_TOKEN_FILE` | the token to show to the service, or the file that holds it |
//! | `WATTLEDGER_SPOOL` | folder of what `run` could not deliver to the service, where `--spool` does not name it |
//! | `XDG_STATE_HOME`, `HOME` | that folder otherwise: `wattledger/runs` in the first, or in `.local/state` of the second |
//! | `WATTLEDGER_METERING_FILE` | where the node's agent says what it meters, instead of `/run/wattledger-agent/metering.json` |
//! | `WATTLEDGER_NVML_LIB` | path of the NVML library, instead of `libnvidia-ml.so.1` |
//! | `WATTLEDGER_POWERCAP` | path of the powercap tree, instead of `/sys/class/powercap` |

use collectors::announcement::METERING_FILE;
use collectors::delivery;
use collectors::source::Places;
use collectors::source::visible::Variables;
use std::path::PathBuf;

/// A variable as text; `None` when it is not set. What is not UTF-8 in it becomes U+FFFD, so that a damaged list of
/// devices is refused and not taken for none.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// Where this machine shows its sensors.
pub(crate) fn places() -> Places {
    let standard = Places::default();
    Places {
        powercap: std::env::var_os("WATTLEDGER_POWERCAP").map_or(standard.powercap, PathBuf::from),
        nvml_library: std::env::var_os("WATTLEDGER_NVML_LIB"),
        ..standard
    }
}

/// Where runs leave what they could not deliver.
pub(crate) fn run_spools() -> Option<PathBuf> {
    let named = std::env::var_os("WATTLEDGER_SPOOL").filter(|folder| !folder.is_empty());
    named.map(PathBuf::from).or_else(|| delivery::default_folder(|name| std::env::var_os(name)))
}

/// Where the node's agent says what it meters.
pub(crate) fn metering_file() -> PathBuf {
    std::env::var_os("WATTLEDGER_METERING_FILE").map_or_else(|| METERING_FILE.into(), PathBuf::from)
}

/// The variables that choose among GPUs.
pub(crate) struct Visible {
    cuda_visible_devices: Option<String>,
    cuda_device_order: Option<String>,
    nvidia_visible_devices: Option<String>,
}

impl Visible {
    /// As they are set.
    pub(crate) fn read() -> Self {
        Self {
            cuda_visible_devices: variable("CUDA_VISIBLE_DEVICES"),
            cuda_device_order: variable("CUDA_DEVICE_ORDER"),
            nvidia_visible_devices: variable("NVIDIA_VISIBLE_DEVICES"),
        }
    }

    /// The variable that decides, as `NAME=VALUE`; `None` when neither is set.
    pub(crate) fn named(&self) -> Option<String> {
        let cuda = self.cuda_visible_devices.as_ref().map(|value| format!("CUDA_VISIBLE_DEVICES={value}"));
        let container = || self.nvidia_visible_devices.as_ref().map(|value| format!("NVIDIA_VISIBLE_DEVICES={value}"));
        cuda.or_else(container)
    }

    /// For the sources.
    pub(crate) fn variables(&self) -> Variables<'_> {
        Variables {
            cuda_visible_devices: self.cuda_visible_devices.as_deref(),
            cuda_device_order: self.cuda_device_order.as_deref(),
            nvidia_visible_devices: self.nvidia_visible_devices.as_deref(),
        }
    }
}
