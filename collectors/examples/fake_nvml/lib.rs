//! A stand-in for NVIDIA's `libnvidia-ml.so.1`, so that the real driver binding can be run without a driver.
//!
//! It is built by `cargo test` (or `cargo build -p wattledger-agent --example fake_nvml`) as
//! `target/<profile>/examples/libfake_nvml.so` and describes the machine that the environment variable `FAKE_NVML`, or a
//! call of `fake_nvml_control`, tells it to be. What the file that `FAKE_NVML_FILE` names holds is carried out whenever it has changed,
//! so that a test can change the machine of another process:
//!
//! ```text
//! mkdir fake && cp target/debug/examples/libfake_nvml.so fake/libnvidia-ml.so.1
//! FAKE_NVML="gpus=8,watts=300,3.lost=1" LD_LIBRARY_PATH=fake wattledger run -- sleep 10
//! ```
//!
//! The text is a list of `key=value`, separated by commas; `N.key=value` is for board N alone.
//!
//! | key | meaning | default |
//! |---|---|---|
//! | `gpus` | number of boards, first of all keys | 1 |
//! | `driver` | driver version | 580.65.06 |
//! | `init_error` | `nvmlReturn_t` of initialising | 0 |
//! | `clock_ms` | sets the clock, which then stands still; without it, it is real | |
//! | `reload` | (no value) the driver is loaded anew | |
//! | `name`, `arch`, `pci` | product name, `NVML_DEVICE_ARCH_*`, PCI bus | H100, 9, 16 + N |
//! | `minor` | number of the device's file, `/dev/nvidiaN` | N |
//! | `watts`, `limit` | power of the GPU and its limit, W | 300, 700 |
//! | `module_watts`, `module_limit` | GH200: power of the module, which the counter then covers, and its limit, W | none, 1000 |
//! | `counter`, `power` | 0: not supported | 1 |
//! | `counter_mj`, `update_ms` | counter at driver load; its update period | 987654321, 100 |
//! | `frozen` | 1: the counter stands still | 0 |
//! | `power_answer`, `counter_answer` | answered whatever is true, mW and mJ; `honest=1` ends it | none |
//! | `lost`, `lost_at_index`, `denied` | 1: fell off the bus; does not even give a handle; not for this user | 0 |
//! | `mig` | number of MIG instances; 0: MIG is off | 0 |
//! | `processes`, `mps` | processes with a context of their own, and through the MPS server: `PID:PID`; empty for none | none |
//! | `sample` | adds a process sample, `PID:MICROSECONDS:SM_PERCENT` | none |
//!
//! One path is one machine per process: a test copies the file to a name of its own.
#![allow(unsafe_code)] // a C library from the inside

mod machine;

use machine::{
    Board, GPU_IS_LOST, INSUFFICIENT_SIZE, INVALID_ARGUMENT, Machine, NO_PERMISSION, NOT_FOUND, NOT_SUPPORTED, Return,
    SUCCESS, UNINITIALIZED,
};
use std::ffi::{CStr, c_char, c_int, c_uint, c_ulonglong};
use std::sync::{Mutex, MutexGuard, PoisonError};

static MACHINE: Mutex<Option<Machine>> = Mutex::new(None);
/// What was last carried out of the file.
static CARRIED_OUT: Mutex<String> = Mutex::new(String::new());

/// A board (and MIG instance) of one driver load, packed into a pointer that is never followed.
type Handle = usize;

/// Never a null pointer.
const HANDLE_TAG: usize = 1 << 40;

/// `nvmlFieldValue_t`.
#[repr(C)]
pub struct FieldValue {
    field: c_uint,
    scope: c_uint,
    time_us: i64,
    latency_us: i64,
    kind: c_uint,
    result: c_uint,
    value: u64,
}

/// `nvmlPciInfo_t`.
#[repr(C)]
pub struct PciInfo {
    legacy_bus_id: [c_char; 16],
    domain: c_uint,
    bus: c_uint,
    device: c_uint,
    device_id: c_uint,
    subsystem_id: c_uint,
    bus_id: [c_char; 32],
}

/// `nvmlProcessUtilizationSample_t`.
#[repr(C)]
pub struct ProcessSample {
    pid: c_uint,
    time_us: c_ulonglong,
    sm: c_uint,
    memory: c_uint,
    encoder: c_uint,
    decoder: c_uint,
}

/// `nvmlProcessInfo_t` of version 2 and 3.
#[repr(C)]
pub struct ProcessInfo {
    pid: c_uint,
    memory_bytes: c_ulonglong,
    gpu_instance: c_uint,
    compute_instance: c_uint,
}

