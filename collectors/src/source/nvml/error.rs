//! Why NVML cannot be used, and what to do about it.

use nvml_wrapper::error::NvmlError;

/// Why no NVIDIA device can be read; [`OpenError::remedy`] is what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// There is no driver library on this machine (or in this container).
    #[error("no NVIDIA driver library `{library}` here ({reason})")]
    NoLibrary {
        /// What was looked for.
        library: String,
        /// The dynamic loader's words.
        reason: String,
    },
    /// The library is there, its kernel module is not.
    #[error("the NVIDIA driver library `{library}` is here, but the driver is not loaded")]
    NotLoaded {
        /// The library.
        library: String,
    },
    /// Library and kernel module are of different versions.
    #[error("the NVIDIA driver library `{library}` and the loaded kernel module are of different versions")]
    VersionMismatch {
        /// The library.
        library: String,
    },
    /// The driver refuses this user, wholly or every board.
    #[error("no permission to use the NVIDIA driver's devices (/dev/nvidiactl, /dev/nvidia0 and on)")]
    NoPermission,
    /// The driver works and has no device.
    #[error("NVIDIA driver {driver} is loaded, but it has no device")]
    NoDevices {
        /// Driver version.
        driver: String,
    },
    /// Something is there that does not behave like NVML.
    #[error("the NVIDIA driver library `{library}` cannot be used: {reason}")]
    Unusable {
        /// The library.
        library: String,
        /// Its words.
        reason: String,
    },
}

impl OpenError {
    /// What would add the sensor, as commands with a word of explanation each.
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
                 srun --gpus=1 ...                  # a batch system shows a job only the GPUs that it was given"
            }
            Self::NoDevices { .. } => {
                "lspci | grep -i nvidia             # a GPU listed here has failed to start: see dmesg"
            }
            Self::Unusable { .. } => "nvidia-smi                         # uses the same library and says more",
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
