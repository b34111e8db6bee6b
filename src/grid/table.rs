//! The bundled tables of `config/grid`, each parsed into factors of its own type.

use super::{Accounting, Basis, Factor, FactorStatus, Gas, Resolution};
use crate::bundled::{BundledTable, DataError};
use crate::decimal;
use chrono::NaiveDate;
use model::ZoneId;
use serde::Deserialize;
use std::collections::HashMap;
use units::{CarbonIntensity, Interval, Timestamp};

const YEARLY: BundledTable = BundledTable {
    file: "yearly_factors.csv",
    text: include_str!("../../config/grid/yearly_factors.csv"),
    publisher: "",
    edition: "",
    licence: "",
};
const US_STATES: BundledTable = BundledTable {
    file: "egrid2023_states_rev2.csv",
    text: include_str!("../../config/grid/egrid2023_states_rev2.csv"),
    publisher: "EPA",
    edition: "eGRID2023 rev2 (Jun 2025), as packaged in codecarbon 3.3.2",
    licence: "US public domain",
};
const CANADA_MIX: BundledTable = BundledTable {
    file: "canada_provincial_mix_pct_2023.csv",
    text: include_str!("../../config/grid/canada_provincial_mix_pct_2023.csv"),
    publisher: "CodeCarbon (mix), IPCC (fuel factors)",
    edition: "mix 2023 of codecarbon 3.3.2 x IPCC AR5 WG III Annex III (2014)",
    licence: "MIT",
};
const FUELS: BundledTable = BundledTable {
    file: "fuel_factors.csv",
    text: include_str!("../../config/grid/fuel_factors.csv"),
    publisher: "IPCC",
    edition: "AR5 WG III Annex III (2014)",
    licence: "facts",
};
const NORDIC: BundledTable = BundledTable {
    file: "nordic_zones_2025.csv",
    text: include_str!("../../config/grid/nordic_zones_2025.csv"),
    publisher: "CodeCarbon",
    edition: "nordic zones 2025 of codecarbon 3.3.2",
    licence: "MIT",
};
const ELECTRICITY_MAPS: BundledTable = BundledTable {
    file: "electricitymaps_yearly_odbl.csv",
    text: include_str!("../../config/grid/share-alike/electricitymaps_yearly_odbl.csv"),
    publisher: "Electricity Maps",
    edition: "Electricity Maps yearly, as packaged in @tgwf/co2 0.19.0",
    licence: "ODbL-1.0",
};
const IFI_MARGINAL: BundledTable = BundledTable {
    file: "ifi_operating_margin_2021_ccbysa.csv",
    text: include_str!("../../config/grid/share-alike/ifi_operating_margin_2021_ccbysa.csv"),
    publisher: "UNFCCC IFI",
    edition: "IFI default grid factors 2021, as packaged in @tgwf/co2 0.19.0",
    licence: "CC-BY-SA-4.0",
};
const ISO_3166: BundledTable = BundledTable {
    file: "iso3166.csv",
    text: include_str!("../../config/grid/iso3166.csv"),
    publisher: "ISO",
    edition: "3166-1",
    licence: "facts",
};

impl BundledTable {
    /// A year's average of this table, lifecycle, CO2e, production; a table of another type overrides that.
    fn average(&self, zone: String, name: String, year: i32, intensity: CarbonIntensity) -> Result<Factor, DataError> {
        Ok(Factor {
            zone: zone.into(),
            name,
            intensity,
            period: self.year(year)?,
            basis: Basis::Lifecycle,
            gas: Gas::Co2e,
            accounting: Accounting::Production,
            resolution: Resolution::Year,
            status: FactorStatus::Fallback,
            publisher: self.publisher.to_owned(),
            edition: self.edition.to_owned(),
            licence: self.licence.to_owned(),
            note: String::new(),
        })
    }

    /// `text` in units of 10^-`decimals`.
    fn number(&self, text: &str, decimals: usize) -> Result<i128, DataError> {
        decimal::parse(text, decimals).map_err(|error| self.wrong(error.to_string()))
    }

