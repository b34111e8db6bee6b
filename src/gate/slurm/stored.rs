//! `sync.json` as it is written: version 1, apart from the types that the sidecar works with, so that a change of those never makes a file of an
//! earlier version unreadable.
//!
//! A file without `version` is of version 1, which was written before versions were. A later version is refused: it may hold what this one would lose.

use super::hold::{Hold, HoldPhase};
use super::holds::Holds;
use super::state::SyncState;
use super::text::GpuCount;
use model::{AdmissionId, ProjectName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct StoredSyncState {
    #[serde(default = "first_version")]
    version: u32,
    current: u64,
    taken: BTreeMap<u64, u64>,
    holds: StoredHolds,
}

#[derive(Serialize, Deserialize)]
struct StoredHolds {
    by_key: BTreeMap<String, StoredHold>,
    /// Of earlier versions, which this one leaves empty: what an attempt used is what the ledger has of the job.
    #[serde(default)]
    settled_mj: BTreeMap<u64, i64>,
}

#[derive(Serialize, Deserialize)]
struct StoredHold {
    submission: String,
    task: Option<u32>,
    attempt: u32,
    is_extra: bool,
    at_s: i64,
    project: ProjectName,
    user: String,
    part: StoredGpuCount,
    minutes: u64,
    phase: StoredPhase,
    job: Option<u64>,
    used_minutes: u64,
    ended_s: Option<i64>,
    is_held_back: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    array_job: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_named: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredGpuCount {
    kind: String,
    gpus: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredPhase {
    Wanted,
    Held(AdmissionId),
    Refused,
}

const fn first_version() -> u32 {
    1
}

/// Reads a file of this version or an earlier one; the error says what is wrong with it.
pub(super) fn read(bytes: &[u8]) -> Result<SyncState, String> {
    #[derive(Deserialize)]
    struct SyncHeader {
        #[serde(default = "first_version")]
        version: u32,
    }
    let SyncHeader { version } = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if version > VERSION {
        return Err(format!("version {version} was written by a later Wattledger, this one reads up to {VERSION}"));
    }
    let StoredSyncState { current, taken, holds, .. } =
        serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let by_key = holds.by_key.into_iter().map(|(key, hold)| (key, hold.into())).collect();
    Ok(SyncState { current, taken, holds: Holds { by_key } })
}

/// The file's bytes.
pub(super) fn write(state: &SyncState) -> Result<Vec<u8>, serde_json::Error> {
    let SyncState { current, taken, holds } = state.clone();
    let by_key = holds.by_key.into_iter().map(|(key, hold)| (key, hold.into())).collect();
    let holds = StoredHolds { by_key, settled_mj: BTreeMap::new() };
    serde_json::to_vec(&StoredSyncState { version: VERSION, current, taken, holds })
}

impl From<StoredHold> for Hold {
    fn from(stored: StoredHold) -> Self {
        Self {
            submission: stored.submission,
            task: stored.task,
            attempt: stored.attempt,
            is_extra: stored.is_extra,
            at_s: stored.at_s,
            project: stored.project,
            user: stored.user,
            part: GpuCount { kind: stored.part.kind, gpus: stored.part.gpus },
            minutes: stored.minutes,
            phase: match stored.phase {
                StoredPhase::Wanted => HoldPhase::Wanted,
                StoredPhase::Held(id) => HoldPhase::Held(id),
                StoredPhase::Refused => HoldPhase::Refused,
            },
            job: stored.job,
            used_minutes: stored.used_minutes,
            ended_s: stored.ended_s,
            is_held_back: stored.is_held_back,
            array_job: stored.array_job,
            is_named: stored.is_named,
        }
    }
}

impl From<Hold> for StoredHold {
    fn from(hold: Hold) -> Self {
        Self {
            submission: hold.submission,
            task: hold.task,
            attempt: hold.attempt,
            is_extra: hold.is_extra,
            at_s: hold.at_s,
            project: hold.project,
            user: hold.user,
            part: StoredGpuCount { kind: hold.part.kind, gpus: hold.part.gpus },
            minutes: hold.minutes,
            phase: match hold.phase {
                HoldPhase::Wanted => StoredPhase::Wanted,
                HoldPhase::Held(id) => StoredPhase::Held(id),
                HoldPhase::Refused => StoredPhase::Refused,
            },
            job: hold.job,
            used_minutes: hold.used_minutes,
            ended_s: hold.ended_s,
            is_held_back: hold.is_held_back,
            array_job: hold.array_job,
            is_named: hold.is_named,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it was written before files had a version.
    const BEFORE_VERSIONS: &str = r#"{"current":1,"taken":{"0":1048600,"1":76},"holds":{"by_key":{
        "slurm.k.t3.a1.a100":{"submission":"k","task":3,"attempt":1,"is_extra":false,"at_s":1000,"project":"climate","user":"ana",
            "part":{"kind":"a100","gpus":2},"minutes":10,"phase":{"held":"17"},"job":4,"used_minutes":2,"ended_s":null,"is_held_back":false},
        "slurm.k.a1.x9f.a100":{"submission":"k","task":null,"attempt":1,"is_extra":true,"at_s":1500,"project":"climate","user":"ana",
            "part":{"kind":"a100","gpus":2},"minutes":30,"phase":"wanted","job":null,"used_minutes":0,"ended_s":1700,"is_held_back":true},
        "slurm.z.a1.a100":{"submission":"z","task":null,"attempt":1,"is_extra":false,"at_s":1000,"project":"climate","user":"ana",
            "part":{"kind":"a100","gpus":1},"minutes":10,"phase":"refused","job":null,"used_minutes":0,"ended_s":null,"is_held_back":false}},
        "settled_mj":{"4":700}}}"#;

    #[test]
    fn a_file_from_before_versions_is_read_whole_and_written_back_the_same() {
        let state = read(BEFORE_VERSIONS.as_bytes()).unwrap();
        assert_eq!((state.current, state.holds.len()), (1, 3));
        let held = state.holds.get("slurm.k.t3.a1.a100").unwrap();
        assert_eq!((&held.phase, held.job, held.used_minutes), (&HoldPhase::Held(AdmissionId::new(17)), Some(4), 2));
        let mut expected: serde_json::Value = serde_json::from_str(BEFORE_VERSIONS).unwrap();
        expected["version"] = 1.into();
        expected["holds"]["settled_mj"] = serde_json::json!({});
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&write(&state).unwrap()).unwrap(), expected);
    }

    #[test]
    fn a_file_of_a_later_version_is_refused() {
        let problem = read(br#"{"version":2}"#).unwrap_err();
        assert!(problem.contains("version 2"), "{problem}");
    }
}
