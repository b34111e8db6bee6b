//! NVIDIA GPUs, through the driver's own library. It is opened at run time, so that building and starting need no driver.
//!
//! Every reading asks a board for its energy counter and its power; the meter decides which of them the energy comes from. A
//! board that is lost, or a driver that is unloaded, gives errors until it is back, and then readings of a new epoch.
//! [`sensor_class`](crate::sensor_class) decides what a power reading means.

mod board;
mod error;
mod session;
mod value;

pub use board::PowerScope;
pub use error::NvmlOpenError;

use super::visible::{Board, Variables, VisibleBoards, VisibleError, select};
use super::{ReadError, Source, SourceDevice, SourceKind, keep_positions};
use account::meter::{Reading, Sensor};
use board::{BoardValues, ReadingPlan};
use error::{Reach, reach};
use nvml_wrapper::error::NvmlError;
use session::NvmlSession;
use std::ffi::{OsStr, OsString};
use units::{Span, Timestamp};
use value::FieldFailure;

/// Name of the library that every driver package installs.
const LIBRARY: &str = "libnvidia-ml.so.1";
/// Time between two attempts to find a lost board or driver.
const RETRY: Span = Span::from_milliseconds(500);

/// The NVIDIA boards of this machine that this process may use.
#[derive(Debug)]
pub struct NvmlSource {
    library: OsString,
    /// `None` while the driver cannot be used.
    session: Option<NvmlSession>,
    driver: String,
    boot: String,
    devices: Vec<SourceDevice>,
    boards: Vec<Board>,
    slots: Vec<Slot>,
    retry_at: Timestamp,
}

/// What is kept of one board between readings.
#[derive(Debug)]
struct Slot {
    plan: ReadingPlan,
    /// N of `/dev/nvidiaN`, which need not be the index; `None` if the driver does not say it.
    file_number: Option<u32>,
    /// How often the board was lost or the driver reopened since the source was opened.
    losses: u64,
    epoch: u64,
    /// Time of the last process sample, µs since 1970.
    process_cursor: u64,
}

/// A board that was found, before it is added to the others.
struct Found {
    device: SourceDevice,
    board: Board,
    plan: ReadingPlan,
    file_number: Option<u32>,
}

/// How much one process used a board during one sample period of the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessSample {
    /// Id of the process.
    pub pid: u32,
    /// Time of the sample, µs since 1970 by the CPU's clock.
    pub at_us: u64,
    /// Utilisation of the streaming multiprocessors, 0 to 100 %.
    pub sm_percent: u32,
}

impl NvmlSource {
    /// Opens `library`, or that of the installed driver, and finds its boards. Boards that this user may not use are left out, as
    /// CUDA does; a board that is lost is listed and gives [`ReadError::Lost`].
    ///
    /// # Errors
    ///
    /// There is no usable driver, or no board; see [`NvmlOpenError`].
    pub fn open(library: Option<&OsStr>) -> Result<Self, NvmlOpenError> {
        let library = library.unwrap_or(OsStr::new(LIBRARY));
        let unusable = |error: NvmlError| NvmlOpenError::new(&library.to_string_lossy(), &error);
        let mut session = NvmlSession::open(library)?;
        session.find_devices().map_err(unusable)?;
        let driver = session.nvml().sys_driver_version().unwrap_or_else(|_| "unknown".to_owned());
        let count = session.nvml().device_count().map_err(unusable)?;
        let found: Vec<Found> = (0..count).filter_map(|index| find(&session, index, &driver)).collect();
        if found.is_empty() {
            return Err(if count == 0 { NvmlOpenError::NoDevices { driver } } else { NvmlOpenError::NoPermission });
        }
        let mut source = Self {
            library: library.to_owned(),
            session: Some(session),
            driver,
            boot: boot_id(),
            devices: Vec::new(),
            boards: Vec::new(),
            slots: Vec::new(),
            retry_at: Timestamp::default(),
        };
        for Found { device, board, plan, file_number } in found {
            let epoch = epoch(&source.boot, &source.driver, &device.uuid, 0);
            source.slots.push(Slot { plan, file_number, losses: 0, epoch, process_cursor: 0 });
            source.devices.push(device);
            source.boards.push(board);
        }
        Ok(source)
    }

    /// Version of the driver, such as `580.65.06`.
    #[must_use]
    pub fn driver_version(&self) -> &str {
        &self.driver
    }

    /// What the readings of the device at `position` cover; `None` if there is no such device.
    #[must_use]
    pub fn scope(&self, position: usize) -> Option<PowerScope> {
        self.slots.get(position).map(|slot| slot.plan.scope)
    }

    /// The devices that a command with these variables may use. Naming a MIG instance selects its board.
    ///
    /// # Errors
    ///
    /// A variable names a device that does not exist; see [`VisibleError`].
    pub fn visible(&self, variables: &Variables<'_>) -> Result<VisibleBoards, VisibleError> {
        select(&self.boards, variables)
    }

