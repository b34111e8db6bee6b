//! `wattledger grid`: which factor, of which type, and what stood in for what.

use crate::command::{json, refusal, wattledger};

fn intensity(arguments: &[&str]) -> serde_json::Value {
    json(&[&["grid", "intensity", "--json"], arguments].concat())
}

#[test]
fn a_zone_answers_with_value_and_full_type() {
    let answer = intensity(&["--zone", "DE"]);
    assert_eq!(answer["zone"], "DE");
    assert_eq!(answer["g_per_kwh"], 342.06);
    assert_eq!(answer["intensity_mg_per_kwh"], 342_060);
    assert_eq!((&answer["basis"], &answer["gas"]), (&"lifecycle".into(), &"CO2e".into()));
    assert_eq!(answer["accounting"], "production");
    assert_eq!(answer["edition"], "Ember yearly, as packaged in @tgwf/co2 0.19.0");
    assert_eq!(answer["licence"], "CC-BY-4.0");
    assert_eq!(answer["period"], "2024-01-01T00:00Z/2025-01-01T00:00Z");
    assert_eq!(answer["fallback_step"], 6);
    assert_eq!(answer["status"], "fallback");
}

#[test]
fn zones_resolve_to_published_values_at_the_stated_step() {
    for (asked, zone, g_per_kwh, step) in [
        ("de", "DE", 342.06, 6),
        ("NA", "NA", 47.62, 6),
        ("US-EGRID-CAMX", "US-EGRID-CAMX", 195.04, 5),
        ("us-egrid", "US-EGRID", 349.67, 6),
        ("US-TX", "US-TX", 349.801, 5),
        ("CN-BJ", "CN-BJ", 555.4, 5),
        ("AU-NSW", "AU-NSW", 640.0, 5),
        ("SE-SE1", "SE-SE1", 25.9, 5),
        ("X-WORLD", "X-WORLD", 472.94, 6),
        // (8.6 % gas x 490 + 50.1 % nuclear x 12 + 1.0 % biomass x 230 + 5.2 % solar x 48 + 11.7 % wind x 11
        //  + 23.4 % hydro x 24) / 100.1 %
        ("CA-ON", "CA-ON", 59.791, 5),
        // known zones without a factor of their own: the country, and it is said
        ("SE-SE3", "SE", 35.89, 6),
        ("US-CAL-CISO", "US", 383.55, 6),
        ("JP-TK", "JP", 483.73, 6),
        ("CA-NU", "CA", 184.99, 6),
        ("CN-XZ", "CN", 557.5, 6),
    ] {
        let answer = intensity(&["--zone", asked]);
        assert_eq!(answer["zone"], zone, "{asked}");
        assert_eq!(answer["g_per_kwh"].as_f64(), Some(g_per_kwh), "{asked}");
        assert_eq!(answer["fallback_step"], step, "{asked}");
        assert_eq!(answer["requested"], asked.to_uppercase());
        let says_so =
            answer["notes"].as_array().unwrap().iter().any(|note| note.as_str().unwrap().contains("stands in"));
        assert_eq!(says_so, zone != asked.to_uppercase(), "{asked}: {answer}");
    }
}

#[test]
fn namibia_is_a_country_and_not_a_missing_value() {
    assert_eq!(intensity(&["--zone", "na"])["name"], "Namibia");
    let listed = json(&["grid", "zones", "namibia", "--json"]);
    assert_eq!(listed[0]["zone"], "NA");
}

#[test]
fn a_published_zero_is_not_passed_on_as_clean() {
    let answer = intensity(&["--zone", "CF"]);
    assert_eq!(answer["g_per_kwh"], 0.0);
    assert!(answer["notes"][0].as_str().unwrap().contains("read it as unknown"), "{answer}");
}

