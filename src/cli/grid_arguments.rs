//! Where the electricity comes from: the options that every command with a footprint shares.

use super::failure::Failure;
use super::number;
use crate::footprint::FootprintFactor;
use crate::grid::{FactorChoice, Library, RegionFactor, Set, ZoneError};
use api::ChoiceDocument;
use clap::{Args, ValueEnum};
use serde::Serialize;
use units::{CarbonIntensity, Timestamp};

/// Why there is no CO2e when no grid option was given.
pub(crate) const NO_GRID: &str = "no grid given: add --zone, --region or --intensity";

/// Options that choose a grid factor.
#[derive(Args)]
pub(crate) struct GridArguments {
    /// Grid zone, such as DE, US-EGRID-CAMX or CN-BJ (`wattledger grid zones` lists them)
    #[arg(long, value_name = "ZONE", conflicts_with_all = ["region", "intensity"])]
    pub(super) zone: Option<String>,
    /// Cloud region, such as aws/us-east-1
    #[arg(long, value_name = "CLOUD/REGION", conflicts_with = "intensity")]
    pub(super) region: Vec<String>,
    /// Carbon intensity of the electricity in g/kWh, 0 to 1500
    #[arg(long, value_name = "G", value_parser = number::intensity, allow_negative_numbers = true)]
    pub(super) intensity: Option<CarbonIntensity>,
    /// Set of grid factors to use
    #[arg(long, value_enum, default_value_t, value_name = "SET", conflicts_with = "intensity")]
    factors: FactorSet,
}

/// The sets of grid factors, by the name that the option takes.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FactorSet {
    /// Ember countries, refined by eGRID, Chinese, Australian, Canadian and Nordic zones
    #[default]
    Bundled,
    /// Electricity Maps yearly, consumption-based (ODbL, credit Electricity Maps)
    #[value(name = "electricitymaps")]
    ElectricityMaps,
    /// IFI operating margins (CC BY-SA): marginal factors, for `wattledger grid` only
    IfiMarginal,
}

impl FactorSet {
    /// Opens the set.
    pub(crate) fn open(self) -> Result<Library, Failure> {
        let set = match self {
            Self::Bundled => Set::Bundled,
            Self::ElectricityMaps => Set::ElectricityMaps,
            Self::IfiMarginal => Set::IfiMarginal,
        };
        Ok(Library::open(set).map_err(anyhow::Error::from)?)
    }
}

/// The grid factor to use, and what must be said about it.
pub(crate) struct GridFactor {
    /// The intensity, its label, and its document for `--json`.
    pub(crate) factor: FootprintFactor,
    /// What stood in for missing data, how old the data is, and similar remarks.
    pub(crate) notes: Vec<String>,
    /// How the library chose; `None` for `--intensity`.
    pub(crate) choice: Option<FactorChoice>,
}

impl GridArguments {
    /// The factor that the options choose for energy used at `at`; `None` if no option was given.
    pub(crate) fn grid(&self, at: Option<Timestamp>) -> Result<Option<GridFactor>, Failure> {
        if let Some(intensity) = self.intensity {
            return Ok(Some(given(intensity)));
        }
        if self.factors == FactorSet::IfiMarginal {
            return Err(Failure::Usage(
                "a footprint uses average factors, not marginal ones: `wattledger grid intensity` shows marginal factors"
                    .to_owned(),
            ));
        }
        let choice = match (&self.zone, self.one_region()?) {
            (Some(zone), _) => self.factors.open()?.choose(zone, at)?,
            (None, Some(region)) => self.factors.open()?.choose_region(region, at)?,
            (None, None) => return Ok(None),
        };
        Ok(Some(chosen(choice)))
    }

    /// The region where there can be one.
    pub(super) fn one_region(&self) -> Result<Option<&str>, Failure> {
        match self.region.as_slice() {
            [] => Ok(None),
            [region] => Ok(Some(region)),
            _ => Err(Failure::Usage("--region may be given once; several are for check --terraform".to_owned())),
        }
    }

    /// The set of factors that the options choose.
    pub(crate) fn library(&self) -> Result<Library, Failure> {
        self.factors.open()
    }

    /// Up to three cloud regions with a cleaner grid than `choice` in the same set; only of the provider in `--region`, if that was given.
    pub(crate) fn cleaner_regions(&self, choice: &FactorChoice) -> Result<Vec<RegionFactor>, Failure> {
        let provider = self.region.first().and_then(|region| region.split('/').next()).map(str::to_lowercase);
        let cleaner = self.factors.open()?.cleaner_regions(&choice.factor, provider.as_deref(), 3);
        Ok(cleaner.map_err(anyhow::Error::from)?)
    }
}

/// What `--json` says of an intensity that was given, with the keys of a factor.
#[derive(Serialize)]
struct GivenIntensity {
    zone: Option<&'static str>,
    g_per_kwh: f64,
    intensity_mg_per_kwh: u32,
    publisher: &'static str,
}

fn given(intensity: CarbonIntensity) -> GridFactor {
    let milligrams = intensity.milligrams_per_kwh();
    let value = crate::decimal::format(i128::from(milligrams), 3);
    let document = GivenIntensity {
        zone: None,
        g_per_kwh: f64::from(milligrams) / 1e3,
        intensity_mg_per_kwh: milligrams,
        publisher: "given with --intensity",
    };
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut notes = Vec::new();
    if (1..5_000).contains(&milligrams) {
        notes.push(format!("{value} g/kWh is cleaner than any national grid: --intensity is in g/kWh, not kg/kWh"));
    }
    GridFactor {
        factor: FootprintFactor { intensity, label: format!("{value} g/kWh, as given"), document },
        notes,
        choice: None,
    }
}

fn chosen(choice: FactorChoice) -> GridFactor {
    let document = serde_json::to_value(ChoiceDocument::from(&choice)).unwrap_or_default();
    let factor = FootprintFactor { intensity: choice.factor.intensity, label: choice.label(), document };
    GridFactor { factor, notes: choice.notes.clone(), choice: Some(choice) }
}

impl From<ZoneError> for Failure {
    fn from(error: ZoneError) -> Self {
        match error {
            ZoneError::Data(defect) => Self::Internal(defect.into()),
            unusable => Self::Usage(unusable.to_string()),
        }
    }
}
