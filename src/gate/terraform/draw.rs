//! What machines draw: by their accelerators, or by their vCPUs.

use super::capacity::attributes::{Attached, Machines};
use super::usage::Use;
use crate::budget::{AcceleratorPower, Hardware, PowerError, measured_spread_ppm, of_cpu_machines};
use crate::hardware::{CpuMachine, HardwareError, find_cpu_machine, find_instance, name_of_product};
use api::Assumption;

/// The devices of some machines, by the name of one, and what they draw; no name where the machines have no accelerators.
pub(super) fn power(machine: &Machines, of: &Use) -> Result<(Option<String>, AcceleratorPower), PowerError> {
    let nanowatts = of.power_w.map(|watts| (watts * 1e9).round() as u64);
    let utilisation_ppm = of.utilisation.map(|share| (share * 1e6).round() as u32);
    let Machines { instance, vcpus, attached, count, .. } = machine;
    if let Some(Attached { accelerator, each }) = attached {
        let name = name_of_product(accelerator);
        let count = each.saturating_mul(*count);
        let hardware = Hardware { accelerator: &name, instance: None, count, nanowatts, utilisation_ppm };
        let power = hardware.power()?;
        return Ok((Some(name), power));
    }
    match find_instance(instance) {
        Ok(found) => {
            let hardware =
                Hardware { accelerator: "", instance: Some(instance), count: *count, nanowatts, utilisation_ppm };
            Ok((Some(found.device()), hardware.power()?))
        }
        Err(unknown) => match cpu_machine(instance, *vcpus)? {
            Some(cpu) => Ok((None, of_cpu_machines(&cpu, *count, nanowatts, utilisation_ppm))),
            None => Err(unknown.into()),
        },
    }
}

/// The machine of a type without accelerators, or of vCPUs that are stated.
fn cpu_machine(instance: &str, vcpus: Option<u64>) -> Result<Option<CpuMachine>, PowerError> {
    let found = match (vcpus, instance.split_once('/')) {
        (Some(vcpus), Some((provider, name))) => CpuMachine::with_vcpus(provider, name, vcpus).map(Some),
        _ => find_cpu_machine(instance),
    };
    Ok(found.map_err(HardwareError::from)?)
}

/// Power of all these machines, nW; more than any other of machines that are not known, as nothing can be said then.
pub(super) fn highest_watts(machine: &Machines) -> u128 {
    let one = Machines { count: machine.count.max(1), ..machine.clone() };
    power(&one, &Use::default())
        .map_or(u128::MAX, |(_, power)| u128::from(power.nanowatts) * u128::from(power.accelerators))
}

/// Machines of which nothing is known but the power that is stated of each.
pub(super) fn stated(count: u64, of: &Use) -> AcceleratorPower {
    let nanowatts = of.power_w.map_or(0, |watts| (watts * 1e9).round() as u64);
    let source = "power_w of the usage file, of a whole machine";
    let assumptions = vec![Assumption::new("power", format!("{} W", of.power_w.unwrap_or_default()), source)];
    AcceleratorPower { accelerators: count, nanowatts, spread_ppm: measured_spread_ppm(None), assumptions }
}