#[test]
fn cloud_regions_take_their_finest_zone() {
    for (region, zone, step) in [
        ("aws/us-east-1", "US-EGRID-SRVC", 5),
        ("GCP/us-central1", "US-EGRID-MROW", 5),
        ("azure/chinanorth", "CN-BJ", 5),
        ("aws/ca-central-1", "CA-QC", 5),
        ("aws/ap-southeast-2", "AU-NSW", 5),
        ("aws/eu-central-1", "DE", 6),
        ("aws/eu-north-1", "SE", 6),
        ("azure/malaysiawest", "MY", 6),
    ] {
        let answer = intensity(&["--region", region]);
        assert_eq!((&answer["zone"], &answer["fallback_step"]), (&zone.into(), &step.into()), "{region}");
        assert!(answer["notes"][0].as_str().unwrap().contains(&format!("is in zone {zone}")), "{answer}");
    }
}

#[test]
fn data_of_another_year_is_said() {
    let note = |at: &str| {
        let notes = intensity(&["--zone", "DE", "--at", at])["notes"].clone();
        notes.get(0).map_or(String::new(), |note| note.as_str().unwrap().to_owned())
    };
    assert_eq!(note("2024-07-01"), "");
    assert_eq!(note("2024-12-31T23:59Z"), "");
    assert_eq!(note("2025-01-01"), "the factor describes 2024; the time asked for is less than a month after that");
    assert_eq!(note("2026-11-01T12:00+01:00"), "the factor describes 2024; the time asked for is 22 months after that");
    assert_eq!(note("2020-07-01"), "the factor describes 2024; the time asked for is 3 years before that");
}

#[test]
fn share_alike_sets_answer_only_when_named_and_never_mix() {
    let maps = |at: &str| intensity(&["--zone", "DE", "--factors", "electricitymaps", "--at", at]);
    assert_eq!(maps("2023-05-01")["g_per_kwh"], 379.0);
    assert_eq!(maps("2024-05-01")["g_per_kwh"], 341.0);
    let newest = intensity(&["--zone", "US-CAL-CISO", "--factors", "electricitymaps"]);
    assert_eq!((&newest["zone"], &newest["accounting"]), (&"US-CAL-CISO".into(), &"consumption".into()));
    assert_eq!(newest["licence"], "ODbL-1.0");
    let marginal = intensity(&["--zone", "KY", "--factors", "ifi-marginal"]);
    assert_eq!((&marginal["name"], &marginal["g_per_kwh"]), (&"Cayman Islands".into(), &753.0.into()));
    assert_eq!((&marginal["accounting"], &marginal["gas"]), (&"marginal".into(), &"CO2".into()));
    let estimate = ["estimate", "--accelerator", "T4", "--count", "1", "--hours", "1", "--zone", "DE"];
    insta::assert_snapshot!(refusal(&[&estimate[..], &["--factors", "ifi-marginal"]].concat()));
}

#[test]
fn the_list_filters_by_code_and_name() {
    let zones = |filter: &str| {
        let listed = json(&["grid", "zones", "--json", filter]);
        let codes = listed.as_array().unwrap().iter().map(|factor| factor["zone"].as_str().unwrap().to_owned());
        codes.collect::<Vec<_>>()
    };
    assert_eq!(zones("germany"), ["DE"]);
    assert_eq!(zones("au-"), ["AU-NSW", "AU-NT", "AU-QLD", "AU-SA", "AU-TAS", "AU-VIC", "AU-WA"]);
    assert_eq!(zones("no such place"), [""; 0]);
    insta::assert_snapshot!(wattledger(&["grid", "zones", "new york"]).stdout);
}

#[test]
fn the_page_shows_what_stood_in() {
    insta::assert_snapshot!(
        wattledger(&["grid", "intensity", "--region", "aws/eu-north-1", "--at", "2026-11-01"]).stdout
    );
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    let mut shown = String::new();
    for zone in ["USA", "Germany", "UK", "US-EGRID-CAMXX", "Atlantis", "GI", "NO1", "SE3", ""] {
        shown += &format!("--zone {zone:?}: {}", refusal(&["grid", "intensity", "--zone", zone]));
    }
    for region in ["us-east-1", "aws/us-east-9", "mars/olympus"] {
        shown += &format!("--region {region:?}: {}", refusal(&["grid", "intensity", "--region", region]));
    }
    shown += &refusal(&["grid", "intensity", "--zone", "DE", "--at", "yesterday"]);
    insta::assert_snapshot!(shown);
}