const _: () = assert!(size_of::<ProcessInfo>() == 24);
const _: () = assert!(size_of::<FieldValue>() == 40 && size_of::<PciInfo>() == 68 && size_of::<ProcessSample>() == 32);

fn lock() -> MutexGuard<'static, Option<Machine>> {
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The machine, made from `FAKE_NVML` when it is first asked for.
fn with_machine(action: impl FnOnce(&mut Machine) -> Return) -> Return {
    let mut guard = lock();
    if guard.is_none() {
        #[allow(clippy::disallowed_methods)] // not the program's own environment
        let spec = std::env::var("FAKE_NVML").unwrap_or_default();
        *guard = Machine::new(&spec);
    }
    guard.as_mut().map_or(INVALID_ARGUMENT, |machine| {
        carry_out_file(machine);
        machine.integrate();
        action(machine)
    })
}

/// Carries out the file that a test changes the machine by, if it has changed.
fn carry_out_file(machine: &mut Machine) {
    let path = std::env::var_os("FAKE_NVML_FILE");
    let Some(spec) = path.and_then(|path| std::fs::read_to_string(path).ok()) else { return };
    let mut done = CARRIED_OUT.lock().unwrap_or_else(PoisonError::into_inner);
    if *done != spec && machine.apply(spec.trim()) {
        *done = spec;
    }
}

fn with_driver(action: impl FnOnce(&mut Machine) -> Return) -> Return {
    with_machine(|machine| if machine.clients == 0 { UNINITIALIZED } else { action(machine) })
}

/// `action` with the board's number, the number of the MIG instance if the handle is one, and the board.
fn with_board(handle: Handle, action: impl FnOnce(usize, Option<usize>, &Board) -> Return) -> Return {
    with_driver(|machine| {
        let (load, board, instance) = ((handle >> 16) & 0xff_ffff, (handle >> 8) & 0xff, handle & 0xff);
        let current = handle & HANDLE_TAG != 0 && u32::try_from(load) == Ok(machine.load);
        match machine.boards.get(board) {
            Some(found) if current && found.lost => GPU_IS_LOST,
            Some(found) if current => action(board, instance.checked_sub(1), found),
            _ => INVALID_ARGUMENT,
        }
    })
}

fn handle(machine: &Machine, board: usize, instance: Option<usize>) -> Handle {
    let load = usize::try_from(machine.load).unwrap_or(0);
    HANDLE_TAG | (load << 16) | (board << 8) | instance.map_or(0, |instance| instance + 1)
}

/// # Safety
/// `out` is null or points to a writable `T`.
unsafe fn put<T>(out: *mut T, value: T) -> Return {
    if out.is_null() {
        return INVALID_ARGUMENT;
    }
    // SAFETY: not null, and the caller's promise.
    unsafe { out.write(value) };
    SUCCESS
}

/// # Safety
/// `out` is null or points to `length` writable bytes.
unsafe fn put_text(out: *mut c_char, length: c_uint, text: &str) -> Return {
    let length = usize::try_from(length).unwrap_or(0);
    if out.is_null() || text.len() >= length {
        return INSUFFICIENT_SIZE;
    }
    // SAFETY: not null, the text and its zero fit, and the caller's promise.
    unsafe {
        out.copy_from_nonoverlapping(text.as_ptr().cast(), text.len());
        out.add(text.len()).write(0);
    }
    SUCCESS
}

// The control functions, for tests in the same process.

/// Carries out a text as in `FAKE_NVML`; on a machine that does not exist yet, makes it so. Returns 0 if understood.
///
/// # Safety
/// `spec` is a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fake_nvml_control(spec: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    let Ok(spec) = unsafe { CStr::from_ptr(spec) }.to_str() else { return 1 };
    let mut guard = lock();
    let understood = match guard.as_mut() {
        Some(machine) => machine.apply(spec),
        None => {
            *guard = Machine::new(spec);
            guard.is_some()
        }
    };
    c_int::from(!understood)
}

/// True energy of a board since the machine was made, mJ, rounded down; 0 for no such board.
#[unsafe(no_mangle)]
pub extern "C" fn fake_nvml_truth_mj(board: c_uint) -> u64 {
    let board = usize::try_from(board).unwrap_or(usize::MAX);
    lock().as_mut().map_or(0, |machine| {
        machine.integrate();
        machine.boards.get(board).map_or(0, Board::truth_mj)
    })
}

// NVML's own functions.

/// Counts its clients; fails as the machine says.
#[unsafe(no_mangle)]
pub extern "C" fn nvmlInit_v2() -> Return {
    with_machine(|machine| {
        machine.clients += u32::from(machine.init_error == SUCCESS);
        machine.init_error
    })
}

