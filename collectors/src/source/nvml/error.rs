//! Why NVML cannot be used, and what to do about it.

use nvml_wrapper::error::NvmlError;

/// Why no NVIDIA device can be read. Each says what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// There is no driver library on this machine (or in this container).
    #[error(
        "no NVIDIA driver library `{library}` here ({reason}); install the NVIDIA driver, or start the container with \
         its GPUs (docker run --gpus all)"
    )]
    NoLibrary {
        /// What was looked for.
        library: String,
        /// The dynamic loader's words.
        reason: String,
    },
    /// The library is there, its kernel module is not.
    #[error(
        "the NVIDIA driver library `{library}` is here, but the driver is not loaded; load it: sudo modprobe nvidia"
    )]
    NotLoaded {
        /// The library.
        library: String,
    },
    /// Library and kernel module are of different versions, as after an upgrade without a restart.
    #[error(
        "the NVIDIA driver library `{library}` and the loaded kernel module are of different versions, as after an \
         upgrade; reboot, or stop what uses the GPUs and reload the nvidia modules"
    )]
    VersionMismatch {
        /// The library.
        library: String,
    },
    /// The driver refuses this user.
    #[error(
        "no permission to use the NVIDIA driver; allow this user /dev/nvidiactl and /dev/nvidia*, or run in a job that \
         was given GPUs"
    )]
    NoPermission,
    /// The driver works and has no device.
    #[error(
        "NVIDIA driver {driver} is loaded, but it has no device; check with nvidia-smi -L and lspci | grep -i nvidia"
    )]
    NoDevices {
        /// Driver version.
        driver: String,
    },
    /// Something is there that does not behave like NVML.
    #[error("the NVIDIA driver library `{library}` cannot be used: {reason}; check that nvidia-smi works")]
    Unusable {
        /// The library.
        library: String,
        /// Its words.
        reason: String,
    },
}

impl OpenError {
    pub(super) fn new(library: &str, error: &NvmlError) -> Self {
        let library = library.to_owned();
        match error {
            NvmlError::LibloadingError(reason) => Self::NoLibrary { library, reason: reason.to_string() },
            NvmlError::DriverNotLoaded | NvmlError::LibraryNotFound => Self::NotLoaded { library },
            NvmlError::LibRmVersionMismatch => Self::VersionMismatch { library },
            NvmlError::NoPermission => Self::NoPermission,
            other => Self::Unusable { library, reason: other.to_string() },
        }
    }
}

/// How far an error of the driver reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// This reading.
    Reading,
    /// This device, until it is found again.
    Device,
    /// The connection to the driver.
    Driver,
}

pub(super) fn reach(error: &NvmlError) -> Reach {
    match error {
        NvmlError::GpuLost | NvmlError::ResetRequired | NvmlError::InvalidArg => Reach::Device,
        NvmlError::Uninitialized | NvmlError::DriverNotLoaded | NvmlError::LibRmVersionMismatch => Reach::Driver,
        _ => Reach::Reading,
    }
}
