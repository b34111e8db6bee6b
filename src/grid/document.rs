use super::{Accounting, Basis, Factor, FactorChoice, FactorStatus, Gas, Resolution};
use serde::Serialize;

/// An emission factor as JSON; the keys `zone`, `g_per_kwh`, `basis`, `gas`, `accounting`, `edition`, `licence`,
/// `period` and `fallback_step` are pinned.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FactorDocument {
    /// Code of the zone.
    pub zone: String,
    /// Name of the zone.
    pub name: String,
    /// Intensity in g per kWh, derived from `intensity_mg_per_kwh`.
    pub g_per_kwh: f64,
    /// Intensity in mg per kWh, exact.
    pub intensity_mg_per_kwh: u32,
    /// Whether only combustion at the plant is counted, or the whole life cycle.
    pub basis: Basis,
    /// Whether only CO2 is counted, or all greenhouse gases as CO2e.
    pub gas: Gas,
    /// Whose electricity the factor describes: average, marginal, residual or a supplier's.
    pub accounting: Accounting,
    /// Length of time that one value covers.
    pub resolution: Resolution,
    /// Time that the value describes, an ISO 8601 interval with an exclusive end.
    pub period: String,
    /// Whether the value is measured, provisional, a forecast, or stands in for a finer one.
    pub status: FactorStatus,
    /// Publisher of the data.
    pub publisher: String,
    /// Release of the data.
    pub edition: String,
    /// Licence under which the value is published.
    pub licence: String,
    /// A caveat about the value; left out when there is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The emission factor that was chosen for a zone or region, as JSON.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ChoiceDocument {
    /// The zone or region as asked for.
    pub requested: String,
    /// The factor that was chosen.
    #[serde(flatten)]
    pub factor: FactorDocument,
    /// Step of the order in which factors are looked for: 1 is an hourly measured value, 6 a yearly national one.
    pub fallback_step: u8,
    /// What that step means.
    pub fallback: &'static str,
    /// What a reader must know: which factor stands in for which, how old it is, what the value leaves out.
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

impl From<&FactorChoice> for ChoiceDocument {
    fn from(choice: &FactorChoice) -> Self {
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
