//! The figures of this node for Prometheus. `docs/OPERATING.md` lists them.

use crate::clock::Clock;
use crate::exposition::Exposition;
use crate::figures::DeviceFigures;
use crate::sampler::Sampler;
use crate::spool::{Spool, SpoolUsage};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use units::Span;

type Value = Gauge<f64, AtomicU64>;

/// The device, and the one whose energy already contains its energy: empty for devices that a total adds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeviceLabels {
    device: String,
    kind: &'static str,
    counted_in: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

/// Where the figures are. Nothing that meters waits for a reader of them: devices are read without a lock, and the spool only
/// if nothing is being written.
pub(super) struct AgentMetrics {
    devices: Vec<(DeviceLabels, Arc<DeviceFigures>)>,
    spool: Weak<Mutex<Spool>>,
    /// What the spool held when it was last looked into.
    last_usage: Mutex<SpoolUsage>,
    spool_bytes_max: u64,
    clock: Arc<dyn Clock>,
    delivered_ns: Arc<AtomicU64>,
    run_spools_set_aside: Arc<AtomicU64>,
}

impl AgentMetrics {
    pub(super) fn new(
        samplers: &[Sampler],
        spool: &Arc<Mutex<Spool>>,
        clock: &Arc<dyn Clock>,
        delivered_ns: &Arc<AtomicU64>,
        run_spools_set_aside: Arc<AtomicU64>,
    ) -> Self {
        let labels = |device: wire::Device| DeviceLabels {
            device: device.uuid.into_string(),
            kind: device.kind.name(),
            counted_in: device.counted_in.unwrap_or_default().into_string(),
        };
        let devices = samplers.iter().flat_map(|sampler| {
            let labels = sampler.described().into_iter().map(labels);
            labels.zip(sampler.figures()).collect::<Vec<_>>()
        });
        let (usage, spool_bytes_max) = {
            let spool = crate::push::locked(spool);
            (spool.usage().unwrap_or_default(), spool.bytes_max())
        };
        Self {
            devices: devices.collect(),
            spool: Arc::downgrade(spool),
            last_usage: Mutex::new(usage),
            spool_bytes_max,
            clock: Arc::clone(clock),
            delivered_ns: Arc::clone(delivered_ns),
            run_spools_set_aside,
        }
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The figures of this moment, in the format that `accept` asks for.
    pub(super) fn exposition(&self, accept: &str) -> Result<Exposition, fmt::Error> {
        let mut registry = Registry::with_prefix("wattledger");
        let now = self.clock.monotonic();
        self.add_devices(&mut registry, now);
        self.add_spool(&mut registry);
        let delivery = Value::default();
        let delivered = Span::from_nanoseconds(self.delivered_ns.load(Ordering::Relaxed));
        delivery.set(seconds(now.minus(delivered)));
        let help = "Time since the service acknowledged a batch, or since the agent started";
        registry.register_with_unit("delivery_age", help, Unit::Seconds, delivery);
        let set_aside = Value::default();
        set_aside.set(self.run_spools_set_aside.load(Ordering::Relaxed) as f64);
        let help = "Spools in the folder of runs that are not taken; the agent's log has the reasons";
        registry.register("run_spools_set_aside", help, set_aside);
        Exposition::of(&[&registry], accept)
    }

    fn add_devices(&self, registry: &mut Registry, now: Span) {
        let power = Family::<DeviceLabels, Value>::default();
        let energy = Family::<DeviceLabels, Counter<f64, AtomicU64>>::default();
        let age = Family::<DeviceLabels, Value>::default();
        let failures = Family::<DeviceLabels, Counter>::default();
        for (labels, figures) in &self.devices {
            if let Some(now) = figures.power() {
                power.get_or_create(labels).set(now.milliwatts() as f64 / 1e3);
            }
            energy.get_or_create(labels).inc_by(figures.energy().millijoules() as f64 / 1e3);
            age.get_or_create(labels).set(seconds(now.minus(figures.last_read())));
            failures.get_or_create(labels).inc_by(figures.failures());
        }
        let watts = Unit::Other("watts".to_owned());
        let help =
            "Power of the last reading, or the mean of the last window of a device that has only an energy counter";
        registry.register_with_unit("device_power", help, watts, power);
        let help = "Energy of the windows completed since the agent started";
        registry.register_with_unit("device_energy", help, Unit::Joules, energy);
        let help = "Time since the device gave a reading, or since the agent started";
        registry.register_with_unit("device_sensor_age", help, Unit::Seconds, age);
        registry.register("device_read_failures", "Reads that failed since the agent started", failures);
    }

    fn add_spool(&self, registry: &mut Registry) {
        let usage = self.usage();
        let bytes = |value: u64| {
            let gauge = Value::default();
            gauge.set(value as f64);
            gauge
        };
        registry.register_with_unit("spool", "Bytes of the spool that are in use", Unit::Bytes, bytes(usage.bytes));
        let help = "Bytes that the spool may use before it merges windows";
        registry.register_with_unit("spool_limit", help, Unit::Bytes, bytes(self.spool_bytes_max));
        registry.register("spool_records", "Windows and other records that are in no batch yet", bytes(usage.records));
        let batches = Family::<StateLabels, Value>::default();
        for (state, count) in
            [("waiting", usage.sealed), ("acknowledged", usage.acknowledged), ("set_aside", usage.quarantined)]
        {
            batches.get_or_create(&StateLabels { state }).set(count as f64);
        }
        registry.register("spool_batches", "Batches in the spool by state", batches);
    }

    /// What the spool holds, or held before what is being written now.
    fn usage(&self) -> SpoolUsage {
        let mut last = self.last_usage.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(spool) = self.spool.upgrade()
            && let Ok(spool) = spool.try_lock()
            && let Ok(usage) = spool.usage()
        {
            *last = usage;
        }
        *last
    }
}

fn seconds(span: Span) -> f64 {
    span.nanoseconds() as f64 / 1e9
}
