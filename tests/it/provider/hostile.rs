//! Answers that must not become a factor: each is refused as a whole, or the value is, by name; what is good beside it is taken.

use super::{read, read_with, values};
use model::ProviderName::{
    self, Eia, ElectricityMaps, Ember, Energinet, Entsoe, OpenElectricity, Rte, UkCarbonIntensity, WattTime,
};
use std::io::Write;
use wattledger::grid::provider::ProviderChoice;
use wattledger::grid::{Basis, FactorStatus};

const NOW: &str = "2026-05-10T12:00:00Z";

/// The zone that each provider is asked for.
const fn zone(name: ProviderName) -> &'static str {
    match name {
        ElectricityMaps | Entsoe | Ember => "DE",
        WattTime | Eia => "US-CAL-CISO",
        UkCarbonIntensity => "GB",
        Energinet => "DK-DK1",
        Rte => "FR",
        OpenElectricity => "AU-NSW",
    }
}

fn electricity_maps(values: &str) -> String {
    format!(r#"{{"zone":"DE","history":[{values}]}}"#)
}

fn hour(value: &str, more: &str) -> String {
    format!(
        r#"{{"zone":"DE","carbonIntensity":{value},"datetime":"2026-05-10T09:00:00.000Z","updatedAt":"2026-05-10T10:00:00.000Z","emissionFactorType":"lifecycle","isEstimated":false,"estimationMethod":null{more}}}"#
    )
}

fn watttime(meta: &str, point: &str) -> String {
    format!(
        r#"{{"data":[{point}],"meta":{{"region":"CAISO_NORTH","signal_type":"co2_moer","model":{{"date":"2026-01-01"}},"units":"lbs_co2_per_mwh","data_point_period_seconds":300{meta}}}}}"#
    )
}

fn half_hour(intensity: &str) -> String {
    format!(r#"{{"data":[{{"from":"2026-05-10T09:00Z","to":"2026-05-10T09:30Z","intensity":{intensity}}}]}}"#)
}

fn eia(rows: &str, total: &str) -> String {
    format!(r#"{{"response":{{"total":{total},"data":[{rows}]}}}}"#)
}

fn fuel(code: &str, period: &str, value: &str) -> String {
    format!(
        r#"{{"period":"{period}","respondent":"CISO","fueltype":"{code}","value":{value},"value-units":"megawatthours"}}"#
    )
}

fn energinet(records: &str) -> String {
    format!(r#"{{"total":1,"limit":12,"dataset":"CO2Emis","records":[{records}]}}"#)
}

fn five_minutes(area: &str, utc: &str, value: &str) -> String {
    format!(
        r#"{{"Minutes5UTC":"{utc}","Minutes5DK":"2026-05-10T11:00:00","PriceArea":"{area}","CO2Emission":{value}}}"#
    )
}

fn rte(fields: &str) -> String {
    format!(r#"{{"nhits":1,"records":[{{"fields":{{"perimetre":"France",{fields}}}}}]}}"#)
}

fn month(fields: &str) -> String {
    format!(r#"{{"data":[{{"entity":"Germany",{fields}}}]}}"#)
}

fn open_electricity(results: &str) -> String {
    format!(r#"{{"data":[{{"unit":"MW","results":[{results}]}}]}}"#)
}

fn document(series: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><GL_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-6:generationloaddocument:3:0"><type>A75</type>{series}</GL_MarketDocument>"#
    )
}

fn time_series(kind: &str, curve: &str, period: &str) -> String {
    format!(
        r#"<TimeSeries><inBiddingZone_Domain.mRID>10Y1001A1001A83F</inBiddingZone_Domain.mRID><quantity_Measure_Unit.name>MAW</quantity_Measure_Unit.name><curveType>{curve}</curveType><MktPSRType><psrType>{kind}</psrType></MktPSRType>{period}</TimeSeries>"#
    )
}

fn period(from: &str, to: &str, resolution: &str, points: &[(u32, &str)]) -> String {
    let points: String = points
        .iter()
        .map(|(place, value)| format!("<Point><position>{place}</position><quantity>{value}</quantity></Point>"))
        .collect();
    format!(
        "<Period><timeInterval><start>{from}</start><end>{to}</end></timeInterval><resolution>{resolution}</resolution>{points}</Period>"
    )
}

/// Two hours of one type.
fn two_hours(kind: &str, curve: &str, points: &[(u32, &str)]) -> String {
    time_series(kind, curve, &period("2026-05-10T08:00Z", "2026-05-10T10:00Z", "PT60M", points))
}

/// Answers of which nothing may be taken, with words of the reason.
fn worthless() -> Vec<(&'static str, ProviderName, String, &'static str)> {
    let html = "<!DOCTYPE html><html><body>Service unavailable</body></html>";
    let mut cases: Vec<_> =
        ProviderName::ALL.iter().map(|name| ("a page", *name, html.to_owned(), "cannot be read")).collect();
    cases.extend(ProviderName::ALL.iter().map(|name| ("nothing", *name, String::new(), "cannot be read")));
    cases.extend([
        ("an error with status 200", ElectricityMaps, r#"{"error":"Invalid auth-token"}"#.to_owned(), "Invalid auth-token"),
        ("an error beside values", ElectricityMaps, r#"{"zone":"DE","history":[],"error":"plan ended"}"#.to_owned(), "plan ended"),
        ("an old shape", ElectricityMaps, r#"{"status":"ok-ish","countryCode":"DE","data":{"carbonIntensity":300}}"#.to_owned(), "no data"),
        ("another zone", ElectricityMaps, r#"{"zone":"FR","history":[]}"#.to_owned(), "FR where DE"),
        ("the zone of the caller", ElectricityMaps, r#"{"zone":"US-CAL-CISO","carbonIntensity":300,"datetime":"2026-05-10T09:00:00Z"}"#.to_owned(), "US-CAL-CISO where DE"),
        ("NaN", ElectricityMaps, electricity_maps(&hour("NaN", "")), "not JSON"),
        ("a text for a number", ElectricityMaps, electricity_maps(&hour("\"312\"", "")), "is \"312\" and not a number"),
        ("1e300", ElectricityMaps, electricity_maps(&hour("1e300", "")), "not the intensity of a grid"),
        ("a negative value", ElectricityMaps, electricity_maps(&hour("-5", "")), "not the intensity of a grid"),
        ("kilograms per MWh as milligrams", ElectricityMaps, electricity_maps(&hour("312000", "")), "not the intensity of a grid"),
        ("another basis", ElectricityMaps, electricity_maps(&hour("312", "").replace("lifecycle", "direct")), "direct where lifecycle"),
        ("no time", ElectricityMaps, electricity_maps(r#"{"carbonIntensity":312}"#), "no text \"datetime\""),
        ("a time without zone", ElectricityMaps, electricity_maps(&hour("312", "").replace("09:00:00.000Z", "09:00:00")), "is not a time"),
        ("between two hours", ElectricityMaps, electricity_maps(&hour("312", "").replace("09:00:00.000Z", "09:20:00Z")), "not the start of 60 minutes"),
        ("the future", ElectricityMaps, electricity_maps(&hour("312", "").replace("2026-05-10T09", "2026-05-11T09")), "still to come"),
        ("one hour twice", ElectricityMaps, electricity_maps(&format!("{},{}", hour("312", ""), hour("412", ""))), "neither is taken"),
        ("a percentile", WattTime, watttime("", "{}").replace("co2_moer", "health_damage"), "health_damage where co2_moer"),
        ("an unknown unit", WattTime, watttime("", "{}").replace("lbs_co2_per_mwh", "percentile"), "percentile where lbs_co2_per_mwh"),
        ("another region", WattTime, watttime("", "{}").replace("CAISO_NORTH", "PJM_NJ"), "PJM_NJ where CAISO_NORTH"),
        ("no edition", WattTime, watttime("", "{}").replace(r#""model":{"date":"2026-01-01"},"#, ""), "no model with a date"),
        ("an endless period", WattTime, watttime("", "").replace("300", "0"), "data_point_period_seconds"),
        ("a text for pounds", WattTime, watttime("", r#"{"point_time":"2026-05-10T09:00:00+00:00","value":"870"}"#), "not a number"),
        ("an error of Great Britain", UkCarbonIntensity, r#"{"error":{"code":"400 Bad Request","message":"no such date"}}"#.to_owned(), "400 Bad Request: no such date"),
        ("an object for a list", UkCarbonIntensity, r#"{"data":{"from":"2026-05-10T09:00Z"}}"#.to_owned(), "no list \"data\""),
        ("a whole hour for half of one", UkCarbonIntensity, half_hour(r#"{"actual":1}"#).replace("09:30Z", "10:00Z"), "does not last half an hour"),
        ("regions alone", UkCarbonIntensity, r#"{"data":[{"from":"2026-05-10T09:00Z","to":"2026-05-10T09:30Z","regions":[]}]}"#.to_owned(), "no \"intensity\""),
        ("a word for a number", UkCarbonIntensity, half_hour(r#"{"forecast":null,"actual":"ND"}"#), "not a number"),
        ("an hour in which nothing generates", Eia, eia(&format!("{},{}", fuel("NG", "2026-05-10T09", "0"), fuel("WND", "2026-05-10T09", "0")), "2"), "taken as a gap"),
        ("a fuel without a value", Eia, eia(&format!("{},{}", fuel("NG", "2026-05-10T09", "null"), fuel("WND", "2026-05-10T09", "9")), "2"), "NG has no value"),
        ("ND for a fuel", Eia, eia(&format!("{},{}", fuel("NG", "2026-05-10T09", "\"ND\""), fuel("SUN", "2026-05-10T09", "null")), "2"), "not a number"),
        ("another respondent", Eia, eia(&fuel("NG", "2026-05-10T09", "9").replace("CISO", "ERCO"), "1"), "it is of ERCO"),
        ("another unit", Eia, eia(&fuel("NG", "2026-05-10T09", "9").replace("megawatthours", "thousand cubic feet"), "1"), "thousand cubic feet"),
        ("an unknown fuel", Eia, eia(&fuel("XYZ", "2026-05-10T09", "9"), "1"), "XYZ has none"),
        ("a day for an hour", Eia, eia(&fuel("NG", "2026-05-10", "9"), "1"), "is not an hour"),
        ("a total in words", Eia, eia("", "\"many\""), "total is not a number"),
        ("another data set", Energinet, energinet("").replace("CO2Emis", "CO2EmisProg"), "CO2EmisProg where CO2Emis"),
        ("another area", Energinet, energinet(&five_minutes("DK2", "2026-05-10T09:00:00", "90")), "it is of area DK2"),
        ("no emissions", Energinet, energinet(r#"{"Minutes5UTC":"2026-05-10T09:00:00","PriceArea":"DK1"}"#), "no \"CO2Emission\""),
        ("an unknown nature", Rte, rte(r#""date_heure":"2026-05-10T09:00:00+00:00","taux_co2":30,"nature":"Prévision""#), "is not known"),
        ("a carbon rate in words", Rte, rte(r#""date_heure":"2026-05-10T09:00:00+00:00","taux_co2":"bas","nature":"Données temps réel""#), "not a number"),
        ("another perimeter", Rte, rte(r#""date_heure":"2026-05-10T09:00:00+00:00","taux_co2":30,"nature":"Données temps réel""#).replace("France", "Bretagne"), "it is of Bretagne"),
        ("another unit of power", OpenElectricity, open_electricity("").replace("MW", "GWh"), "not MW"),
        ("another state", OpenElectricity, open_electricity(r#"{"name":"power_VIC1|wind","data":[["2026-05-10T19:00:00+10:00",5]]}"#), "it is of power_VIC1"),
        ("imports alone", OpenElectricity, open_electricity(r#"{"name":"imports","data":[["2026-05-10T19:00:00+10:00",500]]}"#), "taken as a gap"),
        ("the middle of a month", Ember, month(r#""entity_code":"DEU","date":"2026-03-15","emissions_intensity_gco2_per_kwh":320"#), "not the first day"),
        ("another country", Ember, month(r#""entity_code":"FRA","date":"2026-03-01","emissions_intensity_gco2_per_kwh":20"#), "it is of FRA"),
        ("no data", Entsoe, "<Acknowledgement_MarketDocument><Reason><code>999</code><text>No matching data found</text></Reason></Acknowledgement_MarketDocument>".to_owned(), "has no data: No matching data"),
        ("a refusal", Entsoe, "<Acknowledgement_MarketDocument><Reason><code>401</code><text>Unauthorized</text></Reason></Acknowledgement_MarketDocument>".to_owned(), "reports: 401 Unauthorized"),
        ("another document", Entsoe, document("").replace("A75", "A44"), "not a document A75"),
        ("another bidding zone", Entsoe, document(&two_hours("B04", "A01", &[(1, "5")])).replace("A83F", "A82H"), "10Y1001A1001A82H where"),
        ("another unit of generation", Entsoe, document(&two_hours("B04", "A01", &[(1, "5")])).replace("MAW", "MWH"), "not in MAW"),
        ("an unknown curve", Entsoe, document(&two_hours("B04", "A02", &[(1, "5")])), "curveType \"A02\" is not known"),
        ("an unknown resolution", Entsoe, document(&two_hours("B04", "A01", &[(1, "5")])).replace("PT60M", "P1D"), "P1D"),
        ("a position outside", Entsoe, document(&two_hours("B04", "A01", &[(3, "5")])), "position is not inside"),
        ("ND for megawatts", Entsoe, document(&two_hours("B04", "A01", &[(1, "ND")])), "\"ND\" is not a number"),
        ("infinite megawatts", Entsoe, document(&two_hours("B04", "A01", &[(1, "inf")])), "is not a number"),
        ("nothing but zeros", Entsoe, document(&two_hours("B04", "A03", &[(1, "0")])), "taken as a gap"),
        ("nothing but what plants use", Entsoe, document(&two_hours("B10", "A03", &[(1, "80")])), "taken as a gap"),
        ("nothing but negative values", Entsoe, document(&two_hours("B04", "A03", &[(1, "-80")])), "taken as a gap"),
        ("a broken archive", Entsoe, "PK\u{3}\u{4}nothing".to_owned(), "archive is broken"),
        ("entities that grow", Entsoe, r#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><GL_MarketDocument>&b;</GL_MarketDocument>"#.to_owned(), "not XML"),
    ]);
    cases
}

#[test]
fn what_is_no_factor_is_refused_with_its_reason() {
    let cases = worthless();
    assert!(cases.len() >= 40 + 2 * ProviderName::ALL.len());
    for (what, name, text, expected) in cases {
        let reasons = match read(name, zone(name), &[text.as_bytes()], NOW) {
            Err(error) => error.to_string(),
            Ok(reading) => {
                assert_eq!(values(&reading), [], "{name}: {what}");
                reading.refused.iter().map(|refused| format!("{}: {}\n", refused.place, refused.reason)).collect()
            }
        };
        assert!(reasons.contains(expected), "{name}, {what}: {reasons}");
    }
}

#[test]
fn what_is_null_or_not_known_yet_is_a_gap_and_its_neighbour_is_taken() {
    for (name, text, expected) in [
        (
            ElectricityMaps,
            electricity_maps(&format!("{},{}", hour("null", ""), hour("312", "").replace("T09", "T08"))),
            ("2026-05-10T08:00", 312_000),
        ),
        (
            WattTime,
            watttime("", r#"{"point_time":"2026-05-10T09:00:00+00:00","value":null},{"point_time":"2026-05-10T09:05:00+00:00","value":1000}"#),
            ("2026-05-10T09:05", 453_592),
        ),
        (UkCarbonIntensity, half_hour(r#"{"forecast":201,"actual":null}"#), ("2026-05-10T09:00", 201_000)),
        (
            Energinet,
            energinet(&format!("{},{}", five_minutes("DK1", "2026-05-10T09:05:00", "null"), five_minutes("DK1", "2026-05-10T09:00:00", "88.25"))),
            ("2026-05-10T09:00", 88_250),
        ),
        (
            Rte,
            format!(
                r#"{{"nhits":3,"records":[{0}"taux_co2":"31"{1},{0}"taux_co2":"ND"{2},{0}"taux_co2":null{2}]}}"#,
                r#"{"fields":{"nature":"Données temps réel","#,
                r#","date_heure":"2026-05-10T11:00:00+02:00"}}"#,
                r#","date_heure":"2026-05-10T11:15:00+02:00"}}"#
            ),
            ("2026-05-10T09:00", 31_000),
        ),
        (
            Ember,
            r#"{"data":[{"entity_code":"DEU","date":"2026-03-01","emissions_intensity_gco2_per_kwh":318.5},{"entity_code":"DEU","date":"2026-04-01","emissions_intensity_gco2_per_kwh":null}]}"#.to_owned(),
            ("2026-03-01T00:00", 318_500),
        ),
    ] {
        let reading = read(name, zone(name), &[text.as_bytes()], NOW).unwrap();
        assert_eq!(values(&reading), [(expected.0.to_owned(), expected.1)], "{name}");
        assert_eq!(reading.refused, [], "{name}");
    }
}

#[test]
fn what_was_last_touched_before_its_hour_is_an_estimate_whatever_it_says() {
    let early = hour("312", "").replace("2026-05-10T10:00", "2026-05-10T08:50");
    let reading = read(ElectricityMaps, "DE", &[electricity_maps(&early).as_bytes()], NOW).unwrap();
    assert_eq!(reading.series[0].values[0].status, FactorStatus::Estimated);
    let direct = ProviderChoice { basis: Basis::Direct, ..ProviderChoice::default() };
    let reply = electricity_maps(&hour("312", "").replace("lifecycle", "direct"));
    let reading = read_with(ElectricityMaps, direct, "DE", &[reply.as_bytes()], NOW).unwrap();
    assert_eq!((reading.series[0].basis, reading.series[0].values[0].status), (Basis::Direct, FactorStatus::Measured));
}

/// mg/kWh over the lifecycle.
fn lifecycle(name: ProviderName, text: &str) -> Vec<(String, u32)> {
    let mut reading = read(name, zone(name), &[text.as_bytes()], "2026-11-01T00:00:00Z").unwrap();
    reading.series.retain(|series| series.basis == Basis::Lifecycle);
    values(&reading)
}

#[test]
fn a_missing_position_repeats_on_one_curve_and_is_a_gap_on_the_other() {
    let both = |curve| {
        document(&(two_hours("B04", curve, &[(1, "300")]) + &two_hours("B14", "A01", &[(1, "100"), (2, "300")])))
    };
    let (mixed, even) = ((300.0 * 490.0 + 100.0 * 12.0) / 400.0, (490.0 + 12.0) / 2.0);
    let first = ("2026-05-10T08:00".to_owned(), (mixed * 1e3) as u32);
    let second = ("2026-05-10T09:00".to_owned(), (even * 1e3) as u32);
    assert_eq!(lifecycle(Entsoe, &both("A03")), [first.clone(), second]);
    assert_eq!(lifecycle(Entsoe, &both("A01")), [first]);
}

#[test]
fn resolutions_and_periods_of_one_document_are_brought_to_the_longest_step() {
    let quarter = |from, to| period(from, to, "PT15M", &[(1, "100"), (2, "100"), (3, "300"), (4, "300")]);
    let gas = quarter("2026-05-10T08:00Z", "2026-05-10T09:00Z") + &quarter("2026-05-10T10:00Z", "2026-05-10T11:00Z");
    let hours = period("2026-05-10T08:00Z", "2026-05-10T11:00Z", "PT60M", &[(1, "200"), (2, "200"), (3, "600")]);
    let text = document(&(time_series("B04", "A01", &gas) + &time_series("B14", "A01", &hours)));
    let expected = [("2026-05-10T08:00".to_owned(), 251_000), ("2026-05-10T10:00".to_owned(), 131_500)];
    assert_eq!(lifecycle(Entsoe, &text), expected, "an hour without gas is a gap");
}

#[test]
fn a_day_on_which_clocks_change_has_the_hours_that_it_has() {
    // 29 March 2026 has 23 hours in Berlin, 25 October 25: the document says so in UTC.
    for (from, to, hours) in
        [("2026-03-28T23:00Z", "2026-03-29T22:00Z", 23_u32), ("2026-10-24T22:00Z", "2026-10-25T23:00Z", 25)]
    {
        let points: Vec<_> = (1..=hours).map(|place| (place, "400")).collect();
        let text = document(&time_series("B04", "A01", &period(from, to, "PT60M", &points)));
        assert_eq!(lifecycle(Entsoe, &text).len(), hours as usize);
    }
    // The repeated hour has two offsets in France, and one name in Denmark that is not read.
    let record =
        |time: &str| format!(r#"{{"fields":{{"date_heure":"{time}","taux_co2":40,"nature":"Données consolidées"}}}}"#);
    let text =
        format!(r#"{{"records":[{},{}]}}"#, record("2026-10-25T02:30:00+01:00"), record("2026-10-25T02:30:00+02:00"));
    let reading = read(Rte, "FR", &[text.as_bytes()], "2026-11-01T00:00:00Z").unwrap();
    assert_eq!(values(&reading), [("2026-10-25T00:30".to_owned(), 40_000), ("2026-10-25T01:30".to_owned(), 40_000)]);
    let text = energinet(&format!(
        "{},{}",
        five_minutes("DK1", "2026-10-25T01:00:00", "60"),
        five_minutes("DK1", "2026-10-25T00:00:00", "50")
    ));
    let reading = read(Energinet, "DK-DK1", &[text.as_bytes()], "2026-11-01T00:00:00Z").unwrap();
    assert_eq!(values(&reading), [("2026-10-25T00:00".to_owned(), 50_000), ("2026-10-25T01:00".to_owned(), 60_000)]);
}

#[test]
fn what_is_not_generation_stays_out_of_a_mix() {
    let series = |name: &str, megawatts: &str| {
        format!(r#"{{"name":"power_NSW1|{name}","data":[["2026-05-10T19:00:00+10:00",{megawatts}]]}}"#)
    };
    let text = open_electricity(
        &[
            series("coal_black", "600"),
            series("wind", "200"),
            series("imports", "900"),
            series("battery_charging", "-50"),
            series("solar_utility", "-1"),
        ]
        .join(","),
    );
    // (600 x 820 + 200 x 11) / 800
    assert_eq!(lifecycle(OpenElectricity, &text), [("2026-05-10T09:00".to_owned(), 617_750)]);
    let pumping = two_hours("B10", "A03", &[(1, "500")]).replace("inBiddingZone_Domain", "outBiddingZone_Domain");
    let text = document(&(two_hours("B04", "A03", &[(1, "100")]) + &pumping + &two_hours("B25", "A03", &[(1, "-70")])));
    assert_eq!(lifecycle(Entsoe, &text)[0].1, 490_000);
    let rows = [
        fuel("NG", "2026-05-10T09", "\"100\""),
        fuel("BAT", "2026-05-10T09", "-400"),
        fuel("SUN", "2026-05-10T09", "-2"),
    ];
    assert_eq!(lifecycle(Eia, &eia(&rows.join(","), "\"3\"")), [("2026-05-10T08:00".to_owned(), 490_000)]);
}

#[test]
fn an_answer_that_came_as_an_archive_is_unpacked() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, day) in [("a.xml", "2026-05-10"), ("b.xml", "2026-05-09")] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        let text = document(&two_hours("B04", "A03", &[(1, "7")])).replace("2026-05-10", day);
        archive.write_all(text.as_bytes()).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    let reading = read(Entsoe, "DE", &[&bytes], NOW).unwrap();
    assert_eq!(
        reading
            .series
            .iter()
            .filter(|series| series.basis == Basis::Lifecycle)
            .map(|series| series.values.len())
            .sum::<usize>(),
        4
    );
}