/// One client less.
#[unsafe(no_mangle)]
pub extern "C" fn nvmlShutdown() -> Return {
    with_driver(|machine| {
        machine.clients -= 1;
        SUCCESS
    })
}

/// # Safety
/// `out` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlSystemGetDriverVersion(out: *mut c_char, length: c_uint) -> Return {
    // SAFETY: the caller's promise.
    with_driver(|machine| unsafe { put_text(out, length, &machine.driver) })
}

/// # Safety
/// `out` points to an integer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetCount_v2(out: *mut c_uint) -> Return {
    // SAFETY: the caller's promise.
    with_driver(|machine| unsafe { put(out, c_uint::try_from(machine.boards.len()).unwrap_or(0)) })
}

/// # Safety
/// `out` points to a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetHandleByIndex_v2(index: c_uint, out: *mut Handle) -> Return {
    with_driver(|machine| {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        match machine.boards.get(index) {
            None => INVALID_ARGUMENT,
            Some(board) if board.denied => NO_PERMISSION,
            Some(board) if board.lost_at_index => GPU_IS_LOST,
            // SAFETY: the caller's promise.
            Some(_) => unsafe { put(out, handle(machine, index, None)) },
        }
    })
}

/// # Safety
/// `out` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetName(device: Handle, out: *mut c_char, length: c_uint) -> Return {
    // SAFETY: the caller's promise.
    with_board(device, |_, _, board| unsafe { put_text(out, length, &board.name) })
}

/// # Safety
/// `out` points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetUUID(device: Handle, out: *mut c_char, length: c_uint) -> Return {
    with_board(device, |number, instance, _| {
        let uuid = match instance {
            None => format!("GPU-{number:08x}-fa4e-4000-8000-000000000000"),
            Some(instance) => format!("MIG-{number:08x}-fa4e-5000-8000-{instance:012x}"),
        };
        // SAFETY: the caller's promise.
        unsafe { put_text(out, length, &uuid) }
    })
}

/// # Safety
/// `out` points to an integer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetMinorNumber(device: Handle, out: *mut c_uint) -> Return {
    // SAFETY: the caller's promise.
    with_board(device, |_, _, board| unsafe { put(out, board.minor) })
}

/// # Safety
/// `out` points to an integer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetArchitecture(device: Handle, out: *mut c_uint) -> Return {
    // SAFETY: the caller's promise.
    with_board(device, |_, _, board| unsafe { put(out, board.architecture) })
}

/// # Safety
/// `out` points to an `nvmlPciInfo_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetPciInfo_v3(device: Handle, out: *mut PciInfo) -> Return {
    with_board(device, |_, _, board| {
        let mut info = PciInfo {
            legacy_bus_id: [0; 16],
            domain: 0,
            bus: board.bus,
            device: 0,
            device_id: 0,
            subsystem_id: 0,
            bus_id: [0; 32],
        };
        // SAFETY: the buffers are the structure's own; the caller's promise for `out`.
        unsafe {
            put_text(info.bus_id.as_mut_ptr(), 32, &format!("00000000:{:02X}:00.0", board.bus));
            put(out, info)
        }
    })
}

/// # Safety
/// `out` points to an integer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetPowerUsage(device: Handle, out: *mut c_uint) -> Return {
    with_board(device, |_, instance, board| {
        if !board.has_power || instance.is_some() {
            return NOT_SUPPORTED;
        }
        let milliwatts = board.power_answer.unwrap_or(board.gpu_mw);
        // SAFETY: the caller's promise.
        unsafe { put(out, c_uint::try_from(milliwatts).unwrap_or(c_uint::MAX)) }
    })
}

/// # Safety
/// `out` points to an integer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetEnforcedPowerLimit(device: Handle, out: *mut c_uint) -> Return {
    // SAFETY: the caller's promise.
    with_board(device, |_, _, board| unsafe { put(out, c_uint::try_from(board.limit_mw).unwrap_or(c_uint::MAX)) })
}

/// # Safety
/// `out` points to a 64-bit integer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetTotalEnergyConsumption(device: Handle, out: *mut c_ulonglong) -> Return {
    with_board(device, |_, instance, board| {
        if !board.has_counter || instance.is_some() {
            return NOT_SUPPORTED;
        }
        // SAFETY: the caller's promise.
        unsafe { put(out, board.counter_mj()) }
    })
}

/// # Safety
/// `values` points to `count` fields.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetFieldValues(device: Handle, count: c_int, values: *mut FieldValue) -> Return {
    with_board(device, |_, _, board| {
        for offset in 0..usize::try_from(count).unwrap_or(0) {
            // SAFETY: within the caller's `count`.
            let value = unsafe { &mut *values.add(offset) };
            match field(board, value.field, value.scope) {
                Some(milliwatts) => (value.kind, value.value, value.result) = (1, milliwatts, SUCCESS),
                None => value.result = NOT_SUPPORTED,
            }
        }
        SUCCESS
    })
}

