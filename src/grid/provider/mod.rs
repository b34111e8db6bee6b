//! Live providers of carbon intensities, one file each: which questions they are asked, and how their answers become factors.
//!
//! Nothing here opens a connection. An answer is refused as a whole where it is not the document that the provider is known for, and value by
//! value otherwise; nothing that is missing or unreadable becomes a number.

mod eia;
mod electricity_maps;
mod ember;
mod energinet;
mod entsoe;
mod entsoe_zones;
mod factor_provider;
mod json;
mod mix;
mod open_electricity;
mod readout;
mod roster;
mod rte;
mod uk_carbon_intensity;
mod watttime;
mod zipped;

pub use factor_provider::{FactorProvider, Inquiry, ProviderAccess, ProviderPace, ProviderZone, ReplyError};
pub use mix::{FuelCodes, FuelScheme, MixIntensity};
pub(in crate::grid) use mix::{Generation, MixSource};
pub use roster::{ProviderChoice, provider};
pub use watttime::WattTimeSignal;
