//! The names by which device plugins and drivers of resource claims call devices.

use std::fmt;

/// A device, or a part of one, that a pod was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AllottedDevice {
    /// The board.
    pub(crate) board: BoardName,
    /// Which share of it, where several may have it: the replica of NVIDIA's plugin, or the client of GKE's.
    pub(crate) share: Option<String>,
}

/// How a board is named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BoardName {
    /// `GPU-…`.
    Uuid(String),
    /// N of `/dev/nvidiaN`.
    FileNumber(u32),
    /// A MIG instance of a board, by whatever name.
    Instance(String),
}

impl fmt::Display for BoardName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid(name) | Self::Instance(name) => f.write_str(name),
            Self::FileNumber(number) => write!(f, "/dev/nvidia{number}"),
        }
    }
}

impl AllottedDevice {
    /// Reads the id that a device plugin gives a device; `None` if it has no known form.
    ///
    /// | id | plugin |
    /// |---|---|
    /// | `GPU-UUID`, `MIG-UUID`, `MIG-GPU-UUID/GI/CI` | NVIDIA's |
    /// | the same and `::N` | NVIDIA's, with replicas |
    /// | `nvidiaN`, `nvidiaN/giN`, `nvidiaN/vgpuN` | Google's |
    pub(crate) fn of_plugin(id: &str) -> Option<Self> {
        let (device, share) = match id.split_once("::") {
            Some((device, replica)) => (device, Some(number(replica)?.to_string())),
            None => (id, None),
        };
        if device.starts_with("MIG-") {
            return Some(Self { board: BoardName::Instance(device.to_owned()), share });
        }
        if device.starts_with("GPU-") {
            return Some(Self { board: BoardName::Uuid(device.to_owned()), share });
        }
        let (board, part) = device.split_once('/').map_or((device, None), |(board, part)| (board, Some(part)));
        let file = number(board.strip_prefix("nvidia")?)?;
        match part {
            None => Some(Self { board: BoardName::FileNumber(file), share }),
            Some(part) if part.strip_prefix("vgpu").is_some_and(|client| number(client).is_some()) => {
                Some(Self { board: BoardName::FileNumber(file), share: Some(part.to_owned()) })
            }
            Some(part) if part.starts_with("gi") => Some(Self { board: BoardName::Instance(device.to_owned()), share }),
            Some(_) => None,
        }
    }

    /// Reads the name that the driver of a resource claim gives a device: `gpu-N` and `gpu-N-mig-…` of NVIDIA's.
    pub(crate) fn of_claim(driver: &str, device: &str) -> Option<Self> {
        if driver != "gpu.nvidia.com" {
            return None;
        }
        let of_board = device.strip_prefix("gpu-")?;
        let board = match of_board.split_once("-mig-") {
            Some(_) => BoardName::Instance(device.to_owned()),
            None => BoardName::FileNumber(number(of_board)?),
        };
        Some(Self { board, share: None })
    }
}

/// Digits without a sign.
fn number(text: &str) -> Option<u32> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::{AllottedDevice, BoardName};

    #[test]
    fn only_known_forms_of_ids_are_devices() {
        let uuid = "GPU-8a67639f-7408-0f56-c5aa-328f676226e2";
        let board = |name: &str| BoardName::Uuid(name.to_owned());
        let instance = |name: &str| BoardName::Instance(name.to_owned());
        for (id, is) in [
            (uuid, (board(uuid), None)),
            (&format!("{uuid}::3"), (board(uuid), Some("3"))),
            ("MIG-c7384736-a75d-5afc-978f-d2f1294409fd", (instance("MIG-c7384736-a75d-5afc-978f-d2f1294409fd"), None)),
            ("MIG-GPU-8a67639f/1/0::1", (instance("MIG-GPU-8a67639f/1/0"), Some("1"))),
            ("nvidia3", (BoardName::FileNumber(3), None)),
            ("nvidia0/gi4", (instance("nvidia0/gi4"), None)),
            ("nvidia0/vgpu2", (BoardName::FileNumber(0), Some("vgpu2"))),
        ] {
            let (board, share) = is;
            let expected = AllottedDevice { board, share: share.map(str::to_owned) };
            assert_eq!(AllottedDevice::of_plugin(id), Some(expected), "{id}");
        }
        for id in ["", "0000:03:00.0", "nvidia", "nvidia-1", "nvidiactl", "nvidia0/x", "GPU-1::", "GPU-1::x", "eth0"] {
            assert_eq!(AllottedDevice::of_plugin(id), None, "{id}");
        }
        let claimed = |device: &str| AllottedDevice::of_claim("gpu.nvidia.com", device).map(|found| found.board);
        assert_eq!(claimed("gpu-2"), Some(BoardName::FileNumber(2)));
        assert_eq!(claimed("gpu-0-mig-9-4-4"), Some(instance("gpu-0-mig-9-4-4")));
        assert_eq!(claimed("gpu-x"), None);
        assert_eq!(AllottedDevice::of_claim("gpu.example.com", "gpu-2"), None);
    }
}
