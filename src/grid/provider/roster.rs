//! All providers by name.

use super::super::Basis;
use super::eia::Eia;
use super::electricity_maps::ElectricityMaps;
use super::ember::Ember;
use super::energinet::Energinet;
use super::entsoe::Entsoe;
use super::factor_provider::FactorProvider;
use super::open_electricity::OpenElectricity;
use super::rte::Rte;
use super::uk_carbon_intensity::UkCarbonIntensity;
use super::watttime::{WattTime, WattTimeSignal};
use model::ProviderName;

/// What can be chosen of a provider that has more than one kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderChoice {
    /// The basis of Electricity Maps.
    pub basis: Basis,
    /// The signal of WattTime.
    pub signal: WattTimeSignal,
}

impl Default for ProviderChoice {
    fn default() -> Self {
        Self { basis: Basis::Lifecycle, signal: WattTimeSignal::Marginal }
    }
}

/// The provider of this name.
#[must_use]
pub fn provider(name: ProviderName, choice: ProviderChoice) -> Box<dyn FactorProvider> {
    match name {
        ProviderName::ElectricityMaps => Box::new(ElectricityMaps { basis: choice.basis }),
        ProviderName::WattTime => Box::new(WattTime { signal: choice.signal }),
        ProviderName::UkCarbonIntensity => Box::new(UkCarbonIntensity),
        ProviderName::Entsoe => Box::new(Entsoe),
        ProviderName::Eia => Box::new(Eia),
        ProviderName::Energinet => Box::new(Energinet),
        ProviderName::Rte => Box::new(Rte),
        ProviderName::OpenElectricity => Box::new(OpenElectricity),
        ProviderName::Ember => Box::new(Ember),
    }
}
