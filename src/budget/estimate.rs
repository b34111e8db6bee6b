use units::{Energy, Overflow, Pue};

/// What an estimate multiplies: accelerators, hours, power and PUE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Workload {
    /// Number of accelerators, all of one type.
    pub accelerators: u64,
    /// Wall time, 10⁻⁹ h.
    pub nanohours: u64,
    /// Mean power of one accelerator with its share of the host, nW.
    pub nanowatts: u64,
    /// Power usage effectiveness, facility energy / IT energy.
    pub pue: Pue,
}

/// Facility energy of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Expected facility energy.
    pub p50: Energy,
    /// Facility energy that one job in twenty exceeds.
    pub p95: Energy,
}

impl Workload {
    /// `n × T × P × PUE`, exact until it is rounded half up to 1 mJ; p95 is that times `p95_over_p50_ppm` / 10⁶.
    ///
    /// Wall time is taken as exact: it is what is requested. [`Overflow`] above 2.56 TWh.
    pub fn estimate(&self, p95_over_p50_ppm: u32) -> Result<Estimate, Overflow> {
        let p50 = self.facility_energy().ok_or(Overflow { quantity: "estimated energy in mJ" })?;
        let p95 = i128::from(p50.millijoules()) * i128::from(p95_over_p50_ppm);
        let p95 = i64::try_from((p95 + 500_000) / 1_000_000).map_err(|_| Overflow { quantity: "p95 energy in mJ" })?;
        Ok(Estimate { p50, p95: Energy::from_millijoules(p95) })
    }

    fn facility_energy(&self) -> Option<Energy> {
        // nh x nW x ppm = 10⁻²⁴ Wh, and 1 Wh = 3.6e6 mJ: divided by 5e17 after x 1.8, that is x 9 / 2.5e18.
        let product = i128::from(self.accelerators)
            .checked_mul(i128::from(self.nanohours))?
            .checked_mul(i128::from(self.nanowatts))?
            .checked_mul(i128::from(self.pue.parts_per_million()))?
            .checked_mul(9)?;
        let per_millijoule = 2_500_000_000_000_000_000;
        i64::try_from((product.checked_add(per_millijoule / 2)?) / per_millijoule).ok().map(Energy::from_millijoules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NANO: u64 = 1_000_000_000;

    #[test]
    fn energy_is_the_exact_product() {
        let hour_of_one_watt =
            Workload { accelerators: 1, nanohours: NANO, nanowatts: NANO, pue: Pue::ONE }.estimate(1_180_950).unwrap();
        assert_eq!(hour_of_one_watt.p50.millijoules(), 3_600_000);
        assert_eq!(hour_of_one_watt.p95.millijoules(), 4_251_420);
        let gpt3 = Workload {
            accelerators: 10_000,
            nanohours: 354_561_900_000,
            nanowatts: 330 * NANO,
            pue: Pue::from_parts_per_million(1_100_000).unwrap(),
        };
        // 10,000 x 354.5619 h x 330 W x 1.10 = 1,287,059,697 Wh
        assert_eq!(gpt3.estimate(1_000_000).unwrap().p50.millijoules(), 1_287_059_697 * 3_600_000);
    }

    #[test]
    fn the_largest_energy_of_the_type_is_computed_and_more_is_refused() {
        let terawatt_hours = |accelerators| Workload {
            accelerators,
            nanohours: 8_760 * NANO,
            nanowatts: 1_000 * NANO,
            pue: Pue::from_parts_per_million(3_000_000).unwrap(),
        };
        assert_eq!(
            terawatt_hours(97_000).estimate(1_000_000).unwrap().p50.millijoules(),
            9_176_976 * 1_000_000_000_000
        );
        assert!(terawatt_hours(98_000).estimate(1_000_000).is_err());
        assert!(terawatt_hours(97_000).estimate(1_400_000).is_err());
        assert!(terawatt_hours(u64::MAX).estimate(1_000_000).is_err());
    }
}