/// Power (185, 186) and enforced limit (190) of the GPU (scope 0) and the module (scope 1).
fn field(board: &Board, field: c_uint, scope: c_uint) -> Option<u64> {
    match (field, scope) {
        (185 | 186, 0) => board.has_power.then_some(board.power_answer.unwrap_or(board.gpu_mw)),
        (185 | 186, 1) => board.module_mw.map(|milliwatts| board.power_answer.unwrap_or(milliwatts)),
        (190, 0) => Some(board.limit_mw),
        (190, 1) => board.module_mw.map(|_| board.module_limit_mw),
        _ => None,
    }
}

/// # Safety
/// `out` is null or points to `*count` samples; `count` points to an integer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetProcessUtilization(
    device: Handle,
    out: *mut ProcessSample,
    count: *mut c_uint,
    since_us: c_ulonglong,
) -> Return {
    with_board(device, |_, _, board| {
        if board.mig > 0 {
            return NOT_SUPPORTED;
        }
        let new: Vec<_> = board.samples.iter().filter(|(_, time_us, _)| *time_us > since_us).collect();
        let Ok(length) = c_uint::try_from(new.len()) else { return INVALID_ARGUMENT };
        if new.is_empty() {
            return NOT_FOUND;
        }
        // SAFETY: the caller's promise for `count`.
        let room = unsafe { count.replace(length) };
        if out.is_null() || room < length {
            return INSUFFICIENT_SIZE;
        }
        for (offset, (pid, time_us, sm)) in new.into_iter().enumerate() {
            let sample = ProcessSample { pid: *pid, time_us: *time_us, sm: *sm, memory: 0, encoder: 0, decoder: 0 };
            // SAFETY: `offset` is below `*count`.
            unsafe { out.add(offset).write(sample) };
        }
        SUCCESS
    })
}

/// # Safety
/// `out` is null or points to `*count` processes; `count` points to an integer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetComputeRunningProcesses_v3(
    device: Handle,
    count: *mut c_uint,
    out: *mut ProcessInfo,
) -> Return {
    // SAFETY: the caller's promise.
    with_board(device, |_, _, board| unsafe { list(&board.processes, count, out) })
}

/// # Safety
/// `out` is null or points to `*count` processes; `count` points to an integer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetMPSComputeRunningProcesses_v3(
    device: Handle,
    count: *mut c_uint,
    out: *mut ProcessInfo,
) -> Return {
    // SAFETY: the caller's promise.
    with_board(device, |_, _, board| unsafe { list(&board.mps, count, out) })
}

/// # Safety
/// `out` is null or points to `*count` processes; `count` points to an integer.
unsafe fn list(pids: &[u32], count: *mut c_uint, out: *mut ProcessInfo) -> Return {
    let Ok(length) = c_uint::try_from(pids.len()) else { return INVALID_ARGUMENT };
    // SAFETY: the caller's promise for `count`.
    let room = unsafe { count.replace(length) };
    if length > room {
        return INSUFFICIENT_SIZE;
    }
    for (offset, pid) in pids.iter().enumerate() {
        let none = c_uint::MAX;
        let process = ProcessInfo { pid: *pid, memory_bytes: 1 << 30, gpu_instance: none, compute_instance: none };
        // SAFETY: `offset` is below `*count`; a caller with room gives a place.
        unsafe { out.add(offset).write(process) };
    }
    SUCCESS
}

/// # Safety
/// `current` and `pending` point to integers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetMigMode(device: Handle, current: *mut c_uint, pending: *mut c_uint) -> Return {
    with_board(device, |_, _, board| {
        let mode = c_uint::from(board.mig > 0);
        // SAFETY: the caller's promise.
        unsafe { put(current, mode).max(put(pending, mode)) }
    })
}

/// The most there can be, as the driver says it: 7 whether or not they exist.
///
/// # Safety
/// `out` points to an integer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetMaxMigDeviceCount(device: Handle, out: *mut c_uint) -> Return {
    // SAFETY: the caller's promise.
    with_board(device, |_, _, _| unsafe { put(out, 7) })
}

/// # Safety
/// `out` points to a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nvmlDeviceGetMigDeviceHandleByIndex(
    device: Handle,
    index: c_uint,
    out: *mut Handle,
) -> Return {
    with_board(device, |_, _, board| {
        if index >= board.mig {
            return NOT_FOUND;
        }
        let instance = usize::try_from(index).unwrap_or(usize::MAX);
        // SAFETY: the caller's promise.
        unsafe { put(out, device + 1 + instance) }
    })
}
