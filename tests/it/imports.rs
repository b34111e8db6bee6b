//! `grid import FILE --zone Z`: each form of file as it is, and what is refused with its place and the way out.

use crate::command::Answer;
use crate::provider::recorded;
use crate::service::{Data, Service};
use std::io::Write;
use std::path::PathBuf;

/// A service, and a folder of files for it.
struct Importer {
    service: Service,
    data: Data,
}

impl Importer {
    fn new() -> Self {
        let data = Data::new();
        let service = Service::start(&data.path(), "");
        Self { service, data }
    }

    fn import(&self, file: &str, content: impl AsRef<[u8]>, more: &[&str]) -> Answer {
        let path: PathBuf = self.data.path().with_file_name(file);
        std::fs::write(&path, content).unwrap();
        self.service.command(&self.service.admin, &[&["grid", "import", path.to_str().unwrap()], more].concat())
    }

    /// mg/kWh and step of the fallback order of a zone at a moment.
    fn known(&self, zone: &str, at: &str) -> (u64, u64) {
        let path = format!("/api/v1/grid/intensity?zone={zone}&at={at}");
        let found = self.service.get(&path, &self.service.admin).json();
        (found["intensity_mg_per_kwh"].as_u64().unwrap(), found["fallback_step"].as_u64().unwrap())
    }
}

/// `answer` took and refused so many, and says each of `texts`.
fn expect(answer: &Answer, taken: usize, refused: usize, texts: &[&str]) {
    assert!(answer.stdout.starts_with(&format!("taken {taken}, refused {refused}\n")), "{answer:?}");
    assert_eq!(answer.code, if taken == 0 && refused > 0 { 2 } else { 0 }, "{answer:?}");
    texts.iter().for_each(|text| assert!(answer.stdout.contains(text), "{text}: {answer:?}"));
}

/// 24 hours of `value`, but for those in `others`, by hour.
fn day(day: &str, value: &str, others: &[(usize, &str)]) -> String {
    let row = |hour| {
        let value = others.iter().find(|(other, _)| *other == hour).map_or(value, |(_, value)| value);
        format!("{day}T{hour:02}:00Z,{value}\n")
    };
    ["datetime_utc,g_per_kwh\n".to_owned()].into_iter().chain((0..24).map(row)).collect()
}

#[test]
fn units_gaps_offsets_and_half_hours_are_read_as_they_are_meant() {
    let importer = Importer::new();
    let of_germany =
        |file, content: &str, more: &[&str]| importer.import(file, content, &[&["--zone", "DE"], more].concat());
    let halves = "datetime_utc,g_per_kwh\n2026-10-20T00:00Z,100\n2026-10-20T00:30Z,300\n2026-10-20T01:00Z,110\n2026-10-20T01:30Z,310\n";
    expect(&of_germany("half.csv", halves, &[]), 4, 0, &["4 new"]);
    assert_eq!(
        [importer.known("DE", "2026-10-20T00:29Z"), importer.known("DE", "2026-10-20T00:30Z")],
        [(100_000, 1), (300_000, 1)]
    );
    let gap = "datetime_utc,g_per_kwh\n2026-10-21T00:00Z,200\n2026-10-21T01:00Z,\n2026-10-21T02:00Z,220\n";
    expect(&of_germany("gap.csv", gap, &["--edition", "gap"]), 2, 0, &["1 row without a value: a gap"]);
    assert_eq!(importer.known("DE", "2026-10-21T01:30Z"), (342_060, 6));
    let offsets =
        "datetime_utc,g_per_kwh\n2026-10-25T02:00+02:00,302\n2026-10-25T02:00+01:00,303\n2026-10-25T03:00+01:00,304\n";
    expect(&of_germany("offsets.csv", offsets, &["--edition", "offsets"]), 3, 0, &[]);
    let hours = ["2026-10-25T00:00Z", "2026-10-25T01:00Z", "2026-10-25T02:00Z"].map(|at| importer.known("DE", at).0);
    assert_eq!(hours, [302_000, 303_000, 304_000]);

    let kilograms = of_germany("kg.csv", &day("2026-10-22", "0.342", &[]), &[]);
    expect(
        &kilograms,
        0,
        24,
        &["lines 2-25: ", "a thousand times below what is known of this zone, 342.06", "give --unit kg/kWh"],
    );
    expect(&of_germany("kg.csv", &day("2026-10-22", "0.342", &[]), &["--unit", "kg/kWh"]), 24, 0, &[]);
    assert_eq!(importer.known("DE", "2026-10-22T05:00Z"), (342_000, 1));
    let pounds = day("2026-10-23", "754.0", &[]);
    expect(&of_germany("lb.csv", &pounds, &["--unit", "lb/MWh", "--edition", "lb"]), 24, 0, &[]);
    assert_eq!(importer.known("DE", "2026-10-23T05:00Z"), (342_009, 1));
}