    /// The intensity that `text` states in g/kWh.
    fn intensity(&self, text: &str) -> Result<CarbonIntensity, DataError> {
        self.milligrams(self.number(text, 3)?)
    }

    fn milligrams(&self, milligrams_per_kwh: i128) -> Result<CarbonIntensity, DataError> {
        u32::try_from(milligrams_per_kwh)
            .map(CarbonIntensity::from_milligrams_per_kwh)
            .map_err(|_| self.wrong(format!("{milligrams_per_kwh} mg/kWh is not a carbon intensity")))
    }

    /// The calendar year, UTC.
    fn year(&self, year: i32) -> Result<Interval, DataError> {
        let start = |year| {
            let day = NaiveDate::from_ymd_opt(year, 1, 1)?;
            Timestamp::from_seconds(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp())
        };
        let interval = start(year).zip(start(year + 1)).and_then(|(start, end)| Interval::new(start, end));
        interval.ok_or_else(|| self.wrong(format!("no such year: {year}")))
    }
}

#[derive(Deserialize)]
struct YearlyRow {
    zone: String,
    name: String,
    year: i32,
    resolution: Resolution,
    g_per_kwh: String,
    gas: Gas,
    basis: Basis,
    accounting: Accounting,
    publisher: String,
    edition: String,
    licence: String,
    year_check: String,
}

/// Countries, aggregates, eGRID subregions, Chinese provinces, Australian states: the default set.
pub(super) fn yearly() -> Result<Vec<Factor>, DataError> {
    YEARLY.rows::<YearlyRow>()?.into_iter().map(yearly_factor).collect()
}

fn yearly_factor(row: YearlyRow) -> Result<Factor, DataError> {
    let intensity = YEARLY.intensity(&row.g_per_kwh)?;
    let mut notes = Vec::new();
    if intensity.milligrams_per_kwh() == 0 {
        notes
            .push("published as 0 because the publisher rounds small emissions away: read it as unknown, not as clean");
    }
    if row.gas == Gas::Co2 {
        notes.push("CO2 only, other gases are not counted");
    }
    if row.year_check == "single-source" {
        notes.push("the data year rests on one public copy");
    }
    Ok(Factor {
        basis: row.basis,
        gas: row.gas,
        accounting: row.accounting,
        resolution: row.resolution,
        publisher: row.publisher,
        edition: row.edition,
        licence: row.licence,
        note: notes.join("; "),
        ..YEARLY.average(row.zone, row.name, row.year, intensity)?
    })
}

#[derive(Deserialize)]
struct StateRow {
    state: String,
    name: String,
    year: i32,
    gco2e_per_kwh: String,
}

/// US states, total output. The file's national row is left to `US-EGRID` of the default set.
pub(super) fn us_states() -> Result<Vec<Factor>, DataError> {
    let states = US_STATES.rows::<StateRow>()?.into_iter().filter(|row| row.state != "usa");
    states
        .map(|row| {
            let intensity = US_STATES.intensity(&row.gco2e_per_kwh)?;
            let zone = format!("US-{}", row.state);
            Ok(Factor { basis: Basis::Direct, ..US_STATES.average(zone, title_case(&row.name), row.year, intensity)? })
        })
        .collect()
}

/// Share of generation that a computed zone value must cover, in hundredths of a percent; below it the country stands.
/// What is not covered counts as 0, so that a lower coverage would understate by more than editions disagree.
const COVERAGE_MIN: i128 = 9_800;

#[derive(Deserialize)]
struct NordicRow {
    zone: String,
    year: i32,
    gco2e_per_kwh: String,
    coverage: String,
}

/// Swedish and Norwegian price areas whose generation is covered well enough. Finland is one zone: its country row stands.
pub(super) fn nordic() -> Result<Vec<Factor>, DataError> {
    let mut factors = Vec::new();
    for row in NORDIC.rows::<NordicRow>()? {
        let Some((percent, _)) = row.coverage.split_once('%') else { continue };
        if NORDIC.number(percent, 2)? < COVERAGE_MIN {
            continue;
        }
        let country = row.zone.trim_end_matches(|character: char| character.is_ascii_digit());
        let (zone, name) = (format!("{country}-{}", row.zone), format!("Price area {}", row.zone));
        factors.push(Factor {
            note: format!("a lower bound: {percent} % of generation is covered, the rest counts as 0"),
            ..NORDIC.average(zone, name, row.year, NORDIC.intensity(&row.gco2e_per_kwh)?)?
        });
    }
    Ok(factors)
}

