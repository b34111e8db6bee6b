//! Recorded answers become the values that they state.

use super::{read, read_with, recorded, values};
use model::ProviderName;
use serde_json::Value;
use wattledger::grid::provider::{FuelCodes, FuelScheme, ProviderChoice, ReplyError, WattTimeSignal};
use wattledger::grid::{Accounting, Basis, FactorStatus, Gas};

const LATER: &str = "2030-01-01T00:00:00Z";

#[test]
fn electricity_maps_states_hours_of_consumption_and_says_which_are_estimated() {
    let Some(history) = recorded("samples/electricitymaps/carbon_intensity_history.json") else { return };
    let reading = read(ProviderName::ElectricityMaps, "DE", &[&history], LATER).unwrap();
    let [series] = &reading.series[..] else { panic!("{reading:?}") };
    assert_eq!((series.basis, series.gas, series.accounting), (Basis::Lifecycle, Gas::Co2e, Accounting::Consumption));
    assert_eq!(series.values.len(), 24);
    assert_eq!(values(&reading)[..2], [("2024-03-05T20:00".into(), 599_000), ("2024-03-05T21:00".into(), 607_000)]);
    let estimated: Vec<_> = series.values.iter().filter(|value| value.status == FactorStatus::Estimated).collect();
    assert_eq!(estimated.len(), 2);
    assert_eq!(estimated[1].method.as_deref(), Some("TIME_SLICER_AVERAGE"));

    let Some(latest) = recorded("samples/electricitymaps/latest_carbon_intensity.json") else { return };
    let reading = read(ProviderName::ElectricityMaps, "US-CAR-DUK", &[&latest], LATER).unwrap();
    assert_eq!(values(&reading), [("2024-03-06T19:00".into(), 216_000)]);
    for (file, expected) in [
        ("error_401_invalid_token.json", "the provider reports: Invalid auth-token"),
        ("error_404_no_recent_data.json", "the provider reports: No recent data for zone \"US-MIDW-MISO\""),
    ] {
        let Some(error) = recorded(&format!("samples/electricitymaps/{file}")) else { return };
        let refused = read(ProviderName::ElectricityMaps, "DE", &[&error], LATER).unwrap_err();
        assert_eq!(refused.to_string(), expected);
    }
    for file in ["latest_power_breakdown.json", "power_breakdown_history.json", "zones.json"] {
        let Some(other) = recorded(&format!("samples/electricitymaps/{file}")) else { return };
        let found = read(ProviderName::ElectricityMaps, "DE", &[&other], LATER);
        assert!(
            found.is_err_and(|error| matches!(error, ReplyError::Malformed(_))) || file.contains("breakdown"),
            "{file}"
        );
    }
}

#[test]
fn watttime_states_pounds_per_megawatt_hour_of_one_more_kilowatt_hour() {
    let Some(forecast) = recorded("samples/watttime/v3_forecast_doc_example.json") else { return };
    let reading = read(ProviderName::WattTime, "US-CAL-CISO", &[&forecast], LATER).unwrap();
    let series = &reading.series[0];
    assert_eq!((series.basis, series.gas, series.accounting), (Basis::Direct, Gas::Co2, Accounting::Marginal));
    assert_eq!(series.edition, "co2_moer of 2023-03-01");
    // 1048.4131919701972 lb/MWh x 0.45359237
    assert_eq!(values(&reading), [("2022-07-15T00:00".into(), 475_552), ("2022-07-15T00:05".into(), 476_766)]);
    let Some(data) = recorded("samples/watttime/watttime-data-response-example.json") else { return };
    let reading = read(ProviderName::WattTime, "US-CAL-CISO", &[&data], LATER).unwrap();
    assert_eq!(values(&reading), [("2026-04-01T00:00".into(), 187_107)]);
    let average = ProviderChoice { signal: WattTimeSignal::Average, ..ProviderChoice::default() };
    let refused = read_with(ProviderName::WattTime, average, "US-CAL-CISO", &[&data], LATER).unwrap_err();
    assert_eq!(refused.to_string(), "the answer has co2_moer where co2_aoer was asked for");
}