/// The history of a zone is what was imported before, not only what is bundled.
#[test]
fn a_value_a_thousand_times_off_the_history_of_its_zone_is_refused_with_line_reason_and_fix() {
    let importer = Importer::new();
    let zone = ["--zone", "DE", "--publisher", "TSO", "--edition", "1"];
    let first = importer.import("first.csv", day("2026-03-01", "90", &[]), &zone);
    expect(&first, 24, 0, &[]);
    let one = importer.import("one.csv", day("2026-03-02", "90", &[(5, "0.09")]), &zone);
    expect(&one, 23, 1, &["line 7: it is about a thousand times below the other values: write it in g/kWh"]);
    let all = importer.import("all.csv", day("2026-03-03", "0.09", &[]), &zone);
    expect(&all, 0, 24, &["lines 2-25: the file's values are about a thousand times below", "give --unit kg/kWh"]);
    let above = importer.import("above.csv", day("2026-03-04", "90", &[(3, "90000")]), &zone);
    expect(
        &above,
        23,
        1,
        &["line 5: \"90000\" is not a carbon intensity of a grid, which is 0 to 1500 g/kWh: check the unit (--unit)"],
    );
    // Clean hours are no error.
    expect(&importer.import("zero.csv", day("2026-03-05", "90", &[(3, "0"), (4, "1.2")]), &zone), 24, 0, &[]);
    let clean = importer.import("clean.csv", day("2026-03-06", "0.5", &[]), &["--zone", "IS", "--edition", "1"]);
    expect(&clean, 24, 0, &[]);
    let off = importer.import("off.csv", day("2026-03-07", "500", &[]), &["--zone", "IS", "--edition", "1"]);
    expect(&off, 0, 24, &["a thousand times above what is known of this zone, 0.5", "divide them by 1000"]);
}

const BELGIUM: &str = r#"<?xml version="1.0" encoding="UTF-8"?><GL_MarketDocument xmlns="urn:x"><type>A75</type>
<TimeSeries><inBiddingZone_Domain.mRID>10YBE----------2</inBiddingZone_Domain.mRID><curveType>A03</curveType><MktPSRType><psrType>B04</psrType></MktPSRType>
<Period><timeInterval><start>2026-01-05T00:00Z</start><end>2026-01-05T03:00Z</end></timeInterval><resolution>PT60M</resolution>
<Point><position>1</position><quantity>300</quantity></Point><Point><position>3</position><quantity>100</quantity></Point></Period></TimeSeries>
<TimeSeries><inBiddingZone_Domain.mRID>10YBE----------2</inBiddingZone_Domain.mRID><curveType>A01</curveType><MktPSRType><psrType>B14</psrType></MktPSRType>
<Period><timeInterval><start>2026-01-05T00:00Z</start><end>2026-01-05T03:00Z</end></timeInterval><resolution>PT60M</resolution>
<Point><position>1</position><quantity>100</quantity></Point><Point><position>2</position><quantity>100</quantity></Point></Period></TimeSeries></GL_MarketDocument>"#;

