//! What a plan from outside passes through, whatever its bytes are.

use units::Pue;
use wattledger::gate::terraform::{BillContext, PlanBill, PlanReport, StatedRegions, TerraformPlan, Usage};
use wattledger::grid::Library;

/// Reads and weighs `bytes` as a plan. Whether they are one, and one whose sums keep their range, is said in errors.
pub(crate) fn weigh(bytes: &[u8], library: &Library) {
    let Ok(plan) = TerraformPlan::read(bytes) else { return };
    let regions = StatedRegions::default();
    let context = BillContext { library, intensity: None, regions: &regions, pue: Pue::ONE };
    if let Ok(bill) = PlanBill::of(&plan, &Usage::default(), context) {
        let _ = (PlanReport::of(&bill), bill.load(Pue::ONE));
    }
}
