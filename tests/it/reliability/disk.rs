//! A disk that fails and a disk that is full: what was not stored is not acknowledged, and the service says why.

use super::{EAGER, can_trace, count};
use crate::line::{Answer, Line};
use crate::oracle::{Fleet, Record, judge};
use crate::service::{Data, Service, process::until};
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

const FLEET: Fleet = Fleet { agents: 1, devices: 3 };

/// Sends batches `numbers`; ends with the first refusal, which must say that it is for now.
fn send(line: &mut Line, address: SocketAddr, numbers: std::ops::Range<u64>, record: &Record) -> Option<Answer> {
    for number in numbers {
        record.issued((0, number));
        let answer = line.post(address, wire::PATH, &FLEET.batch((0, number))).unwrap();
        if answer.status != 200 {
            assert_eq!(answer.status, 503, "{answer:?}");
            assert!(answer.header("retry-after").is_some(), "{answer:?}");
            assert!(
                answer.text().contains("nothing was stored: the disk of the service cannot be written now"),
                "{answer:?}"
            );
            return Some(answer);
        }
        record.acknowledged((0, number));
    }
    None
}

fn ready(line: &mut Line, address: SocketAddr) -> Answer {
    line.send(address, "GET /readyz", &[], b"").unwrap()
}

/// One run with `fault` from the `position`th of `calls` on; whether it was ever met.
fn run_with_fault(calls: &str, fault: &str, position: u64) -> bool {
    let (data, record) = (Data::new(), Record::default());
    let first = Service::start(&data.path(), EAGER);
    let token = first.admin.clone();
    drop(first);
    let (trace, inject) = (format!("trace={calls}"), format!("inject={calls}:error={fault}:when={position}+"));
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    let mut line = Line::new(&token);
    let mut refused = None;
    match Service::start_under(&strace, &data.path(), EAGER) {
        Ok(service) => {
            refused = send(&mut line, service.address, 1..60, &record);
            if refused.is_some() {
                let later = send(&mut line, service.address, 100..101, &Record::default());
                assert!(later.is_some(), "{calls} {fault} {position}: acknowledged after a failed write");
                let ready = ready(&mut line, service.address);
                assert_eq!((ready.status, ready.header("retry-after")), (503, Some("30")), "{ready:?}");
                assert!(ready.text().contains("the ledger takes no changes"), "{ready:?}");
            }
        }
        Err(ended) => {
            assert!(matches!(ended.code, Some(1 | 2)), "{ended:?}");
            assert!(
                ended.log.contains("wattledger.db")
                    || ended.log.contains("disk")
                    || ended.log.contains("data directory"),
                "{ended:?}"
            );
        }
    }
    let is_met = refused.is_some() || record.count() < 59;
    judge(&data.path(), FLEET, &record, true);
    let again = Service::start(&data.path(), EAGER);
    let mut line = Line::new(&token);
    assert_eq!(ready(&mut line, again.address).status, 200, "{calls} {fault} {position}: it starts alone");
    assert!(send(&mut line, again.address, 1..62, &record).is_none());
    again.stop();
    judge(&data.path(), FLEET, &record, false);
    is_met
}

#[test]
fn after_a_failed_write_nothing_is_acknowledged_and_a_restart_has_everything() {
    if !can_trace() {
        return;
    }
    for (calls, fault) in [("fsync,fdatasync", "EIO"), ("pwrite64", "EIO"), ("pwrite64", "ENOSPC")] {
        let (mut position, mut met) = (1, 0);
        while run_with_fault(calls, fault, position) {
            met += 1;
            position += if count(1) > 1 { 1 } else { position };
        }
        println!("{fault} from the Nth {calls} on: {met} runs, the last without the fault at {position}");
        assert!(met >= 4, "{calls} {fault}: {met}");
    }
}

#[test]
fn a_write_that_is_interrupted_is_written_again() {
    if !can_trace() {
        return;
    }
    let (data, record) = (Data::new(), Record::default());
    // Every seventh from the third on.
    let inject = "inject=pwrite64:error=EINTR:when=3+7";
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", inject];
    let service = Service::start_under(&strace, &data.path(), EAGER).unwrap();
    let refused = send(&mut Line::new(&service.admin), service.address, 1..60, &record);
    assert!(refused.is_none(), "{refused:?}");
    assert_eq!(service.stop().0, 0);
    judge(&data.path(), FLEET, &record, false);
}

