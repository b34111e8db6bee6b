//! Files and directories that everybody on the machine may read although they hold secrets.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Bits of the mode that give rights to users who are neither the owner nor in the group.
const OTHERS: u32 = 0o007;

/// Warns in the log if `path`, which `what` names for a person, may be read, written or entered by everybody on this machine.
/// What does not exist, or cannot be looked at, is for whoever opens it to report.
pub fn warn_if_public(what: &str, path: &Path) {
    let Ok(found) = std::fs::metadata(path) else { return };
    let mode = found.permissions().mode() & 0o7777;
    if mode & OTHERS != 0 {
        let path = path.display();
        tracing::warn!("{what} {path} is open to every user of this machine (mode {mode:04o}): run `chmod o= {path}`");
    }
}
