//! What exporters serve, at any time after they started.

use std::fmt::Write;

/// `template` with each `<<BASE+RATE*t>>` as the counter that it is after `seconds`.
pub(crate) fn exposition(template: &str, seconds: f64) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("<<") {
        let (formula, after) = after.split_once(">>").unwrap();
        let (base, rate) = formula.strip_suffix("*t").unwrap().split_once('+').unwrap();
        let counter = base.parse::<f64>().unwrap() + rate.parse::<f64>().unwrap() * seconds;
        write!(text, "{before}{counter}").unwrap();
        rest = after;
    }
    text + rest
}
