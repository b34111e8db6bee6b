//! The intensity of a generation mix: what each fuel generated, times the fuel's factor.

use super::super::{Accounting, Basis, DataError, FROM_MIX, FactorReading, FactorStatus, Gas};
use super::readout::{Readout, SeriesType, joined};
use crate::bundled::BundledTable;
use crate::moment::show;
use model::ZoneId;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use units::{Interval, Span, Timestamp};

/// Where more of the generation than this has no factor of its own, the intensity is an estimate; where it has none at all, there is none.
const WITHOUT_FACTOR_MAX: f64 = 0.05;

const CODES: BundledTable = BundledTable {
    file: "fuel_codes.csv",
    text: include_str!("../../../config/grid/fuel_codes.csv"),
    publisher: "",
    edition: "",
    licence: "",
};

/// Who publishes generation by fuel, and so how fuels are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FuelScheme {
    /// Types of production of ENTSO-E, B01 to B25.
    Entsoe,
    /// Codes of form EIA-930.
    Eia930,
    /// Technologies of OpenElectricity.
    OpenElectricity,
}

/// What the codes of a publisher stand for, and the factors of these fuels.
#[derive(Debug, Clone)]
pub struct FuelCodes(BTreeMap<String, FuelCode>);

#[derive(Debug, Clone, Copy)]
struct FuelCode {
    is_generation: bool,
    /// Whether the factors are those of a similar fuel.
    is_proxy: bool,
    direct: Option<f64>,
    lifecycle: Option<f64>,
}

#[derive(Deserialize)]
struct FuelCodeRow {
    scheme: String,
    code: String,
    fuel: String,
    direct_g: Option<f64>,
    lifecycle_g: Option<f64>,
    factor_source: String,
}

impl FuelScheme {
    const fn name(self) -> &'static str {
        match self {
            Self::Entsoe => "entsoe_psr",
            Self::Eia930 => "eia930",
            Self::OpenElectricity => "open_electricity",
        }
    }
}

impl FuelCodes {
    /// The bundled factors.
    ///
    /// # Errors
    ///
    /// A defect of the build.
    pub fn bundled(scheme: FuelScheme) -> Result<Self, DataError> {
        Ok(Self::of(scheme, CODES.rows()?))
    }

    /// Those in a table with the columns `scheme`, `code`, `fuel` (`storage` and `exchange` are not generation), `direct_g` and `lifecycle_g`
    /// in g/kWh, empty where there is none, and `factor_source`, which begins with `proxy` where they are those of a similar fuel.
    ///
    /// # Errors
    ///
    /// The table lacks a column, or has text where a number is expected.
    pub fn parse(scheme: FuelScheme, text: &str) -> Result<Self, csv::Error> {
        let rows: Result<_, _> = csv::Reader::from_reader(text.as_bytes()).deserialize().collect();
        Ok(Self::of(scheme, rows?))
    }

    fn of(scheme: FuelScheme, rows: Vec<FuelCodeRow>) -> Self {
        let own = rows.into_iter().filter(|row| row.scheme == scheme.name());
        let code = |row: FuelCodeRow| {
            let is_generation = !matches!(row.fuel.as_str(), "storage" | "exchange");
            let is_proxy = row.factor_source.starts_with("proxy");
            (row.code, FuelCode { is_generation, is_proxy, direct: row.direct_g, lifecycle: row.lifecycle_g })
        };
        Self(own.map(code).collect())
    }

    /// Whether the publisher has a fuel of this code.
    #[must_use]
    pub fn contains(&self, code: &str) -> bool {
        self.0.contains_key(code)
    }

    /// The intensity of what generated `mix`, code and mean MW. Storage and exchange are no generation; what is negative, a plant's own use, counts
    /// as 0; a fuel without a factor is left out, and no more than 5 % may be.
    ///
    /// # Errors
    ///
    /// Nothing generated, or too much of it has no factor.
    pub fn intensity<'a>(
        &self,
        basis: Basis,
        mix: impl IntoIterator<Item = (&'a str, f64)>,
    ) -> Result<MixIntensity, String> {
        let (mut total, mut covered, mut by_proxy, mut grams) = (0.0, 0.0, 0.0, 0.0);
        let mut without: BTreeSet<&str> = BTreeSet::new();
        for (code, megawatts) in mix {
            let known = self.0.get(code);
            if known.is_some_and(|code| !code.is_generation) || megawatts <= 0.0 {
                continue;
            }
            total += megawatts;
            let Some((code, factor)) = known.and_then(|code| Some((code, code.factor(basis)?))) else {
                without.insert(code);
                continue;
            };
            covered += megawatts;
            grams += megawatts * factor;
            if code.is_proxy {
                by_proxy += megawatts;
            }
        }
        if total <= 0.0 {
            return Err("no fuel generates anything, which no grid does: it is taken as a gap".to_owned());
        }
        if (total - covered) / total > WITHOUT_FACTOR_MAX {
            let (percent, names) = (covered / total * 100.0, without.into_iter().collect::<Vec<_>>().join(", "));
            return Err(format!(
                "fuels with a {basis} factor generate {percent:.1} %, and at least 95 % are needed: {names} has none"
            ));
        }
        Ok(MixIntensity { g_per_kwh: grams / covered, without_own_factor: (total - covered + by_proxy) / total })
    }
}