#[test]
fn great_britain_states_what_was_predicted_beside_what_was_measured() {
    let Some(national) = recorded("samples/uk_carbon_intensity/national_fw48h.json") else { return };
    let reading = read(ProviderName::UkCarbonIntensity, "GB", &[&national], LATER).unwrap();
    let [actual, forecast] = &reading.series[..] else { panic!("{reading:?}") };
    assert_eq!((actual.values.len(), forecast.values.len()), (49, 49));
    assert_eq!(actual.values[0].intensity.milligrams_per_kwh(), 143_000);
    assert_eq!(forecast.values[0].intensity.milligrams_per_kwh(), 145_000);
    assert_eq!(forecast.values[48].status, FactorStatus::Forecast);
    assert_eq!(actual.edition, forecast.edition);
    assert_eq!(actual.accounting, Accounting::Consumption);
    for (file, is_error) in [
        ("doc_error_400.json", true),
        ("doc_error_500.json", true),
        ("doc_error_string.json", true),
        ("doc_intensity.json", false),
        ("doc_intensity_from_to.json", false),
    ] {
        let Some(text) = recorded(&format!("samples/uk_carbon_intensity/{file}")) else { return };
        let found = read(ProviderName::UkCarbonIntensity, "GB", &[&text], LATER);
        match found {
            Ok(reading) => assert_eq!(values(&reading)[0], ("2018-01-20T12:00".into(), 263_000), "{file}"),
            Err(error) => assert!(is_error && error.to_string().starts_with("the provider reports: "), "{error}"),
        }
    }
}

#[test]
fn entsoe_s_generation_becomes_the_intensity_of_the_mix() {
    let Some(belgium) = recorded("samples/entsoe/BE_production.xml") else { return };
    let reading = read(ProviderName::Entsoe, "BE", &[&belgium], LATER).unwrap();
    // Biomass 70, gas 700, hydro 46, nuclear 3950, waste and other 810, offshore 2090, onshore 2140; storage is out of the mix, pumping too.
    let total = 70.0 + 700.0 + 46.0 + 3950.0 + 250.0 + 560.0 + 2090.0 + 2140.0;
    let lifecycle =
        (70.0 * 230.0 + 700.0 * 490.0 + 46.0 * 24.0 + 3950.0 * 12.0 + 810.0 * 490.0 + 2090.0 * 12.0 + 2140.0 * 11.0)
            / total;
    let direct = (700.0 + 810.0) * 370.0 / total;
    let [found_direct, found_lifecycle] = &reading.series[..] else { panic!("{reading:?}") };
    for (series, expected) in [(found_direct, direct), (found_lifecycle, lifecycle)] {
        assert_eq!(series.values.len(), 2);
        let found = f64::from(series.values[0].intensity.milligrams_per_kwh()) / 1e3;
        assert!((found - expected).abs() < 0.001, "{found} is not {expected}");
        assert_eq!(series.values[0].status, FactorStatus::Estimated, "8 % is waste and other");
        assert_eq!(series.accounting, Accounting::Production);
    }

    let Some(finland) = recorded("samples/entsoe/FI_production.xml") else { return };
    let reading = read(ProviderName::Entsoe, "FI", &[&finland], LATER).unwrap();
    let [_, lifecycle] = &reading.series[..] else { panic!("{reading:?}") };
    assert_eq!(lifecycle.values.len(), 288, "omitted points repeat the one before: {:?}", reading.refused);
    let refused = read(ProviderName::Entsoe, "SE-SE3", &[&finland], LATER).unwrap_err();
    assert!(refused.to_string().contains("10YFI-1--------U"), "{refused}");
}