#[derive(Deserialize)]
struct FuelRow {
    basis: Basis,
    fuel: String,
    gco2e_per_kwh: String,
}

/// Column of the Canadian mix and the IPCC fuel whose lifecycle factor applies. Petroleum, tidal and other have none here.
const CANADIAN_FUELS: [(&str, &str); 7] = [
    ("naturalGas", "gas"),
    ("nuclear", "nuclear"),
    ("biomass", "biomass"),
    ("coal", "coal"),
    ("solar", "solar pv utility"),
    ("wind", "wind"),
    ("hydro", "hydro"),
];

const CANADIAN_PROVINCES: [(&str, &str); 13] = [
    ("alberta", "AB"),
    ("british columbia", "BC"),
    ("manitoba", "MB"),
    ("new brunswick", "NB"),
    ("newfoundland and labrador", "NL"),
    ("nova scotia", "NS"),
    ("northwest territories", "NT"),
    ("nunavut", "NU"),
    ("ontario", "ON"),
    ("prince edward island", "PE"),
    ("quebec", "QC"),
    ("saskatchewan", "SK"),
    ("yukon", "YT"),
];

/// Canadian provinces: generation mix times lifecycle fuel factors, where the fuels with a factor cover enough of it.
pub(super) fn canada() -> Result<Vec<Factor>, DataError> {
    let fuels = FuelFactors::bundled()?;
    let mut factors = Vec::new();
    for mix in CANADA_MIX.rows::<HashMap<String, String>>()? {
        let cells = mix.iter().map(|(column, cell)| (column.as_str(), cell.as_str())).collect();
        let province = canadian_province(&cells, &fuels).map_err(|reason| CANADA_MIX.wrong(reason))?;
        if province.expect_covered().is_err() {
            continue;
        }
        let percent = decimal::format(province.coverage, 2);
        let (zone, name) = (province.zone.into_string(), title_case(province.name));
        factors.push(Factor {
            note: format!(
                "computed from the generation mix: a lower bound, fuels with a factor cover {percent} %, the rest counts as 0"
            ),
            ..CANADA_MIX.average(zone, name, 2023, province.intensity)?
        });
    }
    Ok(factors)
}

/// The intensity of a province's mix.
pub(super) struct ProvinceIntensity<'a> {
    pub(super) zone: ZoneId,
    name: &'a str,
    pub(super) intensity: CarbonIntensity,
    /// Share of the generation whose fuel has a factor, hundredths of a percent.
    coverage: i128,
}

impl ProvinceIntensity<'_> {
    /// Refuses a mix of which too much has no factor.
    pub(super) fn expect_covered(&self) -> Result<(), String> {
        if self.coverage >= COVERAGE_MIN {
            return Ok(());
        }
        let [covered, least] = [self.coverage, COVERAGE_MIN].map(|share| decimal::format(share, 2));
        Err(format!("fuels with a factor generate {covered} % of it, and at least {least} % are needed"))
    }
}

