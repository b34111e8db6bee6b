//! The place of a cgroup in the tree, and what its name there tells.

use super::ProcessHolder;

/// What the path of one cgroup tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CgroupTold {
    /// Nothing about a holder: the root, or a folder of no known maker.
    Nothing,
    /// It is known whose process this is.
    Holder(ProcessHolder),
    /// It is in the place of a known maker, and does not have the form that this maker gives it.
    Unreadable(String),
}

/// A path, split after the systemd slices that it begins with.
#[derive(Debug, Clone, Copy)]
pub(super) struct CgroupPlace<'a, 'p> {
    /// Slices from the root down, each inside the one before by its name too, as systemd nests them.
    pub(super) slices: &'a [&'p str],
    /// The folders below.
    pub(super) below: &'a [&'p str],
    /// Whether the path was read from another cgroup namespace, so that folders above are missing.
    pub(super) is_relative: bool,
}

impl<'a, 'p> CgroupPlace<'a, 'p> {
    /// Splits the folders of a path. Seen from another namespace, the first slice may be any.
    pub(super) fn of(folders: &'a [&'p str], is_relative: bool) -> Self {
        let mut above: Option<&str> = None;
        let count = folders
            .iter()
            .take_while(|folder| {
                let Some(stem) = folder.strip_suffix(".slice") else { return false };
                let own = match above {
                    Some(above) => stem.strip_prefix(above).and_then(|rest| rest.strip_prefix('-')),
                    None => Some(if is_relative { "first" } else { stem }),
                };
                above = Some(stem);
                own.is_some_and(|own| !own.is_empty() && !own.contains('-'))
            })
            .count();
        let (slices, below) = folders.split_at(count);
        Self { slices, below, is_relative }
    }

    /// Whether it is at the root or directly in the system's slice, where only root makes folders.
    pub(super) fn is_of_system(&self) -> bool {
        matches!(self.slices, [] | ["system.slice"])
    }
}

/// The number that `text` writes as the kernel and Slurm do: digits without sign or leading zero.
pub(super) fn canonical(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