    /// Ids of the processes that compute on the device at `position`, with a context of their own or through the MPS server, in ascending
    /// order. On a board that is split by MIG these are the processes of all instances.
    ///
    /// # Errors
    ///
    /// The device is lost, or the driver is older than its list of processes (510).
    pub fn processes_on(&self, position: usize) -> Result<Vec<u32>, ReadError> {
        let Some(device) = self.devices.get(position) else {
            return Err(ReadError::Unreadable(format!("no device at position {position}")));
        };
        let Some(handle) = self.session.as_ref().and_then(|session| session.device(&device.uuid)) else {
            return Err(lost(&device.uuid));
        };
        let own = handle.running_compute_processes().map_err(|error| read_error(error.into()))?;
        // A driver or board without MPS has no such list.
        let shared = match handle.mps_running_compute_processes() {
            Err(NvmlError::NotSupported | NvmlError::FailedToLoadSymbol(_)) => Vec::new(),
            listed => listed.map_err(|error| read_error(error.into()))?,
        };
        let mut pids: Vec<u32> = own.into_iter().chain(shared).map(|process| process.pid).collect();
        pids.sort_unstable();
        pids.dedup();
        Ok(pids)
    }

    /// Samples of the processes on the device at `position` since the last call; empty if there are none.
    ///
    /// # Errors
    ///
    /// The device is lost, or the driver has no such samples, as with MIG.
    pub fn process_utilisation(&mut self, position: usize) -> Result<Vec<ProcessSample>, ReadError> {
        let (Some(device), Some(slot)) = (self.devices.get(position), self.slots.get_mut(position)) else {
            return Err(ReadError::Unreadable(format!("no device at position {position}")));
        };
        let Some(handle) = self.session.as_ref().and_then(|session| session.device(&device.uuid)) else {
            return Err(lost(&device.uuid));
        };
        let samples = match handle.process_utilization_stats(slot.process_cursor) {
            Ok(samples) => samples,
            Err(NvmlError::NotFound) => return Ok(Vec::new()),
            Err(error) => return Err(read_error(error.into())),
        };
        let mut samples: Vec<ProcessSample> = samples
            .into_iter()
            .map(|sample| ProcessSample { pid: sample.pid, at_us: sample.timestamp, sm_percent: sample.sm_util })
            .filter(|sample| sample.at_us > slot.process_cursor)
            .collect();
        samples.sort_by_key(|sample| (sample.at_us, sample.pid));
        samples.dedup_by_key(|sample| (sample.at_us, sample.pid));
        slot.process_cursor = samples.last().map_or(slot.process_cursor, |sample| sample.at_us);
        Ok(samples)
    }

    /// Looks for the driver or for lost boards, if any is missing and it is time to.
    fn look_again(&mut self, now: Timestamp) {
        if now < self.retry_at || self.session.as_ref().is_some_and(|session| self.all_here(session)) {
            return;
        }
        self.retry_at = now.after(RETRY).unwrap_or(now);
        match &mut self.session {
            // A driver that has lost every board finds them again only after it is reopened.
            Some(session) => match session.find_devices() {
                Ok(()) if session.has_devices() => {}
                Err(error) if reach(&error) != Reach::Driver => {}
                _ => self.session = None,
            },
            None => self.reconnect(),
        }
    }

    /// Whether every board whose UUID is known is found.
    fn all_here(&self, session: &NvmlSession) -> bool {
        let known = self.devices.iter().zip(&self.slots).filter(|(_, slot)| slot.plan != ReadingPlan::NOTHING);
        known.into_iter().all(|(device, _)| session.device(&device.uuid).is_some())
    }

    fn reconnect(&mut self) {
        let Ok(mut session) = NvmlSession::open(&self.library) else { return };
        if session.find_devices().is_err() {
            return;
        }
        self.driver = session.nvml().sys_driver_version().unwrap_or_else(|_| self.driver.clone());
        self.session = Some(session);
        for position in 0..self.slots.len() {
            self.new_epoch(position);
        }
    }

    fn new_epoch(&mut self, position: usize) {
        if let (Some(slot), Some(device)) = (self.slots.get_mut(position), self.devices.get(position)) {
            slot.losses += 1;
            slot.epoch = epoch(&self.boot, &self.driver, &device.uuid, slot.losses);
        }
    }

    fn read(&mut self, position: usize, now: Timestamp) -> Result<Reading, ReadError> {
        let (Some(device), Some(slot)) = (self.devices.get(position), self.slots.get(position)) else {
            return Err(ReadError::Unreadable(format!("no device at position {position}")));
        };
        let Some(session) = &mut self.session else {
            return Err(ReadError::Unreadable(
                "the NVIDIA driver cannot be used at the moment; trying again".to_owned(),
            ));
        };
        let handle = session.device(&device.uuid).ok_or_else(|| lost(&device.uuid))?;
        let failure = match slot.plan.read(&handle) {
            Ok(values) => {
                let BoardValues { power, counter } = values;
                return Ok(Reading { at: now, power, counter, epoch: slot.epoch });
            }
            Err(failure) => failure,
        };
        if let FieldFailure::Driver(error) = &failure {
            match reach(error) {
                Reach::Reading => {}
                Reach::Device => {
                    session.forget(&device.uuid);
                    self.new_epoch(position);
                }
                Reach::Driver => self.session = None,
            }
        }
        Err(read_error(failure))
    }
}