/// The intensity of a row of the Canadian mix: `province`, and shares in percent by fuel.
pub(super) fn canadian_province<'a>(
    cells: &HashMap<&'a str, &'a str>,
    fuels: &FuelFactors,
) -> Result<ProvinceIntensity<'a>, String> {
    let name = cells.get("province").copied().unwrap_or_default();
    let code = CANADIAN_PROVINCES.iter().find(|(province, _)| *province == name).map(|(_, code)| *code);
    let code = code.ok_or_else(|| format!("unknown province {name:?}"))?;
    let (mut whole, mut covered, mut emitted) = (0, 0, 0);
    for (column, cell) in cells.iter().filter(|(column, _)| !matches!(**column, "province" | "total")) {
        let share = decimal::parse(cell, 2).ok().filter(|share| *share >= 0);
        let share = share.ok_or_else(|| format!("{column} {cell:?} is not a share in percent"))?;
        whole += share;
        if let Some((_, milligrams)) = fuels.0.iter().find(|(fuel, _)| fuel == column) {
            covered += share;
            emitted += share * milligrams;
        }
    }
    if whole == 0 {
        return Err(format!("{name} has no generation"));
    }
    let intensity = u32::try_from(emitted / whole).map_err(|_| format!("the factors of {name} are out of range"))?;
    Ok(ProvinceIntensity {
        zone: format!("CA-{code}").into(),
        name,
        intensity: CarbonIntensity::from_milligrams_per_kwh(intensity),
        coverage: covered * 10_000 / whole,
    })
}

/// Columns of the Canadian mix with the lifecycle factor of their fuel, mg/kWh.
pub(super) struct FuelFactors(Vec<(&'static str, i128)>);

impl FuelFactors {
    /// The bundled factors.
    pub(super) fn bundled() -> Result<Self, DataError> {
        let fuels: Vec<FuelRow> = FUELS.rows()?;
        let lifecycle = |name: &str| fuels.iter().find(|row| row.basis == Basis::Lifecycle && row.fuel == name);
        let factor = |&(column, fuel): &(&'static str, &str)| match lifecycle(fuel) {
            Some(row) => Ok((column, FUELS.number(&row.gco2e_per_kwh, 3)?)),
            None => Err(FUELS.wrong(format!("no lifecycle factor for {fuel}"))),
        };
        Ok(Self(CANADIAN_FUELS.iter().map(factor).collect::<Result<_, _>>()?))
    }
}

#[derive(Deserialize)]
struct ElectricityMapsRow {
    zone: String,
    zone_name: String,
    year: i32,
    gco2e_per_kwh_lifecycle: String,
}

/// Electricity Maps, one factor per zone and year. Share-alike: a set of its own, read only on request.
pub(super) fn electricity_maps() -> Result<Vec<Factor>, DataError> {
    let parsed = ELECTRICITY_MAPS.rows::<ElectricityMapsRow>()?.into_iter();
    parsed
        .map(|row| {
            let intensity = ELECTRICITY_MAPS.intensity(&row.gco2e_per_kwh_lifecycle)?;
            let average = ELECTRICITY_MAPS.average(row.zone, row.zone_name, row.year, intensity)?;
            Ok(Factor { accounting: Accounting::Consumption, ..average })
        })
        .collect()
}

#[derive(Deserialize)]
struct IfiRow {
    iso3: String,
    name: String,
    operating_margin: String,
}

/// Operating margins per country. Share-alike and marginal: a set of its own, read only on request.
pub(super) fn ifi_marginal() -> Result<Vec<Factor>, DataError> {
    let codes = iso_3166()?;
    let mut factors = Vec::new();
    for row in IFI_MARGINAL.rows::<IfiRow>()? {
        // Rows without a country code are memo items and overseas parts.
        let Some(code) = codes.iter().find(|code| code.alpha3 == row.iso3) else { continue };
        let intensity = IFI_MARGINAL.intensity(&row.operating_margin)?;
        factors.push(Factor {
            basis: Basis::Direct,
            gas: Gas::Co2,
            accounting: Accounting::Marginal,
            note: "operating margin: emissions of one more kWh, never added to an average".to_owned(),
            ..IFI_MARGINAL.average(code.alpha2.clone(), row.name, 2021, intensity)?
        });
    }
    Ok(factors)
}

/// A country's two codes.
#[derive(Deserialize)]
pub(super) struct CountryCode {
    pub(super) alpha2: String,
    pub(super) alpha3: String,
}

pub(super) fn iso_3166() -> Result<Vec<CountryCode>, DataError> {
    ISO_3166.rows()
}

/// `new york` is `New York`.
fn title_case(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    name.split(' ')
        .map(|word| if matches!(word, "and" | "of") { word.to_owned() } else { capital(word) })
        .collect::<Vec<_>>()
        .join(" ")
}
