//! Turns factors and choices into what programs read; the keys `zone`, `g_per_kwh`, `basis`, `gas`, `accounting`, `edition`, `licence`, `period`
//! and `fallback_step` are pinned.

use super::{Factor, FactorChoice};
use api::{ChoiceDocument, FactorDocument};

impl From<&Factor> for FactorDocument {
    fn from(factor: &Factor) -> Self {
        Self {
            zone: factor.zone.as_str().into(),
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
            fallback: choice.step_in_words().to_owned(),
            basis_changed: choice.basis_changed,
            method: choice.method.clone(),
            notes: choice.notes.clone(),
        }
    }
}
