//! What a job costs: its energy at a price, and the machines at a rate.

use crate::budget::Estimate;
use crate::cli::client::ServerArguments;
use crate::cli::failure::Failure;
use crate::cli::number;
use api::SiteDocument;
use serde::Serialize;
use units::{Energy, Overflow};

/// Hours of a year, as cloud prices count them.
const HOURS_PER_YEAR: u64 = 8_760;
/// A price of 10⁻⁹ units per kWh, times mJ, over this is in 10⁻⁶ units: a kWh is 3.6e9 mJ.
const PER_MICRO: i128 = 3_600_000_000_000;
const NANO: i128 = 1_000_000_000;

/// Options that put a cost beside an estimate.
#[derive(clap::Args)]
pub(super) struct CostArguments {
    /// Wall time in years of 8,760 hours, instead of --hours
    #[arg(long, value_name = "Y", value_parser = number::nanoyears, allow_negative_numbers = true, conflicts_with = "hours")]
    years: Option<u64>,
    /// Price of a kWh, to put the cost of the energy beside it
    #[arg(long, value_name = "P", value_parser = number::price, allow_negative_numbers = true, requires = "currency")]
    price: Option<i128>,
    /// Site whose price of energy the service has, in place of --price and --currency
    #[arg(long, value_name = "NAME", conflicts_with_all = ["price", "currency"])]
    price_of_site: Option<String>,
    /// Rent of one accelerator, or of one instance with --instance, for an hour
    #[arg(long, value_name = "P", value_parser = number::price, allow_negative_numbers = true)]
    hourly_rate: Option<i128>,
    /// Currency of --price and --hourly-rate, the three letters of ISO 4217 such as EUR
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<String>,
    #[command(flatten)]
    server: ServerArguments,
}

/// What a job costs.
#[derive(Serialize)]
pub(super) struct CostDocument {
    /// ISO 4217 code.
    currency: String,
    /// Cost of the expected energy, in units of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    energy: Option<f64>,
    /// Cost of the energy that one job in twenty exceeds.
    #[serde(skip_serializing_if = "Option::is_none")]
    energy_p95: Option<f64>,
    /// Rent of the hardware for the wall time.
    #[serde(skip_serializing_if = "Option::is_none")]
    rent: Option<f64>,
}

/// The currency of all costs, and the price of a kWh in its 10⁻⁹ where one is asked for.
struct EnergyPrice {
    currency: String,
    nano_per_kwh: Option<i128>,
}

impl CostArguments {
    /// Wall time of the years that are stated, 10⁻⁹ h.
    pub(super) fn nanohours(&self) -> Option<u64> {
        self.years.map(|years| years.saturating_mul(HOURS_PER_YEAR))
    }

    /// What energy, expected and p95, and `count` accelerators or instances for a time cost; `None` without a price and a rate.
    pub(super) fn of(&self, energy: Estimate, count: u64, nanohours: u64) -> Result<Option<CostDocument>, Failure> {
        let Some(EnergyPrice { currency, nano_per_kwh }) = self.energy_price()? else { return Ok(None) };
        let too_large = || Failure::from(Overflow { quantity: "cost in millionths of the currency" });
        let of_energy = |energy: Energy, price: i128| {
            let product = i128::from(energy.millijoules()).checked_mul(price);
            product.map(|product| product / PER_MICRO).ok_or_else(too_large)
        };
        let rent = |rate: i128| {
            let product =
                i128::from(count).checked_mul(i128::from(nanohours)).and_then(|hours| hours.checked_mul(rate));
            product.map(|product| product / NANO).ok_or_else(too_large)
        };
        let [energy, energy_p95] =
            [energy.p50, energy.p95].map(|energy| nano_per_kwh.map(|price| of_energy(energy, price)).transpose());
        Ok(Some(CostDocument {
            currency,
            energy: energy?.map(units_of),
            energy_p95: energy_p95?.map(units_of),
            rent: self.hourly_rate.map(rent).transpose()?.map(units_of),
        }))
    }

    /// The price as it is given, or as the service has it of a site.
    fn energy_price(&self) -> Result<Option<EnergyPrice>, Failure> {
        if let Some(name) = &self.price_of_site {
            return self.price_at(name).map(Some);
        }
        match &self.currency {
            None if self.hourly_rate.is_some() => {
                Err(Failure::Usage("--hourly-rate is in a currency: add --currency CODE, such as EUR".to_owned()))
            }
            Some(currency) if self.price.is_some() || self.hourly_rate.is_some() => Ok(Some(EnergyPrice {
                currency: currency.clone(),
                nano_per_kwh: self.price.map(|micro| micro * 1_000),
            })),
            _ => Ok(None),
        }
    }

    /// The price of energy that was stated last for a site.
    fn price_at(&self, name: &str) -> Result<EnergyPrice, Failure> {
        let sites: Vec<SiteDocument> = self.server.client()?.list("/sites")?;
        let site = sites.into_iter().find(|site| site.name.as_str() == name);
        let unknown =
            || Failure::Usage(format!("the service has no site {name:?}: `wattledger site list` shows its sites"));
        let price = site.ok_or_else(unknown)?.price.pop();
        let free = || Failure::Usage(format!("energy has no price at site {name:?}: give --price and --currency"));
        let price = price.ok_or_else(free)?;
        // 10⁻⁶ units per MWh are 10⁻⁹ units per kWh.
        Ok(EnergyPrice { currency: price.currency, nano_per_kwh: Some(price.per_mwh_micro.into()) })
    }
}

impl CostDocument {
    /// Rows of the table that people read: what it is, expected, and p95.
    pub(super) fn rows(&self) -> Vec<(&'static str, String, String)> {
        let shown = |amount: f64| format!("{amount:.2} {}", self.currency);
        let energy = self.energy.zip(self.energy_p95).map(|(p50, p95)| ("cost of energy", shown(p50), shown(p95)));
        energy.into_iter().chain(self.rent.map(|rent| ("rent", shown(rent), shown(rent)))).collect()
    }
}

/// Units of a currency of their millionths.
fn units_of(micro: i128) -> f64 {
    micro as f64 / 1e6
}

fn currency(text: &str) -> Result<String, String> {
    let code = text.trim().to_uppercase();
    let is_code = code.len() == 3 && code.bytes().all(|letter| letter.is_ascii_uppercase());
    is_code.then_some(code).ok_or_else(|| "write the three letters of ISO 4217, such as EUR".to_owned())
}
