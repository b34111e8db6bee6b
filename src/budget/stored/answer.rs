use super::{FIRST, StoredWord, Word, first, is_first, read, write};
use crate::store::StoreError;
use api::{Assumption, BudgetShare, Decision, EstimateBasis, EstimateDocument, FitKind, FitOption, Mode, Unit, Weight};
use model::{AdmissionId, BudgetId, SiteName};
use serde::{Deserialize, Serialize};

const WHAT: &str = "the answer of an admission";

/// An answer, as its admission and the decision chain keep it.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredAnswer {
    #[serde(default = "first", skip_serializing_if = "is_first")]
    version: u32,
    allowed: bool,
    id: Option<AdmissionId>,
    key: Option<String>,
    reason: String,
    options: Vec<StoredOption>,
    estimate: StoredEstimate,
    budgets: Vec<StoredShare>,
    warnings: Vec<String>,
    held: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredOption {
    kind: Word<FitKind>,
    title: String,
    count: u64,
    hours: f64,
    start: Option<String>,
    site: Option<SiteName>,
    p95: StoredWeight,
    command: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct StoredWeight {
    energy_mj: i64,
    energy_mwh: f64,
    co2e_ug: i64,
    co2e_t: f64,
}

#[derive(Serialize, Deserialize)]
struct StoredEstimate {
    energy_mj: i64,
    energy_mwh: f64,
    co2e_ug: i64,
    co2e_t: f64,
    p95: StoredWeight,
    tier: String,
    basis: Word<EstimateBasis>,
    accelerators: u64,
    hours: f64,
    expected_hours: f64,
    power_w: f64,
    pue: f64,
    intensity_mg_per_kwh: u32,
    assumptions: Vec<StoredAssumption>,
}

#[derive(Serialize, Deserialize)]
struct StoredAssumption {
    name: String,
    value: String,
    source: String,
}

#[derive(Serialize, Deserialize)]
struct StoredShare {
    budget: BudgetId,
    name: String,
    unit: Option<Word<Unit>>,
    mode: Option<Word<Mode>>,
    needed: i64,
    limit: i64,
    spent: i64,
    held: i64,
    free: i64,
    until: String,
    fits: bool,
    words: String,
}

impl StoredWord for FitKind {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::FewerAccelerators, "fewer_accelerators"),
        (Self::ShorterLimit, "shorter_limit"),
        (Self::GreenerStart, "greener_start"),
        (Self::OtherSite, "other_site"),
        (Self::NextPeriod, "next_period"),
    ];
}

impl StoredWord for EstimateBasis {
    const WORDS: &'static [(Self, &'static str)] =
        &[(Self::Stated, "stated"), (Self::Alike, "alike"), (Self::Fleet, "fleet"), (Self::Prior, "prior")];
}

/// The text that is stored of an answer.
pub(in crate::budget) fn answer(decision: &Decision) -> Result<String, StoreError> {
    write(WHAT, &StoredAnswer::from(decision))
}

/// The answer in the text that an admission keeps of it.
///
/// # Errors
///
/// The text is not an answer, or one of a later version.
pub fn of_answer(text: &str) -> Result<Decision, StoreError> {
    let stored: StoredAnswer = read(WHAT, text).map_err(|problem| StoreError::Value { what: WHAT, value: problem })?;
    Ok(stored.into())
}

impl From<&Decision> for StoredAnswer {
    fn from(decision: &Decision) -> Self {
        let Decision { allowed, id, key, reason, options, estimate, budgets, warnings, held } = decision.clone();
        Self {
            version: FIRST,
            allowed,
            id,
            key,
            reason,
            options: options.into_iter().map(StoredOption::from).collect(),
            estimate: estimate.into(),
            budgets: budgets.into_iter().map(StoredShare::from).collect(),
            warnings,
            held,
        }
    }
}

impl From<StoredAnswer> for Decision {
    fn from(stored: StoredAnswer) -> Self {
        let StoredAnswer { allowed, id, key, reason, options, estimate, budgets, warnings, held, .. } = stored;
        Self {
            allowed,
            id,
            key,
            reason,
            options: options.into_iter().map(FitOption::from).collect(),
            estimate: estimate.into(),
            budgets: budgets.into_iter().map(BudgetShare::from).collect(),
            warnings,
            held,
        }
    }
}

impl From<FitOption> for StoredOption {
    fn from(option: FitOption) -> Self {
        let FitOption { kind, title, count, hours, start, site, p95, command } = option;
        Self { kind: Word(kind), title, count, hours, start, site, p95: p95.into(), command }
    }
}

impl From<StoredOption> for FitOption {
    fn from(stored: StoredOption) -> Self {
        let StoredOption { kind, title, count, hours, start, site, p95, command } = stored;
        Self { kind: kind.0, title, count, hours, start, site, p95: p95.into(), command }
    }
}

impl From<Weight> for StoredWeight {
    fn from(Weight { energy_mj, energy_mwh, co2e_ug, co2e_t }: Weight) -> Self {
        Self { energy_mj, energy_mwh, co2e_ug, co2e_t }
    }
}

