//! Every bundled table: complete, parsed without guessing, sourced.

use accelerators::accelerators;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use wattledger::grid::{Accounting, Basis, Factor, Gas, Library, Set, cloud_regions};
use wattledger::hardware::instance_types;

type Row = HashMap<String, String>;

fn rows(file: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(file);
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

#[test]
fn files_are_complete_and_carry_no_column_that_may_not_be_carried() {
    for (file, count, columns) in [
        ("grid/yearly_factors.csv", 287, 14),
        ("grid/egrid2023_states_rev2.csv", 52, 5),
        ("grid/china_provincial_2023.csv", 30, 5),
        ("grid/canada_provincial_mix_pct_2023.csv", 13, 12),
        ("grid/nordic_zones_2025.csv", 10, 5),
        ("grid/fuel_factors.csv", 18, 4),
        ("grid/iso3166.csv", 250, 2),
        ("grid/share-alike/electricitymaps_yearly_odbl.csv", 1056, 6),
        ("grid/share-alike/ifi_operating_margin_2021_ccbysa.csv", 233, 3),
        ("cloud/cloud_regions.csv", 250, 9),
        ("hardware/accelerators.csv", 78, 13),
        ("hardware/cloud_gpu_instances.csv", 272, 8),
        ("hardware/cloud_cpu_families.csv", 363, 4),
        ("hardware/cloud_vcpu_power.csv", 5, 4),
        ("terraform/resource_types.csv", 933, 2),
    ] {
        let rows = rows(file);
        assert_eq!((rows.len(), rows[0].len()), (count, columns), "{file}");
        assert!(!rows[0].keys().any(|column| column.contains("usd")), "{file} holds prices");
    }
}

#[test]
fn every_file_is_in_the_notice_and_every_notice_has_a_file() {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let notice = std::fs::read_to_string(config.join("NOTICE.md")).unwrap();
    let named: HashSet<&str> = notice.split('`').filter(|word| word.ends_with(".csv")).collect();
    let mut found = HashSet::new();
    for folder in ["grid", "grid/share-alike", "cloud", "hardware", "terraform"] {
        for entry in std::fs::read_dir(config.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".csv") {
                found.insert(format!("{folder}/{name}"));
            }
        }
    }
    assert_eq!(found.iter().map(String::as_str).collect::<HashSet<_>>(), named);
}

#[test]
fn every_factor_has_a_full_type_and_a_plausible_value() {
    for set in [Set::Bundled, Set::ElectricityMaps, Set::IfiMarginal] {
        for factor in Library::open(set).unwrap().factors() {
            let Factor { zone, name, publisher, edition, licence, .. } = factor;
            for text in [zone.as_str(), name, publisher, edition, licence] {
                assert!(!text.trim().is_empty(), "{factor:?}");
            }
            assert_eq!(*zone, zone.as_str().to_uppercase().as_str());
            // Zimbabwe's operating margin is 1575.
            assert!(factor.intensity.milligrams_per_kwh() <= 1_575_000, "{factor:?}");
            assert_eq!(factor.accounting == Accounting::Marginal, set == Set::IfiMarginal, "{factor:?}");
        }
    }
}

#[test]
fn the_default_set_has_one_factor_per_zone() {
    let library = Library::bundled().unwrap();
    let zones: HashSet<&str> = library.factors().iter().map(|factor| factor.zone.as_str()).collect();
    assert_eq!(zones.len(), library.factors().len());
    // 287 yearly rows, 51 states with DC, the provinces and price areas that are covered well enough
    assert_eq!(zones.len(), 287 + 51 + 9 + 7);
}

#[test]
fn chinese_provinces_agree_with_the_official_table() {
    let library = Library::bundled().unwrap();
    for row in rows("grid/china_provincial_2023.csv") {
        let factor = library.choose(&row["zone"], None).unwrap().factor;
        assert_eq!(format!("{}", f64::from(factor.intensity.milligrams_per_kwh()) / 1e3), row["gco2_per_kwh"]);
        assert_eq!((factor.gas, factor.basis, factor.accounting), (Gas::Co2, Basis::Direct, Accounting::Consumption));
    }
}

