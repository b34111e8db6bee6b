//! Power of an accelerator before anything was measured.
//!
//! `power = TDP × r × k_host`: `r` is the mean share of the TDP in training, `k_host` node energy over accelerator energy.
//! Where a whole system was measured per accelerator, `r` holds the host and `k_host` is 1.
//!
//! One rule for `r`: that of the part where one is published, else the median of all parts of which one is. So no part looks
//! greener than another because less is known of it.
//!
//! The spread p95 / p50 of a prior is the larger of 1.40, because published estimators err by up to 40 %, and
//! `exp(√(ln²(r₉₅/r₅₀) + ln²(k₉₅/k₅₀)))`: independent factors add in quadrature, as logarithms. `r₉₅` is 0.90, the upper end
//! of what was published; `k₉₅` is 1.50, which 150 W of host beside an accelerator at 300 W gives, as `k₅₀` = 1.25 is 150 W
//! beside 600 W. At the lowest and at the median `r` that is below 1.40, which therefore is the spread of every prior.

use crate::hardware::Accelerator;

/// Power prior of one accelerator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prior {
    /// Mean power / TDP, parts per million.
    pub r_ppm: u32,
    /// Node energy / accelerator energy, parts per million; 1,000,000 where `r_ppm` holds the host.
    pub host_ppm: u32,
    /// p95 / p50 of the power, parts per million.
    pub spread_ppm: u32,
    /// Where `r` is from, for people.
    pub source: &'static str,
}

/// 1.2 kW of host per 8-accelerator server at 600 W per accelerator.
const HOST_PPM: u32 = 1_250_000;
const SPREAD_MIN_PPM: u32 = 1_400_000;
/// Median of the mean loads that are published of one accelerator without its host: TPU v3 0.503, TPU v2 0.631, A100 0.70, H100 0.86,
/// P100 0.867, V100 0.872, TPU v4 0.885; where the whole system was measured, its figure over 1.25.
const MEDIAN_R_PPM: u32 = 860_000;
const WHOLE_SYSTEM: &str =
    "measured whole-system mean per accelerator over TDP, host included (Patterson et al. 2021, Table 3)";

/// The prior for `accelerator`, the most specific that is published.
#[must_use]
pub fn prior(accelerator: &Accelerator) -> Prior {
    let chip = |r_ppm, source| Prior { r_ppm, host_ppm: HOST_PPM, spread_ppm: SPREAD_MIN_PPM, source };
    let system = |r_ppm| Prior { r_ppm, host_ppm: 1_000_000, spread_ppm: SPREAD_MIN_PPM, source: WHOLE_SYSTEM };
    let key = accelerator.key.as_str();
    match key.split('-').next().unwrap_or(key) {
        "h100" | "h800" | "h200" if key.contains("-sxm") => chip(860_000, "H100 SXM in active training, measured"),
        "a100" | "a800" => chip(700_000, "A100 in language model training, measured"),
        // 325 W of 300 W, 271 W of 250 W, 221 W of 280 W, 283 W of 450 W, 170 W of 192 W
        "v100" => system(1_090_000),
        "p100" => system(1_084_000),
        "tpu" if key == "tpu-v2" => system(789_000),
        "tpu" if key == "tpu-v3" => system(629_000),
        "tpu" if key == "tpu-v4" => chip(885_000, "TPU v4 mean over maximum power, Google Cloud documentation"),
        _ => chip(
            MEDIAN_R_PPM,
            "nothing is published for this part: median of the seven parts whose mean load is, 0.50 to 0.89",
        ),
    }
}

impl Prior {
    /// Mean power of one accelerator with its share of the host, nW: `TDP × r × k_host`, rounded down.
    #[must_use]
    pub fn nanowatts(&self, tdp_w: u32) -> u64 {
        let product = u128::from(tdp_w) * u128::from(self.r_ppm) * u128::from(self.host_ppm);
        u64::try_from(product / 1_000).unwrap_or(u64::MAX)
    }

    /// This prior with a stated utilisation in place of `r`; the host factor applies to it.
    #[must_use]
    pub fn with_utilisation(self, utilisation_ppm: u32) -> Self {
        Self { r_ppm: utilisation_ppm, host_ppm: HOST_PPM, spread_ppm: SPREAD_MIN_PPM, source: "--utilisation" }
    }
}

/// p95 / p50 of a job whose mean power was measured on jobs like it, parts per million: `1 + 1.645 sd`, with the standard
/// deviation between systems of that accelerator from Patterson et al. 2021, Table 3 (5 % TPU v2, 10 % TPU v3, 2 % V100,
/// 11 % P100), and the largest of them where none is published.
#[must_use]
pub fn measured_spread_ppm(accelerator: Option<&Accelerator>) -> u32 {
    let key = accelerator.map_or("", |part| part.key.as_str());
    match key.split('-').next().unwrap_or(key) {
        "v100" => 1_032_900,
        "tpu" if key == "tpu-v2" => 1_082_250,
        "tpu" if key == "tpu-v3" => 1_164_500,
        _ => 1_180_950,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::find_accelerator;

    fn power_w(name: &str) -> f64 {
        let found = find_accelerator(name).unwrap();
        prior(&found.accelerator).nanowatts(crate::hardware::tdp_w(&found).unwrap()) as f64 / 1e9
    }

    #[test]
    fn whole_system_priors_reproduce_the_measured_means() {
        for (name, measured_w) in [("V100", 325.0), ("P100", 271.0), ("TPUv2", 221.0), ("TPUv3", 283.0)] {
            assert!((power_w(name) / measured_w - 1.0).abs() < 0.01, "{name}: {} W", power_w(name));
        }
    }

    #[test]
    fn chip_priors_carry_the_host() {
        assert_eq!(power_w("h100-sxm5"), 700.0 * 0.86 * 1.25);
        assert_eq!(power_w("A100"), 400.0 * 0.7 * 1.25);
        assert_eq!(power_w("L40S"), 350.0 * 0.86 * 1.25);
    }

    #[test]
    fn a_part_of_which_nothing_is_published_has_the_median_of_those_of_which_something_is() {
        let r_of_chip = |name: &str| {
            let Prior { r_ppm, host_ppm, .. } = prior(&find_accelerator(name).unwrap().accelerator);
            u64::from(r_ppm) * u64::from(host_ppm) / u64::from(HOST_PPM)
        };
        let mut published = ["V100", "P100", "A100", "H100", "TPUv2", "TPUv3", "TPUv4"].map(r_of_chip);
        published.sort_unstable();
        assert_eq!(published[3], u64::from(MEDIAN_R_PPM));
        for newer in ["H200", "B200", "B300", "GB200", "GB300", "MI300X", "MI325X", "MI350X", "MI355X", "Gaudi 3"] {
            assert!(power_w(newer) >= power_w("H100"), "{newer} looks greener than an H100");
        }
    }

    #[test]
    fn spreads_follow_the_stated_derivation() {
        let spread = |r50: f64| f64::hypot((0.9 / r50).ln(), (1.5_f64 / 1.25).ln()).exp();
        assert!(spread(0.7) < 1.4 && spread(0.86) < 1.4);
        for (name, sd) in [("V100", 0.02_f64), ("TPUv2", 0.05), ("TPUv3", 0.10), ("P100", 0.11)] {
            let found = find_accelerator(name).unwrap();
            assert_eq!(
                measured_spread_ppm(Some(&found.accelerator)),
                (1e6 * (1.0 + 1.645 * sd)).round() as u32,
                "{name}"
            );
        }
    }
}
