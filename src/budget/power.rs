//! Mean power of a job's accelerators, before it runs: as stated, else from the prior of the part.

use super::{Prior, measured_spread_ppm, prior};
use crate::decimal;
use crate::hardware::{
    self, CpuMachine, DeviceShare, HardwareError, Match, find_accelerator, find_cpu_machine, find_instance,
};
use api::Assumption;
use units::Overflow;

/// The hardware of a job, as far as it is stated.
#[derive(Debug, Clone, Copy)]
pub struct Hardware<'a> {
    /// Name of the accelerator; ignored where there is an instance.
    pub accelerator: &'a str,
    /// Cloud instance type.
    pub instance: Option<&'a str>,
    /// Number of accelerators, or of instances.
    pub count: u64,
    /// Mean power of one accelerator with its share of the host, nW; estimated where it is not stated.
    pub nanowatts: Option<u64>,
    /// Mean share of the TDP, parts per million.
    pub utilisation_ppm: Option<u32>,
}

/// Why the power of hardware is not known.
#[derive(Debug, thiserror::Error)]
pub enum PowerError {
    /// The hardware is not known.
    #[error(transparent)]
    Hardware(#[from] HardwareError),
    /// A product left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

/// Mean power of a number of accelerators, with the inputs that it rests on.
#[derive(Debug, Clone)]
pub struct AcceleratorPower {
    /// Number of accelerators or, of instances that have none, of machines.
    pub accelerators: u64,
    /// Mean power of one accelerator with its share of the host, nW.
    pub nanowatts: u64,
    /// p95 / p50 of the power, parts per million.
    pub spread_ppm: u32,
    /// Every input with its source.
    pub assumptions: Vec<Assumption>,
}

impl Hardware<'_> {
    /// The power of this hardware.
    ///
    /// # Errors
    ///
    /// Hardware without a known power.
    pub fn power(&self) -> Result<AcceleratorPower, PowerError> {
        if let Some(power) = cpu_machines(self)? {
            return Ok(power);
        }
        let mut assumptions = Vec::new();
        let Devices { count, of, found } = devices(self, &mut assumptions)?;
        let (nanowatts, spread_ppm) = match (self.nanowatts, found) {
            (Some(nanowatts), found) => measured(nanowatts, found.ok().as_ref(), &mut assumptions),
            (None, found) => by_prior(&found?, of, self.utilisation_ppm, &mut assumptions)?,
        };
        Ok(AcceleratorPower { accelerators: count, nanowatts, spread_ppm, assumptions })
    }
}

type FoundHardware = Result<Match, HardwareError>;

/// What a job runs on: a number of devices, each of which may be a part of an accelerator.
struct Devices {
    count: u64,
    /// Number of such devices that are one accelerator.
    of: u64,
    found: FoundHardware,
}

/// What is counted. With a measured power it does not matter whether the table knows it.
fn devices(said: &Hardware<'_>, assumptions: &mut Vec<Assumption>) -> Result<Devices, PowerError> {
    if let Some(name) = said.instance {
        let instance = find_instance(name)?;
        let DeviceShare { count: each, of } = instance.share()?;
        let total = each.checked_mul(said.count).ok_or(Overflow { quantity: "number of accelerators" })?;
        let text = format!("{} x {} with {each} x {} each", said.count, instance.code(), instance.device());
        assumptions.push(Assumption::new("instance", text, format!("instance table: {}", instance.source)));
        let found = instance.find_accelerator();
        describe(&instance.accelerator, &found, assumptions);
        return Ok(Devices { count: total, of, found });
    }
    let found = find_accelerator(said.accelerator);
    describe(said.accelerator, &found, assumptions);
    Ok(Devices { count: said.count, of: 1, found })
}

/// The power of machines without accelerators; `None` where the instance is not one.
fn cpu_machines(said: &Hardware<'_>) -> Result<Option<AcceleratorPower>, PowerError> {
    let Some(name) = said.instance.filter(|name| find_instance(name).is_err()) else { return Ok(None) };
    let found = find_cpu_machine(name).map_err(HardwareError::from)?;
    Ok(found.map(|machine| of_cpu_machines(&machine, said.count, said.nanowatts, said.utilisation_ppm)))
}

/// Mean power of `count` machines without accelerators, at a stated power of each, a stated share of the processor in use, or neither.
#[must_use]
pub fn of_cpu_machines(
    machine: &CpuMachine,
    count: u64,
    nanowatts: Option<u64>,
    utilisation_ppm: Option<u32>,
) -> AcceleratorPower {
    let CpuMachine { code, vcpus, source, .. } = machine;
    let mut assumptions =
        vec![Assumption::new("instance", format!("{count} x {code} with {vcpus} vCPUs each"), source)];
    let (nanowatts, spread_ppm) = match nanowatts {
        Some(nanowatts) => {
            assumptions.push(Assumption::new("power", watts(nanowatts), "--power-w: mean of one machine"));
            (nanowatts, measured_spread_ppm(None))
        }
        None => {
            let mean = machine.nanowatts(utilisation_ppm);
            let load = utilisation_ppm.map_or("half of its capacity, as nothing is stated".to_owned(), ratio);
            let text = format!("of one machine; W per vCPU between idle and full load, at {load}: {source}");
            assumptions.push(Assumption::new("power", watts(mean), text));
            (mean, machine.spread_ppm(utilisation_ppm))
        }
    };
    let text = "power at full load over the mean power; wall time is exact";
    assumptions.push(Assumption::new("p95 / p50", ratio(spread_ppm), text));
    AcceleratorPower { accelerators: count, nanowatts, spread_ppm, assumptions }
}

fn describe(name: &str, found: &FoundHardware, assumptions: &mut Vec<Assumption>) {
    let Ok(Match { accelerator, covers }) = found else {
        assumptions.push(Assumption::new(
            "accelerator",
            name,
            "not in the accelerator table: the name is only repeated",
        ));
        return;
    };
    let tdp = accelerator.tdp_w.map_or("no published TDP".to_owned(), |watts| format!("TDP {watts} W"));
    let value = format!("{} ({}), {tdp}", accelerator.key, accelerator.model);
    let source = if covers.len() > 1 {
        format!("{name:?} covers {}: the one with the highest TDP is taken", covers.join(", "))
    } else {
        format!("accelerator table: {}", accelerator.tdp_source)
    };
    assumptions.push(Assumption::new("accelerator", value, source));
}

fn measured(nanowatts: u64, found: Option<&Match>, assumptions: &mut Vec<Assumption>) -> (u64, u32) {
    let tdp_w = found.and_then(|found| found.accelerator.tdp_w);
    let ceiling = tdp_w.map(|tdp_w| u64::from(tdp_w) * 1_150_000_000);
    let source = if ceiling.is_some_and(|ceiling| nanowatts > ceiling) {
        "--power-w; above 1.15 x TDP, which whole-system power can be: check that it is of one accelerator, not of a node"
    } else {
        "--power-w: mean of one accelerator with its share of the host"
    };
    assumptions.push(Assumption::new("power", watts(nanowatts), source));
    assumptions.push(Assumption::new("host factor k_host", "none", "--power-w includes the host"));
    let spread_ppm = measured_spread_ppm(found.map(|found| &found.accelerator));
    let source = "1 + 1.645 sd of mean power between systems of one accelerator (Patterson et al. 2021, Table 3); wall time is exact";
    assumptions.push(Assumption::new("p95 / p50", ratio(spread_ppm), source));
    (nanowatts, spread_ppm)
}

fn by_prior(
    found: &Match,
    of: u64,
    utilisation: Option<u32>,
    assumptions: &mut Vec<Assumption>,
) -> Result<(u64, u32), PowerError> {
    let tdp_w = hardware::tdp_w(found)?;
    let published = prior(&found.accelerator);
    let prior = utilisation.map_or(published, |ppm| published.with_utilisation(ppm));
    let nanowatts = prior.nanowatts(tdp_w) / of.max(1);
    assumptions.push(Assumption::new("prior r", ratio(prior.r_ppm), format!("mean power / TDP: {}", prior.source)));
    assumptions.push(host_assumption(prior));
    let text = match of {
        1 => "TDP x r x k_host, of one accelerator".to_owned(),
        _ => format!("TDP x r x k_host / {of}, of 1/{of} of an accelerator"),
    };
    assumptions.push(Assumption::new("power", watts(nanowatts), text));
    let source = "published estimators err by up to 40 %; with r up to 0.9 and k_host up to 1.5 in quadrature where that is wider; wall time is exact";
    assumptions.push(Assumption::new("p95 / p50", ratio(prior.spread_ppm), source));
    Ok((nanowatts, prior.spread_ppm))
}

fn host_assumption(prior: Prior) -> Assumption {
    let source = if prior.host_ppm == 1_000_000 {
        "r is of the whole system, host included"
    } else {
        "1.2 kW of host per 8 accelerators at 600 W each; a measured ratio is better"
    };
    Assumption::new("host factor k_host", ratio(prior.host_ppm), source)
}

fn watts(nanowatts: u64) -> String {
    format!("{} W", decimal::format(nanowatts.into(), 9))
}

fn ratio(ppm: u32) -> String {
    decimal::format(ppm.into(), 6)
}
