//! What the node's agent meters, announced in a file so that runs on the same node do not send the same energy again.

use client::Servers;
use model::{DeviceUuid, NodeName};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file in which an agent announces what it meters, unless its settings name another.
pub const METERING_FILE: &str = "/run/wattledger-agent/metering.json";

/// What a running agent meters: on which node, for which service, which devices. Every user of the node can read it; it
/// holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Name of the node, as in the agent's batches.
    pub node: NodeName,
    /// Address of the service that the agent sends to, or several, in lower case and without a slash at the end.
    pub server: String,
    /// Identities of the devices that the agent meters.
    pub devices: Vec<DeviceUuid>,
    /// Boot of the machine, process id and start time of the agent's process, joined by `:`.
    process: String,
}

/// An announcement that stands until this is dropped.
#[derive(Debug)]
pub struct Announced(PathBuf);

impl Announcement {
    /// Announces that this process meters `devices` as `node` for the service at `server`.
    #[must_use]
    pub fn of_this_process(node: NodeName, server: &str, devices: Vec<DeviceUuid>) -> Self {
        let process = format!("{}:{}", std::process::id(), started("self").unwrap_or_default());
        Self { node, server: plain(server), devices, process: format!("{}:{process}", boot_id()) }
    }

    /// Writes the announcement to `path`, readable by every user, and makes its folder if that is missing.
    ///
    /// # Errors
    ///
    /// The folder cannot be made or written.
    pub fn announce(&self, path: &Path) -> io::Result<Announced> {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let written = path.with_extension("new");
        // A file of an earlier start may belong to another user.
        drop(fs::remove_file(&written));
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o644).open(&written)?;
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        file.write_all(&serde_json::to_vec(self)?)?;
        fs::rename(&written, path)?;
        Ok(Announced(path.to_owned()))
    }

    /// The announcement at `path`, if its agent is still running and sends to the service at `server`.
    #[must_use]
    pub fn read(path: &Path, server: &str) -> Option<Self> {
        let found: Self = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (is_same(&found.server, server) && found.is_running()).then_some(found)
    }

    fn is_running(&self) -> bool {
        let mut parts = self.process.split(':');
        let (Some(boot), Some(process), Some(start)) = (parts.next(), parts.next(), parts.next()) else { return false };
        process.parse::<u32>().is_ok() && boot == boot_id() && started(process).is_some_and(|found| found == start)
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        // A reader of a file that cannot be removed finds that the process has ended.
        drop(fs::remove_file(&self.0));
    }
}

fn plain(server: &str) -> String {
    Servers::of(server).to_string().to_ascii_lowercase()
}

/// Whether two settings name one service: they have an address in common.
fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    Servers::of(&one).all().any(|address| Servers::of(&other).all().any(|same| same == address))
}

fn boot_id() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

/// Start time of a process in ticks since boot. No other process of the boot has the same id and start time.
fn started(process: &str) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is a name in parentheses that may hold anything; the start is field 22.
    let (_, rest) = text.rsplit_once(')')?;
    rest.split_whitespace().nth(19).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_counts_while_its_process_runs_and_for_its_service_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metering.json");
        let server = "https://Ledger.example/, https://second.example";
        let announcement = Announcement::of_this_process("node".into(), server, vec!["GPU-1".into()]);
        let announced = announcement.announce(&path).unwrap();
        assert_eq!(Announcement::read(&path, "https://ledger.example"), Some(announcement.clone()));
        assert!(Announcement::read(&path, "https://first.example,https://second.example").is_some());
        assert_eq!(Announcement::read(&path, "https://other.example"), None);
        drop(announced);
        assert_eq!(Announcement::read(&path, server), None);
        for process in ["", "boot:1", "no boot of this machine:1:1", &format!("{}:1:x", boot_id())] {
            let gone = Announcement { process: process.to_owned(), ..announcement.clone() };
            let _announced = gone.announce(&path).unwrap();
            assert_eq!(Announcement::read(&path, server), None, "{process}");
        }
    }
}