#[test]
fn a_checkpoint_that_fails_is_the_end_of_acknowledging_and_never_tried_again() {
    if !can_trace() {
        return;
    }
    let (data, record) = (Data::new(), Record::default());
    let first = Service::start(&data.path(), EAGER);
    let mut line = Line::new(&first.admin);
    assert_eq!(first.stop().0, 0);
    // Only the database: its log may be written, and is.
    let (database, counted) = (data.path().join("wattledger.db"), data.path().with_extension("trace"));
    let (database, counted) = (database.to_str().unwrap(), counted.to_str().unwrap());
    let inject = "inject=fsync,fdatasync:error=EIO:when=1";
    let strace = ["strace", "-f", "-qq", "-o", counted, "-P", database, "-e", "trace=fsync,fdatasync", "-e", inject];
    let service = Service::start_under(&strace, &data.path(), EAGER).unwrap();
    assert!(send(&mut line, service.address, 1..2_000, &record).is_some(), "the log was never moved into the database");
    let taken = record.count();
    assert!(taken > 20, "{taken}");
    let later = send(&mut line, service.address, 5_000..5_020, &Record::default());
    let ready = ready(&mut line, service.address).status;
    let (_, log) = service.stop();
    assert!(later.is_some() && ready == 503, "{log}");
    assert!(log.contains("since a write failed"), "{log}");
    let tries = std::fs::read_to_string(counted).unwrap().lines().filter(|line| line.contains("sync(")).count();
    assert_eq!(tries, 1, "a second fsync of the same file can hide what the first one lost");
    judge(&data.path(), FLEET, &record, true);
}

/// A small file system of its own, gone when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None`, and a word, where this user may not mount.
    fn new(bytes: u64, flags: MountFlags) -> Option<(Self, tempfile::TempDir)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk");
        std::fs::create_dir(&path).unwrap();
        let size = std::ffi::CString::new(format!("size={bytes}")).unwrap();
        match mount("none", &path, "tmpfs", flags, Some(size.as_c_str())) {
            Ok(()) => Some((Self(path), folder)),
            Err(error) => {
                crate::skip::skip(&format!("this user may not mount a tmpfs: {error}"));
                None
            }
        }
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A file system that stays mounted ends with the machine.
        let _ = unmount(&self.0, UnmountFlags::DETACH);
    }
}

#[test]
fn a_full_disk_is_said_and_when_there_is_room_the_service_goes_on_by_itself() {
    let Some((disk, _folder)) = SmallDisk::new(6 << 20, MountFlags::empty()) else { return };
    let (data, ballast, record) = (disk.path().join("data"), disk.path().join("ballast"), Record::default());
    std::fs::write(&ballast, vec![1; 2 << 20]).unwrap();
    let service = Service::start(&data, EAGER);
    let mut line = Line::new(&service.admin);
    let refused = send(&mut line, service.address, 1..10_000, &record);
    assert!(refused.is_some(), "a disk of 6 MiB took everything");
    let taken = u64::try_from(record.count()).unwrap();
    assert_eq!(ready(&mut line, service.address).status, 503);
    let read = line.send(service.address, "GET /api/v1/jobs", &[], b"").unwrap();
    assert_eq!(read.status, 200, "reading goes on: {read:?}");
    std::fs::remove_file(&ballast).unwrap();
    until(|| ready(&mut Line::new(""), service.address).status == 200);
    assert!(send(&mut line, service.address, taken + 1..taken + 3, &record).is_none(), "without a restart");
    let (code, log) = service.stop();
    assert_eq!(code, 0, "{log}");
    let judged = judge(&data, FLEET, &record, false);
    println!("{taken} batches until the disk was full, then on: {judged}");
}

#[test]
fn a_directory_that_cannot_be_written_is_refused_with_its_name() {
    let Some((disk, _folder)) = SmallDisk::new(4 << 20, MountFlags::empty()) else { return };
    let data = disk.path().join("data");
    let command = || crate::command::refusal(&["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    let service = Service::start(&data, EAGER);
    let record = Record::default();
    assert!(send(&mut Line::new(&service.admin), service.address, 1..4, &record).is_none());
    assert_eq!(service.stop().0, 0);
    let remount = |flags| {
        rustix::mount::mount_remount(disk.path(), flags, "").unwrap();
    };
    remount(MountFlags::RDONLY);
    let said = command();
    assert!(said.starts_with("exit 2") && said.contains("data directory") && said.contains("Read-only"), "{said}");
    remount(MountFlags::empty());
    let room = std::fs::File::create(disk.path().join("ballast")).unwrap();
    let mut filled = 0;
    while std::os::unix::fs::FileExt::write_at(&room, &[1; 4096], filled).is_ok() {
        filled += 4096;
    }
    drop(room);
    judge_when_freed(&disk, &data, &record);
}

/// On a full disk the service starts or says why not; with room again everything is there.
fn judge_when_freed(disk: &SmallDisk, data: &Path, record: &Record) {
    match Service::start_under(&[], data, EAGER) {
        Ok(service) => assert_eq!(service.get("/healthz", "").status, 200),
        Err(ended) => assert!(ended.log.contains("wattledger.db") && ended.log.contains("free space"), "{ended:?}"),
    }
    std::fs::remove_file(disk.path().join("ballast")).unwrap();
    judge(data, FLEET, record, false);
}
