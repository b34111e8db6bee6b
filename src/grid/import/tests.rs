use super::*;
use crate::grid::Basis;
use model::FactorUnit;
use units::Timestamp;

fn germany() -> ImportTerms {
    ImportTerms { zone: Some("DE".into()), ..ImportTerms::default() }
}

fn read(text: &str, terms: &ImportTerms) -> FileReading {
    read_factors(text.as_bytes(), terms).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// mg/kWh of the first series.
fn milligrams(read: &FileReading) -> Vec<u32> {
    let values = read.reading.series.first().map(|series| series.values.as_slice()).unwrap_or_default();
    values.iter().map(|value| value.intensity.milligrams_per_kwh()).collect()
}

fn refusals(read: &FileReading) -> Vec<(&str, &str)> {
    read.reading.refused.iter().map(|refused| (refused.place.as_str(), refused.reason.as_str())).collect()
}

/// `datetime_utc,g_per_kwh` with one row for each of `times`.
fn csv<'a>(times: impl IntoIterator<Item = &'a str>) -> String {
    let rows = times.into_iter().map(|time| format!("{time},300\n"));
    ["datetime_utc,g_per_kwh\n".to_owned()].into_iter().chain(rows).collect()
}

/// The hours from `from` on, as text.
fn hours(from: &str, count: i64) -> Vec<String> {
    let start = crate::moment::parse(from).unwrap().nanoseconds() / 1_000_000_000;
    let text = |hour| {
        let at = chrono::DateTime::from_timestamp(start + hour * 3_600, 0).unwrap();
        at.format("%Y-%m-%dT%H:%MZ").to_string()
    };
    (0..count).map(text).collect()
}

#[test]
fn a_file_with_both_bases_is_two_series_plain_or_gzipped() {
    use std::io::Write;
    let text = "datetime_utc,direct_g,lifecycle_g\n2020-01-01T00:00Z,275.2,354.3\n2020-01-01T01:00Z,271.6,349.8\n";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let plain = read(text, &germany());
    assert_eq!(plain, read_factors(&gzip.finish().unwrap(), &germany()).unwrap());
    let of = |basis: Basis| plain.reading.series.iter().find(|series| series.basis == basis).unwrap();
    let first = |basis| of(basis).values[0].intensity.milligrams_per_kwh();
    assert_eq!((first(Basis::Direct), first(Basis::Lifecycle)), (275_200, 354_300));
    let only = read(text, &ImportTerms { basis: Some(Basis::Direct), ..germany() });
    assert_eq!((only.reading.series.len(), milligrams(&only)), (1, vec![275_200, 271_600]));
}

#[test]
fn the_step_is_that_of_the_file_and_intervals_never_overlap() {
    let half = csv(["2026-10-24T00:00Z", "2026-10-24T00:30Z", "2026-10-24T01:00Z", "2026-10-24T01:30Z"]);
    let length = |read: &FileReading| read.reading.series[0].values[0].interval.span().nanoseconds() / 1_000_000_000;
    assert_eq!(length(&read(&half, &germany())), 1_800);
    let times = hours("2026-10-24", 12);
    let mut times: Vec<&str> = times.iter().map(String::as_str).collect();
    times.insert(3, "2026-10-24T02:30Z");
    let stray = read(&csv(times), &germany());
    assert_eq!((length(&stray), stray.reading.series[0].values.len()), (3_600, 12));
    let reason = "it starts inside another interval of the file: import intervals of one length at a time";
    assert_eq!(refusals(&stray), [("line 5", reason)]);
    let mixed = read(
        &csv(["2026-10-24T00:00Z", "2026-10-24T00:30Z", "2026-10-24T01:00Z", "2026-10-24T02:00Z", "2026-10-24T03:00Z"]),
        &germany(),
    );
    assert!(mixed.reading.series.is_empty() && mixed.reading.refused.len() == 5, "{mixed:?}");
    assert!(refusals(&mixed)[0].1.contains("30 and 60 minutes apart"));
    let months = read(&csv(["2024-01-01", "2024-02-01", "2024-03-01"]), &germany());
    let ends: Vec<_> =
        months.reading.series[0].values.iter().map(|value| crate::moment::show_short(value.interval.end())).collect();
    assert_eq!(ends, ["2024-02-01", "2024-03-01", "2024-04-01"]);
    assert_eq!(months.reading.series[0].values[0].status, FactorStatus::Fallback);
}