#[test]
fn every_cloud_region_resolves_to_a_factor_of_its_country() {
    let library = Library::bundled().unwrap();
    let regions = cloud_regions().unwrap();
    for region in &regions {
        let choice = library.choose_region(&region.code(), None).unwrap();
        assert_eq!(choice.factor.zone.as_str().split('-').next(), Some(region.country.as_str()), "{}", region.code());
    }
    let distinct: HashSet<String> = regions.iter().map(|region| region.code()).collect();
    assert_eq!(distinct.len(), regions.len());
}

#[test]
fn every_accelerator_and_instance_row_is_read() {
    let parts = accelerators().unwrap();
    assert_eq!(parts.len(), 78);
    let unpublished: Vec<&str> =
        parts.iter().filter(|part| part.tdp_w.is_none()).map(|part| part.key.as_str()).collect();
    assert_eq!(unpublished, ["inf1", "inf2", "trn1", "trn2", "trn3", "tpu-v5e", "tpu-v5p", "tpu-v6e", "tpu-v7"]);
    for part in &parts {
        assert_eq!(part.tdp_source == "not published", part.tdp_w.is_none(), "{} says where its TDP is from", part.key);
    }
    assert_eq!(instance_types().unwrap().len(), 272);
}

/// Sizes that clouds have published, by the beginnings and forms of their names: a name of another form exists nowhere.
#[test]
fn instance_types_have_names_of_the_forms_that_their_clouds_give() {
    let mut seen = HashSet::new();
    for row in instance_types().unwrap() {
        let (provider, name) = (row.provider.as_str(), row.instance_type.as_str());
        let is_formed = match provider {
            "aws" => name.split_once('.').is_some_and(|(family, size)| {
                family.chars().next().is_some_and(|letter| "pgidt".contains(letter))
                    && (size.ends_with("xlarge") || matches!(size, "large" | "metal"))
            }),
            "gcp" => name.starts_with(['a', 'c', 'g', 't']) && name.split('-').count() >= 3,
            "azure" => name.strip_prefix("Standard_N").is_some_and(|rest| rest.starts_with(['C', 'D', 'V', 'G'])),
            "oci" => name.starts_with("VM.GPU") || name.starts_with("BM.GPU"),
            "alibaba" => {
                name.strip_prefix("ecs.").is_some_and(|rest| rest.starts_with("gn") || rest.starts_with("ebmgn"))
            }
            _ => false,
        };
        assert!(is_formed, "{provider}/{name}");
        assert!(seen.insert(row.code().to_lowercase()), "{provider}/{name} stands twice");
        assert!(row.share().is_ok(), "{provider}/{name} has no number of accelerators");
        assert!(row.vcpus().is_some() || !row.source.contains("boaviztapi"), "{provider}/{name}");
    }
    // Named wrongly or by nobody: Azure has no such size, and Alibaba's c10g1 is of the family gn6v.
    for absent in ["azure/Standard_ND96asr_A100_v4", "alibaba/ecs.gn6i-c10g1.20xlarge", "aws/p4d.48xlarge"] {
        assert!(!seen.contains(&absent.to_lowercase()), "{absent} does not exist");
    }
}

#[test]
fn share_alike_files_stand_apart_with_their_own_notice() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/grid/share-alike");
    let notice = std::fs::read_to_string(folder.join("NOTICE.md")).unwrap();
    for words in ["Electricity Maps", "Open Database License", "Attribution-ShareAlike"] {
        assert!(notice.contains(words), "{words}");
    }
    let licences: HashSet<String> =
        Library::bundled().unwrap().factors().iter().map(|factor| factor.licence.clone()).collect();
    assert!(!licences.iter().any(|licence| licence.contains("ODbL") || licence.contains("SA-4.0")), "{licences:?}");
}
