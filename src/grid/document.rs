use super::{Accounting, Basis, Choice, Factor, FactorStatus, Gas, Resolution};
use serde::Serialize;

/// A factor as programs read it; the keys `zone`, `g_per_kwh`, `basis`, `gas`, `accounting`, `edition`, `licence`,
/// `period` and `fallback_step` are pinned.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FactorDocument {
    /// Zone of the factor.
    pub zone: String,
    /// The zone's name.
    pub name: String,
    /// g of the gas per kWh, derived from the exact integer beside it.
    pub g_per_kwh: f64,
    /// mg of the gas per kWh.
    pub intensity_mg_per_kwh: u32,
    /// Direct or lifecycle.
    pub basis: Basis,
    /// CO2 or CO2e.
    pub gas: Gas,
    /// Average, marginal, residual or supplier.
    pub accounting: Accounting,
    /// Length of time of one value.
    pub resolution: Resolution,
    /// ISO 8601 interval, end exclusive.
    pub period: String,
    /// Measured, provisional, forecast or fallback.
    pub status: FactorStatus,
    /// Who published it.
    pub publisher: String,
    /// Release of the data.
    pub edition: String,
    /// Licence of the value.
    pub licence: String,
    /// What to know about the value; empty for nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A choice as programs read it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ChoiceDocument {
    /// What was asked for.
    pub requested: String,
    /// The factor.
    #[serde(flatten)]
    pub factor: FactorDocument,
    /// Step of the fallback order, 1 to 6.
    pub fallback_step: u8,
    /// The step in words.
    pub fallback: &'static str,
    /// Stand-ins, age of the data, limits of the value.
    pub notes: Vec<String>,
}

impl From<&Factor> for FactorDocument {
    fn from(factor: &Factor) -> Self {
        Self {
            zone: factor.zone.clone(),
            name: factor.name.clone(),
            g_per_kwh: f64::from(factor.intensity.milligrams_per_kwh()) / 1e3,
            intensity_mg_per_kwh: factor.intensity.milligrams_per_kwh(),
            basis: factor.basis,
            gas: factor.gas,
            accounting: factor.accounting,
            resolution: factor.resolution,
            period: factor.period_iso(),
            status: factor.status,
            publisher: factor.publisher.clone(),
            edition: factor.edition.clone(),
            licence: factor.licence.clone(),
            note: factor.note.clone(),
        }
    }
}

impl From<&Choice> for ChoiceDocument {
    fn from(choice: &Choice) -> Self {
        // The notes of the choice repeat the factor's own.
        let factor = FactorDocument { note: String::new(), ..FactorDocument::from(&choice.factor) };
        Self {
            requested: choice.asked.clone(),
            factor,
            fallback_step: choice.fallback_step,
            fallback: choice.step_in_words(),
            notes: choice.notes.clone(),
        }
    }
}