impl FuelCode {
    const fn factor(&self, basis: Basis) -> Option<f64> {
        match basis {
            Basis::Direct => self.direct,
            Basis::Lifecycle => self.lifecycle,
        }
    }
}

/// The intensity of a mix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MixIntensity {
    /// In g/kWh.
    pub g_per_kwh: f64,
    /// Share of the generation, 0 to 1, whose fuel has no factor of its own: it takes that of a similar fuel, or is left out.
    pub without_own_factor: f64,
}

/// What each fuel generated, as an answer lists it.
#[derive(Debug, Default)]
pub(in crate::grid) struct Generation {
    /// Mean MW of each fuel; `None` where the answer says that it has no value.
    values: BTreeMap<String, Vec<(Interval, Option<f64>)>>,
    step: Span,
}

/// Where a mix is from.
pub(in crate::grid) struct MixSource {
    pub(super) zone: ZoneId,
    pub(super) publisher: &'static str,
    pub(super) edition: &'static str,
    pub(super) licence: &'static str,
    pub(super) scheme: FuelScheme,
}

impl MixSource {
    /// Hours of form EIA-930, of a zone.
    pub(in crate::grid) fn eia_930(zone: ZoneId) -> Self {
        Self {
            zone,
            publisher: "EIA, mix computed",
            edition: "EIA-930 x fuel factors 2026",
            licence: "US public domain",
            scheme: FuelScheme::Eia930,
        }
    }
}

impl Generation {
    /// Notes what a fuel generated on average.
    pub(in crate::grid) fn add(&mut self, code: &str, interval: Interval, megawatts: Option<f64>) {
        self.step = self.step.max(length(interval));
        self.values.entry(code.to_owned()).or_default().push((interval, megawatts));
    }

    /// The intensity of each step, of the longest length in use. A step in which a fuel has no value, and has one elsewhere, is a gap.
    pub(in crate::grid) fn read(&self, source: &MixSource, now: Timestamp) -> Result<FactorReading, DataError> {
        let codes = FuelCodes::bundled(source.scheme)?;
        let steps: BTreeMap<&str, BTreeMap<Interval, f64>> =
            self.values.iter().map(|(code, values)| (code.as_str(), self.steps(values))).collect();
        let all: BTreeSet<Interval> =
            self.values.values().flatten().filter_map(|(interval, _)| self.step_of(*interval)).collect();
        let (mut direct, mut lifecycle) = (Readout::default(), Readout::default());
        for step in all {
            let place = show(step.start());
            if let Some((code, _)) = steps.iter().find(|(_, values)| !values.contains_key(&step)) {
                lifecycle.refuse(place, format!("{code} has no value, and so the mix is not known"));
                continue;
            }
            for (basis, found) in [(Basis::Direct, &mut direct), (Basis::Lifecycle, &mut lifecycle)] {
                match codes.intensity(basis, steps.iter().map(|(code, values)| (*code, values[&step]))) {
                    Ok(mix) => take(found, place.clone(), step, mix),
                    Err(reason) => found.refuse(place.clone(), reason),
                }
            }
        }
        let kind = |basis| SeriesType {
            zone: source.zone.clone(),
            basis,
            gas: Gas::Co2e,
            accounting: Accounting::Production,
            publisher: source.publisher,
            edition: source.edition.to_owned(),
            licence: source.licence,
        };
        Ok(joined([direct.finish(kind(Basis::Direct), now), lifecycle.finish(kind(Basis::Lifecycle), now)]))
    }

    /// The step that an interval lies in.
    fn step_of(&self, interval: Interval) -> Option<Interval> {
        let end = interval.start().next_multiple(self.step).ok()?;
        Interval::new(end.before(self.step), end)
    }

    /// Mean MW of the steps that `values` cover wholly and once.
    fn steps(&self, values: &[(Interval, Option<f64>)]) -> BTreeMap<Interval, f64> {
        let mut sums: BTreeMap<Interval, (Span, f64)> = BTreeMap::new();
        for (interval, megawatts) in values {
            let Some((step, megawatts)) = self.step_of(*interval).zip(*megawatts) else { continue };
            let (covered, sum) = sums.entry(step).or_default();
            *covered = covered.plus(length(*interval));
            *sum += megawatts * share(length(*interval), self.step);
        }
        sums.into_iter().filter(|(_, (covered, _))| *covered == self.step).map(|(step, (_, sum))| (step, sum)).collect()
    }
}

fn take(found: &mut Readout, place: String, step: Interval, mix: MixIntensity) {
    let is_close = mix.without_own_factor <= WITHOUT_FACTOR_MAX;
    let status = if is_close { FactorStatus::Measured } else { FactorStatus::Estimated };
    found.take(place, step, mix.g_per_kwh, status, Some(FROM_MIX.to_owned()));
}

fn length(interval: Interval) -> Span {
    interval.end().since(interval.start()).unwrap_or(Span::ZERO)
}

#[allow(clippy::cast_precision_loss, reason = "both are whole minutes")]
fn share(part: Span, whole: Span) -> f64 {
    part.nanoseconds() as f64 / whole.nanoseconds() as f64
}
