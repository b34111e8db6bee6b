//! Splits measured energy and its time among the jobs that hold a device, so that the parts sum to the whole.

use units::{Energy, Overflow, Span};

/// Splits `energy` in proportion to `weights` by the method of largest remainders. The parts sum to `energy` with `==`.
///
/// Of two equal remainders the earlier position gets the millijoule, so order holders by job id to get the same result
/// everywhere. When all weights are zero the first part takes everything; an empty `weights` gives no parts.
///
/// # Errors
///
/// [`Overflow`] if a part leaves the range of [`Energy`].
///
/// ```
/// use units::Energy;
/// // One package counter, two dies held by two jobs with equal activity (MI250).
/// let parts = account::attribute::split(Energy::from_millijoules(30_000_001), &[1, 1]).unwrap();
/// assert_eq!(parts.iter().map(|e| e.millijoules()).collect::<Vec<_>>(), [15_000_001, 15_000_000]);
/// ```
pub fn split(energy: Energy, weights: &[u64]) -> Result<Vec<Energy>, Overflow> {
    let overflow = |_| Overflow { quantity: "energy in mJ" };
    let part = |part| i64::try_from(part).map(Energy::from_millijoules).map_err(overflow);
    parts(energy.millijoules(), weights).into_iter().map(part).collect()
}

/// Splits `span` by the rule of [`split`], so that those who share an energy share its time alike.
///
/// # Errors
///
/// [`Overflow`] if `span` is longer than 292 years.
pub fn split_span(span: Span, weights: &[u64]) -> Result<Vec<Span>, Overflow> {
    let overflow = |_| Overflow { quantity: "time in ns" };
    let part = |part| u64::try_from(part).map(Span::from_nanoseconds).map_err(overflow);
    let whole = i64::try_from(span.nanoseconds()).map_err(overflow)?;
    parts(whole, weights).into_iter().map(part).collect()
}

/// `total` in proportion to `weights`, by the method of largest remainders.
fn parts(total: i64, weights: &[u64]) -> Vec<i128> {
    let total = i128::from(total);
    let whole: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    let Ok(whole @ 1..) = i128::try_from(whole) else {
        return (0..weights.len()).map(|part| if part == 0 { total } else { 0 }).collect();
    };
    let products: Vec<i128> = weights.iter().map(|weight| total * i128::from(*weight)).collect();
    let mut parts: Vec<i128> = products.iter().map(|product| product.div_euclid(whole)).collect();
    let left = total - parts.iter().sum::<i128>();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|&part| std::cmp::Reverse(products[part].rem_euclid(whole)));
    for &part in by_remainder.iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[part] += 1;
    }
    parts
}
