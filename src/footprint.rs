//! The result of metering: energy of every device, the total, and the carbon of the total.
//!
//! The document ([`Footprint`] serialised) is what `meter --json` and `run --json` write; the keys `energy_kwh`,
//! `co2e_g`, `duration_s` and `devices[].{uuid,energy_kwh,mean_w,peak_w,coverage,method}` are pinned.

use account::meter::Window;
use serde::Serialize;
use units::{CarbonIntensity, Energy, Interval, Overflow};

/// Energy in kWh, for display.
#[must_use]
pub fn kwh(energy: Energy) -> f64 {
    energy.millijoules() as f64 / 3.6e9
}

/// A device and what was metered of it.
#[derive(Debug, Clone)]
pub struct FootprintDevice {
    /// UUID of the device, or its identifier in the log.
    pub uuid: String,
    /// Product name, if known.
    pub name: Option<String>,
    /// Sensor or column that the energy comes from.
    pub reading: Option<String>,
    /// Energy and power of the device; `None` with fewer than two readings.
    pub window: Option<Window>,
    /// Position of the device that already contains the energy of this one, which is then shown but not added.
    pub counted_in: Option<usize>,
}

/// The carbon intensity that is applied, with its origin.
#[derive(Debug, Clone)]
pub struct FootprintFactor {
    /// The carbon intensity that energy is multiplied by.
    pub intensity: CarbonIntensity,
    /// For people: `342 g/kWh (DE, lifecycle, production, Ember yearly 2024)`.
    pub label: String,
    /// For programs: the full type of the factor.
    pub document: serde_json::Value,
}

/// Energy and carbon of one run or log.
#[derive(Debug, Clone, Serialize)]
pub struct Footprint {
    /// Energy of all devices without double counting, mJ; `null` when nothing was measured.
    pub energy_mj: Option<i64>,
    /// The same energy in kWh.
    pub energy_kwh: Option<f64>,
    /// Half width of the integral's interval, kWh: bounds of the devices added up.
    pub integration_uncertainty_kwh: Option<f64>,
    /// Gain error of the sensors, kWh: one model's sensors err together, so it adds up.
    pub sensor_systematic_kwh: Option<f64>,
    /// CO2e of the energy, µg; `null` if it is unknown, and `co2e_reason` says why.
    pub co2e_ug: Option<i64>,
    /// The same CO2e in g.
    pub co2e_g: Option<f64>,
    /// Why the CO2e is unknown.
    pub co2e_reason: Option<String>,
    /// The intensity that was used, with its full type.
    pub factor: Option<serde_json::Value>,
    /// From the first reading to the last, over all devices, s.
    pub duration_s: f64,
    /// Time of the first reading, UTC.
    pub start: Option<String>,
    /// Time of the last reading, UTC.
    pub end: Option<String>,
    /// All devices, including those without readings and those that other devices contain.
    pub devices: Vec<DeviceFootprint>,
    /// Sources that were read or left out.
    pub notes: Vec<String>,
    /// What may make the figures wrong.
    pub warnings: Vec<String>,
    /// The intensity with its origin, for people.
    #[serde(skip)]
    pub factor_label: Option<String>,
}

/// Energy of one device.
#[derive(Debug, Clone, Serialize)]
pub struct DeviceFootprint {
    /// UUID, or the log's own identifier.
    pub uuid: String,
    /// Product name where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Sensor or column that the energy comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reading: Option<String>,
    /// Energy of the device, mJ; `null` with fewer than two readings.
    pub energy_mj: Option<i64>,
    /// The same energy in kWh.
    pub energy_kwh: Option<f64>,
    /// Mean power over that energy's time, W.
    pub mean_w: Option<f64>,
    /// Highest power that was read, W.
    pub peak_w: Option<f64>,
    /// Time from its first reading to its last, s.
    pub duration_s: f64,
    /// Share of that time that was observed, 0 to 1.
    pub coverage: f64,
    /// How readings became energy: `counter`, `backward_rectangle`, `trapezoid` or `modelled`.
    pub method: Option<&'static str>,
    /// Where the energy is from: `counter`, `integrated`, `gap_filled` or `modelled`.
    pub quality: Option<&'static str>,
    /// Caveats: `boundary`, `reset`, `aliased`, `quarantined`, …
    pub flags: Vec<&'static str>,
    /// Number of readings of the device.
    pub readings: u64,
    /// Half width of the integral's interval, kWh.
    pub integration_uncertainty_kwh: Option<f64>,
    /// Gain error of the sensor, kWh.
    pub sensor_systematic_kwh: Option<f64>,
    /// UUID of the device whose energy already contains this one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted_in: Option<String>,
}

