//! Quantities as exact integers, with the unit in every constructor and accessor.
//!
//! | type | holds | range |
//! |---|---|---|
//! | [`Power`] | `u64` milliwatts | type range |
//! | [`Energy`] | `i64` millijoules | ±2.56 TWh |
//! | [`ExactEnergy`] | `i128` sixteenths of a picojoule | sums that must not round |
//! | [`CarbonIntensity`] | `u32` milligrams CO2e per kWh | 0 to 4,294 kg/kWh |
//! | [`CarbonMass`] | `i64` micrograms CO2e | ±9.22 Mt |
//! | [`Pue`] | `u32` parts per million | 1.0 to 4,294 |
//! | [`Timestamp`] | `i64` nanoseconds since 1970, UTC | 1677 to 2262 |
//! | [`Span`] | `u64` nanoseconds | 0 to 584 years |
//! | [`DeviceTime`] | `i128` nanoseconds, summed over devices, signed | 5e21 device-years |
//! | [`Interval`] | half-open `[start, end)`, never empty | |
//!
//! Integers are not for accuracy but for equality: parts sum to the whole with `==`,
//! reversals cancel to zero, replicas agree. Different quantities do not mix:
//!
//! ```compile_fail,E0369
//! use units::{Energy, Power};
//! let nonsense = Power::from_milliwatts(1) + Energy::from_millijoules(1);
//! ```
//!
//! What is legal has a name and rounds in one documented place:
//!
//! ```
//! use units::{CarbonIntensity, Energy};
//! let carbon = Energy::from_millijoules(42_000_000).carbon(CarbonIntensity::from_milligrams_per_kwh(475_300)).unwrap();
//! assert_eq!(carbon.micrograms(), 5_545_167);
//! ```
#![forbid(unsafe_code)]
#![deny(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss
)]

mod carbon;
mod device_time;
mod energy;
mod overflow;
mod time;

pub use carbon::{CarbonIntensity, CarbonMass, Pue};
pub use device_time::DeviceTime;
pub use energy::{Energy, ExactEnergy, Power};
pub use overflow::Overflow;
pub use time::{Interval, Span, Timestamp};
