//! Whether an edition counts, and why or why not.

use super::edition::{Edition, Stretch, TYPICAL};
use crate::grid::{Accounting, FactorPreference, FactorStatus};
use crate::store::HOUR;
use model::EditionStanding;
use units::Span;

/// Whether an edition counts, as a word and in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingInWords {
    /// The word.
    pub word: EditionStanding,
    /// The sentence, without its full stop.
    pub reason: String,
}

/// The standing of `edition` among `all` in a time of length `whole`, which `stretches` divide by the factors that apply.
pub(super) fn standing(
    edition: &Edition,
    all: &[Edition],
    stretches: &[Stretch],
    preference: &FactorPreference,
    whole: Span,
) -> StandingInWords {
    let (word, reason) = match word(edition, stretches, preference) {
        EditionStanding::Used => (EditionStanding::Used, used(edition, stretches, whole)),
        EditionStanding::Typical => (
            EditionStanding::Typical,
            format!(
                "its mean of the hour of the week in that month of the year stands in for {} of this time",
                share(edition.typical, whole)
            ),
        ),
        EditionStanding::OtherType => {
            let kind = &edition.kind;
            let reason = format!(
                "it counts something else ({}, {}, {}) than what is wanted here, and stands in only where nothing else is known",
                kind.basis, kind.gas, kind.accounting
            );
            (EditionStanding::OtherType, reason)
        }
        EditionStanding::Outranked => (EditionStanding::Outranked, outranked(edition, all, preference)),
        other => (other, plain(other).to_owned()),
    };
    StandingInWords { word, reason }
}

fn word(edition: &Edition, stretches: &[Stretch], preference: &FactorPreference) -> EditionStanding {
    let kind = &edition.kind;
    let wanted = stretches.iter().map(|(_, choice)| choice).find(|choice| !choice.basis_changed);
    if edition.used > Span::ZERO {
        EditionStanding::Used
    } else if edition.typical > Span::ZERO {
        EditionStanding::Typical
    } else if kind.accounting == Accounting::Marginal {
        EditionStanding::Marginal
    } else if !is_wanted(edition, preference) {
        EditionStanding::NotWanted
    } else if edition.known == Span::ZERO && kind.step <= HOUR {
        EditionStanding::NoValue
    } else if wanted.is_some_and(|wanted| !kind.is_type_of(wanted)) {
        EditionStanding::OtherType
    } else if kind.is_forecast {
        EditionStanding::Superseded
    } else if kind.step > HOUR {
        EditionStanding::Coarser
    } else {
        EditionStanding::Outranked
    }
}

/// Whether the choosing rule looks at an edition at all: see `FactorRule`.
fn is_wanted(edition: &Edition, preference: &FactorPreference) -> bool {
    let kind = &edition.kind;
    let must_be_asked_for = matches!(kind.accounting, Accounting::Residual | Accounting::Supplier);
    let is_named = preference.publishers.is_empty() || preference.publishers.contains(&kind.publisher);
    (!must_be_asked_for || preference.accounting == Some(kind.accounting)) && (edition.series.is_none() || is_named)
}

/// What the words that need no figures say.
const fn plain(word: EditionStanding) -> &'static str {
    match word {
        EditionStanding::Marginal => "marginal: a second number beside the average, which enters no total",
        EditionStanding::NotWanted => "its publisher or accounting is not among those that are wanted here",
        EditionStanding::Superseded => "a forecast: the values of that time are known by now",
        EditionStanding::Coarser => "it stands in only where no value of an hour or less is known",
        _ => "it has no value in this time",
    }
}

fn used(edition: &Edition, stretches: &[Stretch], whole: Span) -> String {
    let own = stretches.iter().filter(|(_, choice)| choice.fallback_step != TYPICAL && edition.kind.gave(choice));
    let most = own.max_by_key(|(stretch, _)| stretch.span()).map(|(_, choice)| choice);
    let why = match most {
        Some(choice) if choice.fallback_step == 1 => choice.step_in_words().to_owned(),
        Some(choice) => format!("{}, as nothing better is known", choice.step_in_words()),
        None => String::new(),
    };
    format!("counts for {} of this time: {why}", share(edition.used, whole))
}

fn outranked(edition: &Edition, all: &[Edition], preference: &FactorPreference) -> String {
    let is_rival = |other: &&Edition| other.used > Span::ZERO && other.kind.step <= HOUR && !other.kind.is_forecast;
    let Some(rival) = all.iter().filter(is_rival).max_by_key(|other| other.used) else {
        return "values of other editions come first".to_owned();
    };
    let why = match (rival.status, edition.status) {
        (Some(one), Some(two)) if certainty(one) < certainty(two) => {
            format!("whose values are {} and not {}", name(one), name(two))
        }
        _ if rival.kind.publisher != edition.kind.publisher && !preference.publishers.is_empty() => {
            "whose publisher is preferred here".to_owned()
        }
        _ if rival.series > edition.series => "which came later".to_owned(),
        _ => "which ranks before it".to_owned(),
    };
    format!("gives way to {}, {}, {why}", rival.kind.publisher, rival.kind.edition)
}

/// 0 is the most certain.
const fn certainty(status: FactorStatus) -> u8 {
    match status {
        FactorStatus::Measured => 0,
        FactorStatus::Provisional => 1,
        FactorStatus::Estimated => 2,
        FactorStatus::Fallback => 3,
        FactorStatus::Forecast => 4,
    }
}

const fn name(status: FactorStatus) -> &'static str {
    match status {
        FactorStatus::Measured => "measured",
        FactorStatus::Provisional => "provisional",
        FactorStatus::Estimated => "estimated",
        FactorStatus::Fallback => "stand-ins",
        FactorStatus::Forecast => "forecasts",
    }
}

/// A part of the time in words: `all`, `12 %`, `under 1 %`.
fn share(part: Span, whole: Span) -> String {
    let (part, whole) = (u128::from(part.nanoseconds()), u128::from(whole.nanoseconds()).max(1));
    match (part * 100 + whole / 2) / whole {
        0 => "under 1 %".to_owned(),
        _ if part == whole => "all".to_owned(),
        percent => format!("{} %", percent.min(99)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_up_to_all_nor_down_to_nothing() {
        let of = |part: u64| share(Span::from_seconds(part), Span::from_seconds(1_000));
        assert_eq!((of(1_000), of(999), of(4)), ("all".to_owned(), "99 %".to_owned(), "under 1 %".to_owned()));
    }
}
