//! A connection to the driver. This is the only file here that calls C functions itself.
#![allow(unsafe_code)] // device handles that outlive a borrow, and field values with a scope, which nvml-wrapper lacks

use super::error::NvmlOpenError;
use super::value::{FieldFailure, decode};
use nvml_wrapper::error::{NvmlError, nvml_try};
use nvml_wrapper::{Device, Nvml};
use nvml_wrapper_sys::bindings::{nvmlDevice_t, nvmlFieldValue_t, nvmlValue_t};
use std::collections::HashMap;
use std::ffi::OsStr;

/// An initialised driver library and the handles it gave, by UUID. The handles are valid as long as the library is.
#[derive(Debug)]
pub(super) struct NvmlSession {
    nvml: Nvml,
    handles: HashMap<String, BoardHandle>,
}

/// A handle of a board, valid in the session that holds it.
#[derive(Debug, Clone, Copy)]
struct BoardHandle(nvmlDevice_t);

// SAFETY: NVML is thread-safe and its handles are valid in every thread of the process that initialised it.
unsafe impl Send for BoardHandle {}

impl NvmlSession {
    /// Loads and initialises `library`.
    pub(super) fn open(library: &OsStr) -> Result<Self, NvmlOpenError> {
        let name = library.to_string_lossy();
        let nvml = Nvml::builder().lib_path(library).init().map_err(|error| NvmlOpenError::new(&name, &error))?;
        if let Err(missing) = &nvml.lib().nvmlShutdown {
            let reason = missing.to_string();
            // Dropping it would call the missing function.
            std::mem::forget(nvml);
            return Err(NvmlOpenError::Unusable { library: name.into_owned(), reason });
        }
        Ok(Self { nvml, handles: HashMap::new() })
    }

    pub(super) fn nvml(&self) -> &Nvml {
        &self.nvml
    }

    /// Takes the handle of every device that gives its UUID. It goes by index, since asking by UUID fails for all devices once
    /// one has fallen off the bus.
    pub(super) fn find_devices(&mut self) -> Result<(), NvmlError> {
        for index in 0..self.nvml.device_count()? {
            let Ok(device) = self.nvml.device_by_index(index) else { continue };
            let Ok(uuid) = device.uuid() else { continue };
            // SAFETY: the handle goes into `handles` only, and so does not outlive `self.nvml`.
            self.handles.insert(uuid, BoardHandle(unsafe { device.handle() }));
        }
        Ok(())
    }

    /// Whether any device was found.
    pub(super) fn has_devices(&self) -> bool {
        !self.handles.is_empty()
    }

    /// The device with this UUID, unless it is lost.
    pub(super) fn device(&self, uuid: &str) -> Option<Device<'_>> {
        let handle = self.handles.get(uuid)?;
        // SAFETY: `self.nvml` gave the handle and has not been shut down since, or both would be gone.
        Some(unsafe { Device::new(handle.0, &self.nvml) })
    }

    /// Drops the handle of a device that is lost, until [`Self::find_devices`] finds it again.
    pub(super) fn forget(&mut self, uuid: &str) {
        self.handles.remove(uuid);
    }
}

/// Reads `field` in `scope` (`NVML_POWER_SCOPE_*`), which `Device::field_values_for` always sets to 0.
pub(super) fn field(device: &Device<'_>, field: u32, scope: u32) -> Result<u64, FieldFailure> {
    let function = match &device.nvml().lib().nvmlDeviceGetFieldValues {
        Ok(function) => function,
        Err(missing) => return Err(NvmlError::FailedToLoadSymbol(missing.to_string()).into()),
    };
    let mut value = nvmlFieldValue_t {
        fieldId: field,
        scopeId: scope,
        timestamp: 0,
        latencyUsec: 0,
        valueType: 0,
        nvmlReturn: 0,
        value: nvmlValue_t { ullVal: 0 },
    };
    // SAFETY: the handle is valid while `device` borrows the library, and `value` is the one element that is announced.
    nvml_try(unsafe { function(device.handle(), 1, &raw mut value) })?;
    nvml_try(value.nvmlReturn)?;
    // SAFETY: all eight bytes were set above, and every bit pattern of them is a number.
    decode(value.valueType, unsafe { value.value.ullVal }.to_ne_bytes())
}