#[test]
fn answers_of_entsoe_and_eia_are_read_as_those_of_live_providers() {
    let importer = Importer::new();
    let belgium = importer.import("be.xml", BELGIUM, &["--zone", "BE"]);
    expect(
        &belgium,
        2,
        1,
        &[
            "2026-01-05T02:00:00Z: B14 has no value",
            "BE: 2 values, direct, CO2e, production; publisher ENTSO-E, mix computed",
        ],
    );
    // (300 x 490 + 100 x 12) / 400, at step 3: computed from the mix.
    assert_eq!(importer.known("BE", "2026-01-05T00:30Z"), (370_500, 3));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(BELGIUM.as_bytes()).unwrap();
    expect(&importer.import("be.xml.gz", gzip.finish().unwrap(), &["--zone", "BE"]), 2, 1, &["0 new, 4 known already"]);

    let rows = [
        ("2026-01-05T01", "NG", "600"),
        ("2026-01-05T01", "NUC", "200"),
        ("2026-01-05T02", "NG", "null"),
        ("2026-01-05T02", "NUC", "200"),
    ];
    let rows = rows.map(|(period, fuel, value)| {
        format!(r#"{{"period":"{period}","respondent":"CISO","fueltype":"{fuel}","value":{value},"value-units":"megawatthours"}}"#)
    });
    let answer = format!(r#"{{"response":{{"total":4,"data":[{}]}}}}"#, rows.join(","));
    let california = importer.import("ciso.json", &answer, &["--zone", "US-CAL-CISO"]);
    expect(&california, 1, 1, &["2026-01-05T01:00:00Z: NG has no value", "publisher EIA, mix computed"]);
    assert_eq!(importer.known("US-CAL-CISO", "2026-01-05T00:00Z"), (370_500, 3), "hours are named by their end");

    for (file, content, options, expected) in [
        ("be.xml", BELGIUM, &["--zone", "FR"][..], "10YBE----------2 where 10YFR-RTE------C was asked for"),
        ("be.xml", BELGIUM, &[], "the file does not say its zone: give --zone"),
        ("be.xml", BELGIUM, &["--zone", "US-CAL-CISO"], "ENTSO-E, which is not known to have zone US-CAL-CISO"),
        ("be.xml", BELGIUM, &["--zone", "BE", "--unit", "kg/kWh"], "says itself what it is: leave --unit out"),
        ("be.xml", BELGIUM, &["--zone", "BE", "--year", "2026"], "the file says its times itself: leave --year out"),
        ("page.html", "<html><body>sign in</body></html>", &["--zone", "BE"], "it is a document \"html\""),
        (
            "none.xml",
            "<Acknowledgement_MarketDocument><Reason><code>999</code><text>No matching data</text></Reason></Acknowledgement_MarketDocument>",
            &["--zone", "BE"],
            "the provider has no data: No matching data",
        ),
        ("ciso.json", &answer, &["--zone", "US-TEX-ERCO"], "it is of CISO"),
        (
            "error.json",
            r#"{"error":"API_KEY_INVALID"}"#,
            &["--zone", "US-CAL-CISO"],
            "the provider reports: API_KEY_INVALID",
        ),
        ("other.json", r#"{"zone":"DE","history":[]}"#, &["--zone", "US-CAL-CISO"], "it has no \"response\""),
    ] {
        let refused = importer.import(file, content, options);
        assert_eq!(refused.code, 2, "{file}: {refused:?}");
        assert!(format!("{}{}", refused.stdout, refused.stderr).contains(expected), "{file}: {expected}: {refused:?}");
    }
}

#[test]
fn hours_by_fuel_become_intensities_and_what_is_no_mix_is_refused() {
    let importer = Importer::new();
    let california = ["--zone", "US-CAL-CISO"];
    let mix = "datetime_utc,WND,SUN,WAT,OIL,NG,COL,NUC,OTH,dcrl_avg_ci_g\n\
        2022-01-01T00:00Z,1000,-5,1000,0,6000,0,2000,0,1.0\n2022-01-01T01:00Z,0,0,0,0,0,0,0,0,\n\
        2022-01-01T02:00Z,1000,,1000,0,6000,0,2000,0,1.0\n2022-01-01T03:00Z,,,,,,,,,\n2022-01-01T04:00Z,1000,0,1000,x,6000,0,2000,0,1.0\n";
    let answer = importer.import("mix.csv", mix, &california);
    expect(
        &answer,
        1,
        3,
        &[
            "line 3: no fuel generates anything",
            "line 4: SUN has no value, and so the mix is not known",
            "line 6: \"x\" is not a generation in MW",
            "1 row without a value",
        ],
    );
    // (1000 x 11 + 1000 x 24 + 6000 x 490 + 2000 x 12) / 10000; a plant's own use counts as 0.
    assert_eq!(importer.known("US-CAL-CISO", "2022-01-01T00:00Z"), (299_900, 3));
    let unknown = importer.import("mix.csv", "datetime_utc,WND,NG,H2\n2022-01-01T00:00Z,1,1,1\n", &california);
    assert!(unknown.code == 2 && unknown.stderr.contains("the column H2 of the generation mix"), "{unknown:?}");
    let united = importer.import("mix.csv", mix, &["--zone", "US-CAL-CISO", "--unit", "lb/MWh"]);
    assert!(united.code == 2 && united.stderr.contains("leave --unit out"), "{united:?}");
}

#[test]
fn tables_without_a_year_take_that_of_the_bundled_edition_or_the_stated_one() {
    let importer = Importer::new();
    let canada = include_str!("../../config/grid/canada_provincial_mix_pct_2023.csv");
    let ontario = importer.import("mix.csv", canada, &["--zone", "CA-ON"]);
    expect(&ontario, 1, 0, &["CA-ON: 1 value, lifecycle, CO2e, production", "mix 2023 of codecarbon"]);
    let margins = include_str!("../../config/grid/share-alike/ifi_operating_margin_2021_ccbysa.csv");
    let germany = importer.import("margins.csv", margins, &["--zone", "DE"]);
    expect(&germany, 1, 0, &["DE: 1 value, direct, CO2, marginal", "licence CC-BY-SA-4.0"]);
    assert_eq!(importer.known("DE", "2021-06-01"), (342_060, 6), "a margin never stands for an average");
    let changed = "iso3,name,operating_margin\nDEU,Germany,600\nXXX,memo,1\n";
    let refused = importer.import("margins.csv", changed, &["--zone", "DE"]);
    assert!(
        refused.code == 2 && refused.stderr.contains("does not say its year") && refused.stderr.contains("--year"),
        "{refused:?}"
    );
    let stated = importer.import("margins.csv", changed, &["--zone", "DE", "--year", "2022"]);
    expect(&stated, 1, 0, &["edition not stated", "1 row of other zones left out"]);
    let uncovered = "province,naturalGas,nuclear,petroleum,coal,hydro,wind,total\nnunavut,0,0,100,0,0,0,100\n";
    let refused = importer.import("mix.csv", uncovered, &["--zone", "CA-NU", "--year", "2023"]);
    assert!(refused.stdout.contains("fuels with a factor generate 0"), "{refused:?}");
}

/// Real files whose licences keep them out of this repository.
#[test]
fn real_files_are_taken_as_they_are() {
    let importer = Importer::new();
    let import = |path: &str, more: &[&str]| {
        recorded(path).map(|bytes| importer.import(path.rsplit('/').next().unwrap(), bytes, more))
    };
    for (path, zone, taken, refused) in [
        ("cases/grid/half_hour.csv", "DE", None, 0),
        ("cases/grid/gap_null.csv", "PL", Some(2), 0),
        ("cases/grid/offsets.csv", "AT", Some(4), 0),
        ("series/eia930_2022/CISO_2022_hourly_mix.csv.gz", "US-CAL-CISO", Some(8_757), 0),
        ("series/eia930_2022/ERCO_2022_hourly_mix.csv.gz", "US-TEX-ERCO", Some(8_760), 0),
        ("series/demo_2020/FR.csv.gz", "FR", Some(8_775), 0),
        ("series/electricitymaps_hourly_odbl/SG_2023.csv.gz", "SG", Some(8_760), 0),
        ("samples/entsoe/BE_production.xml", "BE", Some(2), 0),
        ("samples/entsoe/FI_production.xml", "FI", Some(288), 0),
        ("factors/canada_provincial_mix_pct_2023.csv", "CA-ON", Some(1), 0),
        ("factors/unfccc_ifi_marginal_2021_ccbysa.csv", "FR", Some(1), 0),
        ("factors/nordic_zones_2025.csv", "SE-SE1", Some(1), 0),
        ("factors/china_provincial_2023.csv", "CN-BJ", Some(1), 0),
        ("factors/egrid2023_states_rev2.csv", "US-AL", Some(1), 0),
        ("factors/electricitymaps_yearly_odbl.csv", "SE", Some(3), 0),
        ("factors/yearly_factors.csv", "NA", Some(1), 0),
    ] {
        let Some(answer) = import(path, &["--zone", zone]) else { return };
        let said = answer.stdout.lines().next().unwrap_or_default();
        let numbers: Vec<usize> =
            said.split(|letter: char| !letter.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
        assert_eq!(numbers.get(1), Some(&refused), "{path}: {answer:?}");
        assert!(taken.is_none_or(|taken| numbers[0] == taken) && numbers[0] > 0, "{path}: {answer:?}");
    }
    let Some(kilograms) = import("cases/grid/kg_per_kwh.csv", &["--zone", "DE"]) else { return };
    expect(&kilograms, 0, 48, &["give --unit kg/kWh"]);
    let Some(pounds) = import("cases/grid/lb_per_mwh.csv", &["--zone", "DE", "--unit", "lb/MWh", "--edition", "lb"])
    else {
        return;
    };
    expect(&pounds, 48, 0, &[]);
    // The mix against the intensity that is stated beside it, which was computed with 650 g/kWh for oil where 820 is used here.
    let Some(file) = recorded("series/eia930_2022/CISO_2022_hourly_mix.csv.gz") else { return };
    let mut table = csv::Reader::from_reader(flate2::read::GzDecoder::new(&file[..]));
    for row in table.records().map(Result::unwrap).step_by(97) {
        let Ok(stated) = row[9].parse::<f64>() else { continue };
        let megawatts = |place: usize| row[place].parse::<f64>().unwrap().max(0.0);
        let expected = stated + megawatts(4) * 170.0 / (1..9).map(megawatts).sum::<f64>();
        let (found, step) = importer.known("US-CAL-CISO", &row[0]);
        assert!(step == 3 && (found as f64 / 1e3 - expected).abs() <= 0.0056, "{}: {found} and {expected}", &row[0]);
    }
}
