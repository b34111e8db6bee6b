//! Why NVML cannot be used, and what to do about it.

use nvml_wrapper::error::NvmlError;

/// Why no NVIDIA device can be read. [`NvmlOpenError::remedy`] says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NvmlOpenError {
    /// There is no driver library on this machine (or in this container).
    #[error("the NVIDIA driver library `{library}` is not installed here ({reason})")]
    NoLibrary {
        /// Name or path of the library.
        library: String,
        /// Error of the dynamic loader.
        reason: String,
    },
    /// The library is installed, but the kernel module is not loaded.
    #[error("the NVIDIA driver library `{library}` is installed, but the driver is not loaded")]
    NotLoaded {
        /// Name or path of the library.
        library: String,
    },
    /// The library and the kernel module have different versions.
    #[error("the NVIDIA driver library `{library}` and the loaded kernel module have different versions")]
    VersionMismatch {
        /// Name or path of the library.
        library: String,
    },
    /// This user may not use the driver, or none of its boards.
    #[error("no permission to use the devices of the NVIDIA driver (/dev/nvidiactl, /dev/nvidia0, …)")]
    NoPermission,
    /// The driver works, but has no device.
    #[error("NVIDIA driver {driver} is loaded, but has no device")]
    NoDevices {
        /// Version of the driver.
        driver: String,
    },
    /// The library does not behave like NVML.
    #[error("the NVIDIA driver library `{library}` cannot be used: {reason}")]
    Unusable {
        /// Name or path of the library.
        library: String,
        /// Error of the library.
        reason: String,
    },
}

impl NvmlOpenError {
    /// Commands that would add the sensor, with comments after `#`.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::NoLibrary { .. } => {
                "install the NVIDIA driver          # on a machine with an NVIDIA GPU\n\
                 docker run --gpus all ...          # a container sees the driver only with its GPUs"
            }
            Self::NotLoaded { .. } => "sudo modprobe nvidia",
            Self::VersionMismatch { .. } => {
                "sudo reboot                        # the driver was upgraded while the old one was loaded"
            }
            Self::NoPermission => {
                "ls -l /dev/nvidia*                 # this user needs read and write access\n\
                 srun --gpus=1 ...                  # a batch system gives a job access only to the GPUs it requested"
            }
            Self::NoDevices { .. } => {
                "lspci | grep -i nvidia             # a GPU listed here has failed to start: see dmesg"
            }
            Self::Unusable { .. } => {
                "nvidia-smi                         # uses the same library and reports more detail"
            }
        }
    }

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

/// How much an error of the driver concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Nothing but this reading.
    Reading,
    /// The device, until it is found again.
    Device,
    /// The connection to the driver, and so all devices.
    Driver,
}

pub(super) fn reach(error: &NvmlError) -> Reach {
    match error {
        NvmlError::GpuLost | NvmlError::ResetRequired | NvmlError::InvalidArg => Reach::Device,
        NvmlError::Uninitialized | NvmlError::DriverNotLoaded | NvmlError::LibRmVersionMismatch => Reach::Driver,
        _ => Reach::Reading,
    }
}