#[test]
fn eia_s_rows_are_read_by_fuel_and_hour() {
    let Some(gas) = recorded("samples/eia/US_NW_AVRN-gas.json") else { return };
    let reading = read(ProviderName::Eia, "AVRN", &[&gas], LATER).unwrap();
    let lifecycle = reading.series.iter().find(|series| series.basis == Basis::Lifecycle).unwrap();
    // Hours are named by their end.
    let starts: Vec<_> = lifecycle.values.iter().map(|value| value.interval.end()).collect();
    assert_eq!(starts, [super::time("2022-10-31T11:00:00Z"), super::time("2022-10-31T12:00:00Z")]);
    assert_eq!(lifecycle.values[0].intensity.milligrams_per_kwh(), 490_000, "nothing but gas");
    assert!(reading.refused.iter().any(|refused| refused.reason.contains("announces 3 rows and has 2")));
    for (file, respondent, reason) in [
        ("US_NW_BPAT-wind.json", "BPAT", "WIND has none"),
        ("US_NW_BPAT-consumption.json", "BPAT", "no text \"fueltype\""),
        ("US_CAL_IID-battery_storage.json", "EIA", "no fuel generates anything"),
    ] {
        let Some(text) = recorded(&format!("samples/eia/{file}")) else { return };
        let reading = read(ProviderName::Eia, respondent, &[&text], LATER).unwrap();
        assert!(reading.series.is_empty(), "{file}: {reading:?}");
        assert!(reading.refused.iter().any(|refused| refused.reason.contains(reason)), "{file}: {reading:?}");
    }
}

#[test]
fn another_dataset_of_energinet_is_not_taken_for_emissions() {
    let Some(production) = recorded("samples/energinet/ElectricityProdex5MinRealtime.json") else { return };
    let refused = read(ProviderName::Energinet, "DK-DK1", &[&production], LATER).unwrap_err();
    assert_eq!(refused.to_string(), "the answer has ElectricityProdex5MinRealtime where CO2Emis was asked for");
    // With emissions in the place of production: two areas interleaved, times without offset, nulls.
    let mut document: Value = serde_json::from_slice(&production).unwrap();
    document["dataset"] = "CO2Emis".into();
    for record in document["records"].as_array_mut().unwrap() {
        record["CO2Emission"] = record["SolarPower"].clone();
    }
    let reading = read(ProviderName::Energinet, "DK-DK1", &[document.to_string().as_bytes()], LATER).unwrap();
    assert_eq!((values(&reading).len(), reading.refused.len()), (50, 50));
    assert_eq!(values(&reading).last(), Some(&("2025-02-21T19:10".into(), 7_380)));
}

/// A year of hours of two balancing authorities, whose mix is stated beside an intensity.
#[test]
fn the_mix_reproduces_the_reference_intensity_of_eia_930() {
    let Some(codes) = recorded("factors/fuel_code_map.csv") else { return };
    let codes = FuelCodes::parse(FuelScheme::Eia930, std::str::from_utf8(&codes).unwrap()).unwrap();
    for (authority, gaps) in [("CISO", 3), ("ERCO", 0)] {
        let Some(file) = recorded(&format!("series/eia930_2022/{authority}_2022_hourly_mix.csv.gz")) else { return };
        let mut table = csv::Reader::from_reader(flate2::read::GzDecoder::new(&file[..]));
        let header = table.headers().unwrap().clone();
        let (mut compared, mut empty, mut worst) = (0, 0, 0.0_f64);
        for row in table.records().map(Result::unwrap) {
            let mix = header.iter().zip(&row).filter(|(name, _)| name.len() <= 3);
            let mix: Vec<(&str, f64)> = mix.filter_map(|(name, cell)| Some((name, cell.parse().ok()?))).collect();
            let found = codes.intensity(Basis::Lifecycle, mix);
            match row[row.len() - 1].parse::<f64>() {
                Ok(expected) => {
                    worst = worst.max((found.unwrap().g_per_kwh - expected).abs());
                    compared += 1;
                }
                Err(_) => {
                    assert!(found.unwrap_err().contains("no fuel generates anything"));
                    empty += 1;
                }
            }
        }
        assert_eq!((compared, empty), (8_760 - gaps, gaps), "{authority}");
        // The reference has two decimals.
        assert!(worst <= 0.005_001, "{authority}: off by up to {worst} g/kWh");
    }
}