#[test]
fn an_empty_cell_is_a_gap_and_offsets_are_different_hours() {
    let gap =
        read("datetime_utc,g_per_kwh\n2026-10-24T00:00Z,200\n2026-10-24T01:00Z,\n2026-10-24T02:00Z,220\n", &germany());
    assert_eq!((milligrams(&gap), gap.gaps, refusals(&gap).len()), (vec![200_000, 220_000], 1, 0));
    let offsets = read(
        "datetime_utc,g_per_kwh\n2026-10-25T01:00+02:00,301\n2026-10-25T02:00+02:00,302\n2026-10-25T02:00+01:00,303\n2026-10-25T03:00+01:00,304\n",
        &germany(),
    );
    assert_eq!((milligrams(&offsets), refusals(&offsets).len()), (vec![301_000, 302_000, 303_000, 304_000], 0));
    let start = crate::moment::parse("2026-10-24T23:00Z").unwrap();
    assert_eq!(offsets.reading.series[0].values[0].interval.start(), start);
}

#[test]
fn units_other_than_grams_are_stated() {
    let text = "datetime_utc,g_per_kwh\n2026-10-24T00:00Z,754.0\n2026-10-24T01:00Z,0.342\n";
    let of = |unit| milligrams(&read(text, &ImportTerms { unit: Some(unit), ..germany() }));
    assert_eq!(of(FactorUnit::PoundsPerMwh)[0], 342_009);
    assert_eq!(of(FactorUnit::GramsPerKwh), [754_000, 342]);
    let kilograms = "datetime_utc,kg_per_kwh\n2026-10-24T00:00Z,0.342\n2026-10-24T01:00Z,0.3425\n";
    let error = read_factors(kilograms.as_bytes(), &germany()).unwrap_err().to_string();
    assert!(error.contains("--unit kg/kWh"), "{error}");
    let stated = ImportTerms { unit: Some(FactorUnit::KilogramsPerKwh), ..germany() };
    assert_eq!(milligrams(&read(kilograms, &stated)), [342_000, 342_500]);
    assert_eq!(
        milligrams(&read(kilograms, &ImportTerms { unit: Some(FactorUnit::KilogramsPerKwh), ..germany() }))[1],
        342_500
    );
}

#[test]
fn one_time_with_two_values_is_refused_with_both_lines_and_the_same_value_twice_is_not() {
    let text = "datetime_utc,g_per_kwh\n2026-01-05T00:00Z,1\n2026-01-05T01:00Z,2\n2026-01-05T01:00Z,3\n2026-01-05T00:00Z,1\n2026-01-05T02:00Z,4\n";
    let read = read(text, &germany());
    assert_eq!(milligrams(&read), [1_000, 4_000]);
    assert_eq!(refusals(&read).iter().map(|(place, _)| *place).collect::<Vec<_>>(), ["line 3", "line 4"]);
    assert!(refusals(&read)[0].1.starts_with("lines 3 and 4 have different values"));
}

#[test]
fn local_time_written_as_utc_is_found_where_clocks_change() {
    for (zone, from, skipped, expected) in [
        ("DE", "2026-03-28", Some("2026-03-29T02:00Z"), Some("Europe/Berlin")),
        ("GB", "2026-03-28", Some("2026-03-29T01:00Z"), Some("Europe/London")),
        ("US-CAL-CISO", "2026-03-07", Some("2026-03-08T02:00Z"), Some("America/Los_Angeles")),
        // Another hour that is missing is a gap, as in the series of France 2020.
        ("FR", "2020-03-28", Some("2020-03-29T00:00Z"), None),
        ("DE", "2026-03-28", None, None),
        ("IN", "2026-03-28", Some("2026-03-29T02:00Z"), None),
    ] {
        let times = hours(from, 72);
        let text = csv(times.iter().map(String::as_str).filter(|time| Some(*time) != skipped));
        let read = read(&text, &ImportTerms { zone: Some(zone.into()), ..ImportTerms::default() });
        match expected {
            Some(name) => {
                assert!(read.reading.series.is_empty() && refusals(&read)[0].1.contains(name), "{zone} {read:?}")
            }
            None => assert!(refusals(&read).is_empty(), "{zone} {skipped:?}: {:?}", refusals(&read)),
        }
    }
    let times = hours("2026-10-24", 48);
    let mut times: Vec<&str> = times.iter().map(String::as_str).collect();
    times.insert(26, "2026-10-25T02:00Z");
    let twice = read(&csv(times), &germany());
    assert!(
        twice.reading.series.is_empty() && refusals(&twice)[0].1.contains("comes twice"),
        "{:?}",
        refusals(&twice)[0]
    );
}

