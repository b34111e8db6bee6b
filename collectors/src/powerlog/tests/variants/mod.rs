//! Variants of every known kind of log: other numbers of devices, orders of columns, neighbours, units and names. All are
//! generated, and each has one right energy.

mod boards;
mod exports;
mod machines;
mod modules;

use super::cases::joules;
use crate::powerlog::Options;
use std::fmt::Write as _;

/// How long each log is, in s; it has one row a second.
const SECONDS: u64 = 60;
pub(super) const START: u64 = 1_791_190_800;

#[track_caller]
pub(super) fn is(log: &str, right: f64) {
    is_with(log, &Options::default(), right);
}

#[track_caller]
pub(super) fn is_with(log: &str, options: &Options, right: f64) {
    match joules(log.as_bytes(), options) {
        Ok((found, notes)) => {
            assert!(
                (found - right).abs() <= right / 1_000.0,
                "right is {right} J, found {found} J\n{notes:#?}\n{}",
                head(log)
            );
        }
        Err(error) => panic!("{error}\n{}", head(log)),
    }
}

/// Refused, with a message that has all these words.
#[track_caller]
pub(super) fn refused(log: &str, words: &[&str]) {
    match joules(log.as_bytes(), &Options::default()) {
        Ok((found, notes)) => panic!("found {found} J\n{notes:#?}\n{}", head(log)),
        Err(error) => {
            let message = error.to_string();
            assert!(words.iter().all(|word| message.contains(word)), "{message}");
        }
    }
}

fn head(log: &str) -> String {
    log.lines().take(6).collect::<Vec<_>>().join("\n")
}

/// A table with one row of cells per moment; the cells are those of `row` for the time in s since the start.
pub(super) fn rows(header: &str, row: impl Fn(u64) -> String) -> String {
    let mut log = format!("{header}\n");
    for second in 0..=SECONDS {
        writeln!(log, "{}", row(second)).unwrap();
    }
    log
}

/// A table of named columns, in every rotation of their order.
fn rotations(columns: &[(&str, &dyn Fn(u64) -> String)], separator: &str) -> Vec<String> {
    (0..columns.len())
        .map(|turn| {
            let turned: Vec<_> = columns.iter().cycle().skip(turn).take(columns.len()).collect();
            let header: Vec<&str> = turned.iter().map(|(name, _)| *name).collect();
            rows(&header.join(separator), |s| {
                turned.iter().map(|(_, cell)| cell(s)).collect::<Vec<_>>().join(separator)
            })
        })
        .collect()
}

/// `row` at a moment: `{t}` is the time as nvidia-smi writes it, `{iso}`, `{date}` and `{clock}` are other spellings, `{e}` and `{ms}` are s and ms
/// since 1970, `{s}` is s since the start, and `<<a+b>>` is a, and b more each second.
pub(super) fn filled(row: &str, second: u64) -> String {
    let clock = format!("09:{:02}:{:02}", second / 60, second % 60);
    let mut text = row
        .replace("{t}", &stamp(second))
        .replace("{iso}", &format!("2026-10-05T{clock}Z"))
        .replace("{date}", &format!("2026-10-05 {clock}"))
        .replace("{clock}", &clock)
        .replace("{e}", &(START + second).to_string())
        .replace("{ms}", &((START + second) * 1_000).to_string())
        .replace("{s}", &second.to_string());
    while let Some((before, rest)) = text.clone().split_once("<<") {
        let (formula, after) = rest.split_once(">>").unwrap();
        let (first, rate) = formula.split_once('+').unwrap();
        let value = first.parse::<u64>().unwrap() + rate.parse::<u64>().unwrap() * second;
        text = format!("{before}{value}{after}");
    }
    text
}

/// A table whose rows are `row`, [`filled`].
pub(super) fn table(header: &str, row: &str) -> String {
    rows(header, |second| filled(row, second))
}

/// `2026/10/05 09:00:00.101`
fn stamp(second: u64) -> String {
    format!("2026/10/05 09:{:02}:{:02}.101", second / 60, second % 60)
}

fn constant(text: &str) -> impl Fn(u64) -> String {
    let text = text.to_owned();
    move |_| text.clone()
}