impl Footprint {
    /// Sums the devices without double counting. `factor` is the carbon intensity, or the reason why there is none.
    pub fn of(
        devices: &[FootprintDevice],
        factor: Result<FootprintFactor, String>,
        notes: Vec<String>,
    ) -> Result<Self, Overflow> {
        let roots =
            || devices.iter().filter(|device| device.counted_in.is_none()).filter_map(|device| device.window.as_ref());
        let energy = if roots().next().is_some() { Some(sum(roots().map(|w| w.energy))?) } else { None };
        let (mass, reason) = match (&factor, energy) {
            (Ok(factor), Some(energy)) => (Some(energy.carbon(factor.intensity)?), None),
            (Ok(_), None) => (None, Some("no energy was measured".to_owned())),
            (Err(reason), _) => (None, Some(reason.clone())),
        };
        let factor = factor.ok();
        let span = whole(devices.iter().filter_map(|device| device.window.as_ref()));
        Ok(Self {
            energy_mj: energy.map(Energy::millijoules),
            energy_kwh: energy.map(kwh),
            integration_uncertainty_kwh: energy
                .map(|_| sum(roots().map(|w| w.integration_uncertainty)).map(kwh))
                .transpose()?,
            sensor_systematic_kwh: energy.map(|_| sum(roots().map(|w| w.sensor_systematic)).map(kwh)).transpose()?,
            co2e_ug: mass.map(units::CarbonMass::micrograms),
            co2e_g: mass.map(|mass| mass.micrograms() as f64 / 1e6),
            co2e_reason: reason,
            factor_label: factor.as_ref().map(|factor| factor.label.clone()),
            factor: factor.map(|factor| factor.document),
            duration_s: span.map_or(0.0, seconds),
            start: span.map(|span| utc(span.start())),
            end: span.map(|span| utc(span.end())),
            devices: devices.iter().map(|device| DeviceFootprint::of(device, devices)).collect(),
            notes,
            warnings: Vec::new(),
        })
    }
}

impl Footprint {
    /// Sets the time that was metered, if it is longer than the readings show.
    pub fn set_interval(&mut self, whole: Interval) {
        self.duration_s = seconds(whole);
        self.start = Some(utc(whole.start()));
        self.end = Some(utc(whole.end()));
    }
}

impl DeviceFootprint {
    fn of(device: &FootprintDevice, all: &[FootprintDevice]) -> Self {
        let window = device.window.as_ref();
        let watts = |milliwatts: u64| milliwatts as f64 / 1_000.0;
        Self {
            uuid: device.uuid.clone(),
            name: device.name.clone(),
            reading: device.reading.clone(),
            energy_mj: window.map(|w| w.energy.millijoules()),
            energy_kwh: window.map(|w| kwh(w.energy)),
            mean_w: window.map(|w| watts(w.mean_power().milliwatts())),
            peak_w: window.map(|w| watts(w.power_peak.milliwatts())),
            duration_s: window.and_then(Window::interval).map_or(0.0, seconds),
            coverage: window.map_or(0.0, |w| f64::from(w.coverage_ppm()) / 1e6),
            method: window.map(|w| w.method.name()),
            quality: window.map(|w| w.quality.name()),
            flags: window.iter().flat_map(|w| &w.flags).map(|flag| flag.name()).collect(),
            readings: window.map_or(0, |w| w.readings),
            integration_uncertainty_kwh: window.map(|w| kwh(w.integration_uncertainty)),
            sensor_systematic_kwh: window.map(|w| kwh(w.sensor_systematic)),
            counted_in: device.counted_in.and_then(|parent| all.get(parent)).map(|parent| parent.uuid.clone()),
        }
    }
}

fn sum(mut energies: impl Iterator<Item = Energy>) -> Result<Energy, Overflow> {
    energies.try_fold(Energy::ZERO, Energy::checked_add)
}

fn seconds(interval: Interval) -> f64 {
    interval.span().nanoseconds() as f64 / 1e9
}

/// From the first start to the last end.
fn whole<'a>(windows: impl Iterator<Item = &'a Window>) -> Option<Interval> {
    windows
        .filter_map(Window::interval)
        .reduce(|all, next| Interval::new(all.start().min(next.start()), all.end().max(next.end())).unwrap_or(all))
}

/// The moment in RFC 3339, such as `2026-03-10T09:00:00.123Z`.
fn utc(at: units::Timestamp) -> String {
    chrono::DateTime::from_timestamp_nanos(at.nanoseconds()).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