impl From<StoredWeight> for Weight {
    fn from(StoredWeight { energy_mj, energy_mwh, co2e_ug, co2e_t }: StoredWeight) -> Self {
        Self { energy_mj, energy_mwh, co2e_ug, co2e_t }
    }
}

impl From<EstimateDocument> for StoredEstimate {
    fn from(estimate: EstimateDocument) -> Self {
        let assumption = |Assumption { name, value, source }| StoredAssumption { name, value, source };
        Self {
            energy_mj: estimate.energy_mj,
            energy_mwh: estimate.energy_mwh,
            co2e_ug: estimate.co2e_ug,
            co2e_t: estimate.co2e_t,
            p95: estimate.p95.into(),
            tier: estimate.tier,
            basis: Word(estimate.basis),
            accelerators: estimate.accelerators,
            hours: estimate.hours,
            expected_hours: estimate.expected_hours,
            power_w: estimate.power_w,
            pue: estimate.pue,
            intensity_mg_per_kwh: estimate.intensity_mg_per_kwh,
            assumptions: estimate.assumptions.into_iter().map(assumption).collect(),
        }
    }
}

impl From<StoredEstimate> for EstimateDocument {
    fn from(stored: StoredEstimate) -> Self {
        let assumption = |StoredAssumption { name, value, source }| Assumption { name, value, source };
        Self {
            energy_mj: stored.energy_mj,
            energy_mwh: stored.energy_mwh,
            co2e_ug: stored.co2e_ug,
            co2e_t: stored.co2e_t,
            p95: stored.p95.into(),
            tier: stored.tier,
            basis: stored.basis.0,
            accelerators: stored.accelerators,
            hours: stored.hours,
            expected_hours: stored.expected_hours,
            power_w: stored.power_w,
            pue: stored.pue,
            intensity_mg_per_kwh: stored.intensity_mg_per_kwh,
            assumptions: stored.assumptions.into_iter().map(assumption).collect(),
        }
    }
}

impl From<BudgetShare> for StoredShare {
    fn from(share: BudgetShare) -> Self {
        Self {
            budget: share.budget,
            name: share.name,
            unit: share.unit.map(Word),
            mode: share.mode.map(Word),
            needed: share.needed,
            limit: share.limit,
            spent: share.spent,
            held: share.held,
            free: share.free,
            until: share.until,
            fits: share.fits,
            words: share.words,
        }
    }
}

impl From<StoredShare> for BudgetShare {
    fn from(stored: StoredShare) -> Self {
        Self {
            budget: stored.budget,
            name: stored.name,
            unit: stored.unit.map(|word| word.0),
            mode: stored.mode.map(|word| word.0),
            needed: stored.needed,
            limit: stored.limit,
            spent: stored.spent,
            held: stored.held,
            free: stored.free,
            until: stored.until,
            fits: stored.fits,
            words: stored.words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As rows have it from before documents had a version.
    const DENIED: &str = r#"{"allowed":false,"id":null,"key":"k1","reason":"needs 2.36 kWh (p95); budget of p has 1.00 kWh free until 2026-11-30 (0 kWh spent, 0 kWh held of 1.00 kWh)","options":[{"kind":"shorter_limit","title":"a limit of 0.4 h instead of 1 h: 945 Wh (p95)","count":1,"hours":0.4,"start":null,"site":null,"p95":{"energy_mj":3400000,"energy_mwh":9.444444444444445e-7,"co2e_ug":377778,"co2e_t":3.77778e-7},"command":"wattledger check --project p"}],"estimate":{"energy_mj":7200000,"energy_mwh":2e-6,"co2e_ug":800000,"co2e_t":8e-7,"p95":{"energy_mj":8502840,"energy_mwh":2.3619e-6,"co2e_ug":944760,"co2e_t":9.4476e-7},"tier":"E","basis":"stated","accelerators":1,"hours":1.0,"expected_hours":1.0,"power_w":2000.0,"pue":1.0,"intensity_mg_per_kwh":400000,"assumptions":[{"name":"power","value":"2000 W","source":"as stated"}]},"budgets":[{"budget":"1","name":"budget of p","unit":"energy","mode":"block","needed":8502840,"limit":3600000,"spent":0,"held":0,"free":3600000,"until":"2026-12-01T00:00:00Z","fits":false,"words":"needs 2.36 kWh (p95)"},{"budget":"2","name":"broken","unit":null,"mode":null,"needed":0,"limit":0,"spent":0,"held":0,"free":0,"until":"","fits":false,"words":"the policy of budget broken cannot be read"}],"warnings":[],"held":false}"#;

    #[test]
    fn rows_of_earlier_versions_are_read_and_written_alike() {
        let decision = of_answer(DENIED).unwrap();
        assert_eq!((decision.allowed, decision.options.len(), decision.budgets[1].mode), (false, 1, None));
        assert_eq!(answer(&decision).unwrap(), DENIED);
    }

    #[test]
    fn an_unknown_word_is_named_with_those_that_are_known() {
        let refused = of_answer(&DENIED.replace("\"stated\"", "\"guessed\"")).unwrap_err().to_string();
        assert!(refused.contains("guessed") && refused.contains("prior"), "{refused}");
    }
}