impl Source for NvmlSource {
    fn kind(&self) -> SourceKind {
        SourceKind::Nvml
    }

    fn devices(&self) -> &[SourceDevice] {
        &self.devices
    }

    fn boards(&self) -> &[Board] {
        &self.boards
    }

    fn keep(&mut self, positions: &[usize]) {
        keep_positions(&mut self.devices, positions);
        keep_positions(&mut self.boards, positions);
        keep_positions(&mut self.slots, positions);
    }

    fn file_number(&self, position: usize) -> Option<u32> {
        self.slots.get(position)?.file_number
    }

    fn processes(&self, position: usize) -> Option<Result<Vec<u32>, ReadError>> {
        Some(self.processes_on(position))
    }

    fn poll(&mut self, now: Timestamp, sink: &mut dyn FnMut(usize, Result<Reading, ReadError>)) {
        self.look_again(now);
        for position in 0..self.devices.len() {
            let outcome = self.read(position, now);
            sink(position, outcome);
        }
    }
}

/// Finds the board at `index`; `None` if this user may not use it.
fn find(session: &NvmlSession, index: u32, driver: &str) -> Option<Found> {
    let handle = match session.nvml().device_by_index(index) {
        Ok(handle) => handle,
        Err(NvmlError::NoPermission) => return None,
        Err(_) => return Some(lost_board(index, String::new())),
    };
    let pci = handle.pci_info().map(|info| info.bus_id).unwrap_or_default();
    let Ok(uuid) = handle.uuid() else {
        return Some(lost_board(index, pci));
    };
    let name = handle.name().unwrap_or_else(|_| "NVIDIA GPU".to_owned());
    let plan = ReadingPlan::of(&handle, &name);
    let sensor = plan.sensor(&handle, &name, driver);
    let mig = mig_instances(&handle);
    let device = SourceDevice { uuid: uuid.clone(), index, name: name.clone(), sensor, counted_in: None };
    let file_number = handle.minor_number().ok();
    Some(Found { device, board: Board { index, uuid, name, pci, mig }, plan, file_number })
}

/// A board that does not give its UUID. It stays lost, since a later answer could come from another board.
fn lost_board(index: u32, pci: String) -> Found {
    let place = if pci.is_empty() { format!("nvml-{index}") } else { pci.clone() };
    let (uuid, name) = (format!("lost:{place}"), "NVIDIA GPU (lost)".to_owned());
    let sensor = Sensor {
        counter: None,
        power: None,
        limit: Sensor::UNKNOWN_LIMIT,
        cadence: Span::from_seconds(1),
        systematic_ppm: Sensor::BOARD_SYSTEMATIC_PPM,
    };
    let device = SourceDevice { uuid: uuid.clone(), index, name: name.clone(), sensor, counted_in: None };
    let board = Board { index, uuid, name, pci, mig: Vec::new() };
    Found { device, board, plan: ReadingPlan::NOTHING, file_number: None }
}

/// UUIDs of the MIG instances on a board; empty if MIG is off or the board does not support it.
fn mig_instances(board: &nvml_wrapper::Device<'_>) -> Vec<String> {
    if !board.mig_mode().is_ok_and(|mode| mode.current == 1) {
        return Vec::new();
    }
    let slots = board.mig_device_count().unwrap_or(0);
    (0..slots).filter_map(|slot| board.mig_device_by_index(slot).ok()?.uuid().ok()).collect()
}

fn read_error(failure: FieldFailure) -> ReadError {
    match failure {
        FieldFailure::Blank(value) => ReadError::Blank(value),
        FieldFailure::Driver(error) if reach(&error) == Reach::Device => ReadError::Lost(error.to_string()),
        FieldFailure::Driver(error) => ReadError::Unreadable(error.to_string()),
    }
}

fn lost(uuid: &str) -> ReadError {
    ReadError::Lost(format!("{uuid} does not answer; trying again"))
}

/// Identifier of this boot; empty if the kernel does not give one.
fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned()).unwrap_or_default()
}

/// A number that stays the same while the counter of a board goes on, also in the next process: the FNV-1a hash of boot,
/// driver version, board, and how often this source has lost the board.
fn epoch(boot: &str, driver: &str, uuid: &str, losses: u64) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let parts = [boot.as_bytes(), driver.as_bytes(), uuid.as_bytes(), &losses.to_le_bytes()];
    let bytes = parts.into_iter().flat_map(|part| part.iter().chain(&[0]));
    bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}
