//! A recorded power log that is metered from end to end, with everything that makes its figures doubtful.

use crate::powerlog::{LogError, LogNote, LoggedDevice, Options, PowerLog, Times};
use account::meter::{Flag, Meter, Window};
use std::io::Read;
use std::ops::ControlFlow;
use units::Overflow;

/// Boards may exceed their rated power for a while, by less than a quarter on average: percent of it that is believed.
const BELIEVED_PERCENT: u64 = 125;

/// A log that was read to its end.
#[derive(Debug)]
pub struct MeteredLog {
    /// The devices, with what was metered of each; `None` with fewer than two readings.
    pub devices: Vec<(LoggedDevice, Option<Window>)>,
    /// How the log was read.
    pub notes: Vec<String>,
    /// What may make the figures wrong.
    pub warnings: Vec<String>,
    /// What its times are.
    pub times: Times,
}

/// Why a log cannot be metered.
#[derive(Debug, thiserror::Error)]
pub enum MeteredLogError {
    /// It cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An energy left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

impl MeteredLog {
    /// Meters the log in `source`.
    ///
    /// # Errors
    ///
    /// It cannot be read to its end.
    pub fn read(source: impl Read, options: &Options) -> Result<Self, MeteredLogError> {
        let mut log = PowerLog::open(source, options)?;
        let mut meters: Vec<Option<Meter>> = Vec::new();
        let mut overflow = None;
        log.read(&mut |device, position, reading| {
            if position >= meters.len() {
                meters.resize_with(position + 1, || None);
            }
            match meters[position].get_or_insert_with(|| Meter::new(&*device.id, device.sensor, None)).push(&reading) {
                Ok(_) => ControlFlow::Continue(()),
                Err(error) => {
                    overflow = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        if let Some(error) = overflow {
            return Err(error.into());
        }
        let mut meters = meters.into_iter();
        let mut devices = Vec::new();
        for device in log.devices() {
            let windows = meters.next().flatten().map(Meter::finish).transpose()?.unwrap_or_default();
            devices.push((device.clone(), windows.into_iter().next()));
        }
        let texts = |is_warning: bool| {
            let chosen = log.notes().iter().filter(move |note: &&LogNote| note.is_warning == is_warning);
            chosen.map(|note| note.text.clone()).collect::<Vec<_>>()
        };
        let metered = || devices.iter().filter_map(|(device, window)| Some((device, window.as_ref()?)));
        let mut warnings = texts(true);
        warnings.extend(metered().filter_map(|(device, window)| quarantined(device, window)));
        warnings.extend(metered().filter_map(|(device, window)| above_what_it_draws(device, window)));
        Ok(Self { notes: texts(false), warnings, times: log.times(), devices })
    }
}

/// The warning for a device whose energy counter was not believed.
fn quarantined(device: &LoggedDevice, window: &Window) -> Option<String> {
    window.flags.contains(&Flag::Quarantined).then(|| {
        format!(
            "device {:?}: its energy counter rises faster than such a device can draw; those steps are neither charged nor \
             covered",
            device.id
        )
    })
}

/// The warning for a device whose mean power is more than the named board can draw.
fn above_what_it_draws(device: &LoggedDevice, window: &Window) -> Option<String> {
    let name = device.name.as_deref()?;
    let tdp_w = u64::from(accelerators::find(name).ok()??.accelerator.tdp_w?);
    let milliseconds = u128::from(window.covered.nanoseconds() / 1_000_000);
    let mean_mw = u128::try_from(window.energy.millijoules()).ok()?.checked_mul(1_000)?.checked_div(milliseconds)?;
    (mean_mw > u128::from(tdp_w * 10 * BELIEVED_PERCENT)).then(|| {
        format!(
            "device {:?}: its mean power is {} W, and a {name} is rated at {tdp_w} W: the unit may be another one, or the readings of \
             something else",
            device.id,
            mean_mw / 1_000
        )
    })
}
