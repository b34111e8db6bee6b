//! The devices of this node by the numbers that a batch system has for them.

use crate::sampler::Sampler;
use model::DeviceUuid;
use std::collections::BTreeSet;
use wire::{Device, DeviceKind};

/// Every device that can be held, as it is described until its sampler describes it.
#[derive(Debug, Default)]
pub(crate) struct DeviceNumbers {
    devices: Vec<NumberedDevice>,
    /// Devices that the spool has a description of.
    described: BTreeSet<DeviceUuid>,
}

#[derive(Debug)]
struct NumberedDevice {
    number: u32,
    device: Device,
    /// Whether the numbers are those of its parts.
    is_split: bool,
}

/// Why devices are not found by their numbers.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NumbersError {
    /// No device that is metered has the number.
    #[error("it holds device {0} of this node, which the agent does not meter (`sources` in its settings)")]
    Unmetered(u32),
    /// A number may be that of a MIG instance.
    #[error("it holds devices of a node with MIG, where Slurm's numbers are those of instances")]
    Mig,
}

impl DeviceNumbers {
    /// The accelerators of `samplers`: by the number in the name of their device file, else by their index.
    pub(crate) fn of(samplers: &[Sampler]) -> Self {
        let devices = samplers.iter().flat_map(|sampler| {
            let numbered = sampler.described().into_iter().zip(sampler.file_numbers());
            numbered.map(|(device, file)| {
                let number = file.number.unwrap_or(device.index);
                NumberedDevice { number, device, is_split: file.is_split }
            })
        });
        let can_be_held =
            |of: &NumberedDevice| of.device.kind == DeviceKind::Accelerator && of.device.counted_in.is_none();
        Self { devices: devices.filter(can_be_held).collect(), described: BTreeSet::new() }
    }

    /// The devices with these numbers.
    pub(crate) fn devices(&self, numbers: &[u32]) -> Result<Vec<DeviceUuid>, NumbersError> {
        if self.devices.iter().any(|device| device.is_split) {
            return Err(NumbersError::Mig);
        }
        let find = |number: &u32| {
            let found = self.devices.iter().find(|device| device.number == *number);
            found.map(|device| device.device.uuid.clone()).ok_or(NumbersError::Unmetered(*number))
        };
        numbers.iter().map(find).collect()
    }

    /// The device with this UUID, if it is metered and not split.
    pub(crate) fn metered(&self, uuid: &str) -> Option<DeviceUuid> {
        let found = self.devices.iter().find(|device| device.device.uuid.as_str() == uuid && !device.is_split);
        found.map(|found| found.device.uuid.clone())
    }

    /// Descriptions of those of `devices` that the spool has none of yet; it has them from now on.
    pub(crate) fn undescribed(&mut self, devices: &[DeviceUuid]) -> Vec<Device> {
        let described = &mut self.described;
        let is_new =
            |of: &&NumberedDevice| devices.contains(&of.device.uuid) && described.insert(of.device.uuid.clone());
        self.devices.iter().filter(is_new).map(|of| of.device.clone()).collect()
    }

    /// Notes that the sampler of these devices described them itself.
    pub(crate) fn note_described(&mut self, devices: &[Device]) {
        self.described.extend(devices.iter().map(|device| device.uuid.clone()));
    }
}