#[test]
fn files_of_electricity_maps_say_their_type_and_what_is_estimated() {
    let portal = "Datetime (UTC),Country,Zone name,Zone id,Carbon intensity gCO₂eq/kWh (direct),Carbon intensity gCO₂eq/kWh (Life cycle),\
        Carbon-free energy percentage (CFE%),Renewable energy percentage (RE%),Data source,Data estimated,Data estimation method\n\
        2025-01-01 00:00:00,Germany,Germany,DE,301.5,352.25,50,45,entsoe.eu,false,\n\
        2025-01-01 01:00:00,Germany,Germany,DE,302,353,50,45,entsoe.eu,true,TIME_SLICER_AVERAGE\n";
    let extract = "datetime_utc,direct_g,lifecycle_g,low_carbon_pct,renewable_pct,estimated,method\n\
        2025-01-01T00:00Z,301.5,352.25,50,45,0,\n2025-01-01T01:00Z,302,353,50,45,1,TIME_SLICER_AVERAGE\n";
    for text in [portal, extract] {
        let found = read(text, &germany());
        assert_eq!(found.reading.series.len(), 2);
        for series in &found.reading.series {
            assert_eq!(
                (series.accounting, series.publisher.as_str(), series.licence.as_str()),
                (Accounting::Consumption, "Electricity Maps", "ODbL-1.0")
            );
            let statuses: Vec<_> = series.values.iter().map(|value| (value.status, value.method.as_deref())).collect();
            let expected = [(FactorStatus::Measured, None), (FactorStatus::Estimated, Some("TIME_SLICER_AVERAGE"))];
            assert_eq!(statuses, expected);
        }
    }
    assert_eq!(read(portal, &ImportTerms::default()).reading.series[0].zone, "DE", "the file names its zone");
    let other = read(portal, &ImportTerms { zone: Some("FR".into()), ..ImportTerms::default() });
    assert_eq!((other.reading.series.len(), other.other_zones), (0, 2));
}

#[test]
fn yearly_tables_are_taken_as_they_are() {
    let default = include_bytes!("../../../config/grid/yearly_factors.csv");
    let table = read_factors(default, &germany()).unwrap();
    let series = &table.reading.series[0];
    assert_eq!((series.publisher.as_str(), series.values[0].intensity.milligrams_per_kwh()), ("Ember", 342_060));
    assert_eq!(series.values[0].interval.start(), crate::moment::parse("2024-01-01").unwrap());
    assert!(table.other_zones > 200);
    assert!(read_factors(default, &ImportTerms::default()).unwrap().reading.series.len() > 280);
    let odbl = include_bytes!("../../../config/grid/share-alike/electricitymaps_yearly_odbl.csv");
    let of_sweden = read_factors(odbl, &ImportTerms { zone: Some("SE".into()), ..ImportTerms::default() }).unwrap();
    let years: Vec<_> = of_sweden
        .reading
        .series
        .iter()
        .map(|series| (series.accounting, series.values[0].intensity.milligrams_per_kwh()))
        .collect();
    assert_eq!(years, [25_000, 23_000, 21_000].map(|value| (Accounting::Consumption, value)));
    let states = include_bytes!("../../../config/grid/egrid2023_states_rev2.csv");
    let alabama = read_factors(states, &ImportTerms { zone: Some("US-AL".into()), ..ImportTerms::default() }).unwrap();
    assert_eq!(milligrams(&alabama), [323_854]);
}

#[test]
fn what_cannot_be_used_is_refused_with_its_line_or_its_column() {
    for (text, expected) in [
        ("datetime_utc,direct\n", "no column g_per_kwh, direct_g or lifecycle_g"),
        ("time,g_per_kwh\n", "no column datetime_utc"),
        ("", "no column datetime_utc"),
        ("datetime_utc,g_per_kwh,lifecycle_g\n", "two columns have lifecycle values"),
    ] {
        let message = read_factors(text.as_bytes(), &germany()).unwrap_err().to_string();
        assert!(message.contains(expected), "{text}: {message}");
    }
    let header = "datetime_utc,g_per_kwh\n2026-01-05T00:00Z,1\n";
    for (row, expected) in [
        ("2026-01-05T01:00Z,-1", "\"-1\" is not a carbon intensity"),
        ("2026-01-05T01:00Z,NaN", "\"NaN\""),
        ("2026-01-05T01:00Z,1500.001", "check the unit"),
        ("2026-01-05T01:00Z,\"1,5\"", "is not a carbon intensity"),
        ("yesterday,1", "\"yesterday\" is not a time"),
        ("2026-01-05T01:00Z", "line 3"),
    ] {
        let found = read(&format!("{header}{row}\n"), &germany());
        let (place, reason) = refusals(&found)[0];
        assert!(place == "line 3" && format!("{place}: {reason}").contains(expected), "{row}: {reason}");
    }
    let unzoned = read_factors(header.as_bytes(), &ImportTerms::default()).unwrap_err();
    assert!(unzoned.to_string().contains("--zone"));
}

/// A whole year in the shape of the pinned file, hour by hour.
#[test]
fn a_year_of_hours_is_read_to_the_last() {
    let rows = hours("2024-01-01", 8_784).into_iter().map(|time| format!("{time},275.2,354.3\n"));
    let text: String = ["datetime_utc,direct_g,lifecycle_g\n".to_owned()].into_iter().chain(rows).collect();
    let found = read(&text, &germany());
    let last = found.reading.series[1].values.last().unwrap().interval;
    assert_eq!((found.lines.len(), last.end()), (8_784, Timestamp::from_seconds(1_735_689_600).unwrap()));
}
