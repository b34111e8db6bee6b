use super::{Failure, number};
use crate::footprint::FootprintFactor;
use crate::grid::{ChoiceDocument, FactorChoice, Library, RegionFactor, Set, ZoneError};
use clap::{Args, ValueEnum};
use units::{CarbonIntensity, Timestamp};

/// Why there is no CO2e when no grid option was given.
pub(crate) const NO_GRID: &str = "no grid given: add --zone, --region or --intensity";

/// Where the electricity comes from: the options that every command with a footprint shares.
#[derive(Args)]
pub(crate) struct GridArguments {
    /// Grid zone, such as DE, US-EGRID-CAMX or CN-BJ (`wattledger grid zones` lists them)
    #[arg(long, value_name = "ZONE", conflicts_with_all = ["region", "intensity"])]
    pub(super) zone: Option<String>,
    /// Cloud region, such as aws/us-east-1
    #[arg(long, value_name = "CLOUD/REGION", conflicts_with = "intensity")]
    pub(super) region: Option<String>,
    /// Carbon intensity in g/kWh, 0 to 1500
    #[arg(long, value_name = "G", value_parser = number::intensity, allow_negative_numbers = true)]
    pub(super) intensity: Option<CarbonIntensity>,
    /// Set of grid factors
    #[arg(long, value_enum, default_value_t, value_name = "SET", conflicts_with = "intensity")]
    factors: FactorSet,
}

/// The sets by name.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FactorSet {
    /// Ember countries, refined by eGRID, Chinese, Australian, Canadian and Nordic zones
    #[default]
    Bundled,
    /// Electricity Maps yearly, consumption-based (ODbL, credit Electricity Maps)
    #[value(name = "electricitymaps")]
    ElectricityMaps,
    /// IFI operating margins (CC BY-SA): marginal, for `grid` only
    IfiMarginal,
}

impl FactorSet {
    /// Reads the set.
    pub(crate) fn open(self) -> Result<Library, Failure> {
        let set = match self {
            Self::Bundled => Set::Bundled,
            Self::ElectricityMaps => Set::ElectricityMaps,
            Self::IfiMarginal => Set::IfiMarginal,
        };
        Ok(Library::open(set).map_err(anyhow::Error::from)?)
    }
}

/// The intensity to use, and what must be said about it.
pub(crate) struct Grid {
    /// Value, label and document.
    pub(crate) factor: FootprintFactor,
    /// Stand-ins, age of the data, limits of the value.
    pub(crate) notes: Vec<String>,
    /// The library's choice; `None` for an intensity that was given.
    pub(crate) choice: Option<FactorChoice>,
}

impl GridArguments {
    /// The factor that the options name, for energy used at `at`; `None` when they name none.
    pub(crate) fn grid(&self, at: Option<Timestamp>) -> Result<Option<Grid>, Failure> {
        if let Some(intensity) = self.intensity {
            return Ok(Some(given(intensity)));
        }
        if self.factors == FactorSet::IfiMarginal {
            return Err(Failure::Usage(
                "marginal factors do not enter a footprint, which counts averages: `wattledger grid intensity` shows them"
                    .to_owned(),
            ));
        }
        let choice = match (&self.zone, &self.region) {
            (Some(zone), _) => self.factors.open()?.choose(zone, at)?,
            (None, Some(region)) => self.factors.open()?.choose_region(region, at)?,
            (None, None) => return Ok(None),
        };
        Ok(Some(chosen(choice)))
    }

    /// The set of factors that the options name.
    pub(crate) fn library(&self) -> Result<Library, Failure> {
        self.factors.open()
    }

    /// Cloud regions with a cleaner grid than `choice`, by the same set; of the provider that was asked for, if one was.
    pub(crate) fn cleaner_regions(&self, choice: &FactorChoice) -> Result<Vec<RegionFactor>, Failure> {
        let provider = self.region.as_deref().and_then(|region| region.split('/').next()).map(str::to_lowercase);
        let cleaner = self.factors.open()?.cleaner_regions(&choice.factor, provider.as_deref(), 3);
        Ok(cleaner.map_err(anyhow::Error::from)?)
    }
}

fn given(intensity: CarbonIntensity) -> Grid {
    let milligrams = intensity.milligrams_per_kwh();
    let value = crate::decimal::format(i128::from(milligrams), 3);
    let document = serde_json::json!({
        "zone": null,
        "g_per_kwh": f64::from(milligrams) / 1e3,
        "intensity_mg_per_kwh": milligrams,
        "publisher": "given with --intensity",
    });
    let mut notes = Vec::new();
    if (1..5_000).contains(&milligrams) {
        notes.push(format!("{value} g/kWh is cleaner than any national grid: --intensity is in g/kWh, not kg/kWh"));
    }
    Grid {
        factor: FootprintFactor { intensity, label: format!("{value} g/kWh, as given"), document },
        notes,
        choice: None,
    }
}

fn chosen(choice: FactorChoice) -> Grid {
    let document = serde_json::to_value(ChoiceDocument::from(&choice)).unwrap_or_default();
    let factor = FootprintFactor { intensity: choice.factor.intensity, label: choice.label(), document };
    Grid { factor, notes: choice.notes.clone(), choice: Some(choice) }
}

impl From<ZoneError> for Failure {
    fn from(error: ZoneError) -> Self {
        match error {
            ZoneError::Data(defect) => Self::Internal(defect.into()),
            unusable => Self::Usage(unusable.to_string()),
        }
    }
}
