//! Which points are asked for in one question: those of many devices, as far as more is wanted of the answer than not.

use std::ops::Range;
use units::{Span, Timestamp};

/// A part of what is asked for: of whom, and when.
pub(super) type AskedPart = (usize, Range<Timestamp>);

/// Groups parts of `asked`, each of which one question answers: from the earliest start of the group to its latest end. Every moment of every range is in
/// one part. No part is longer than `longest`, and no answer has more than `most` of the devices' time, unless a part alone does.
pub(super) fn together(
    asked: impl Iterator<Item = AskedPart>,
    longest: Span,
    most: Span,
) -> Vec<(Range<Timestamp>, Vec<AskedPart>)> {
    let mut parts: Vec<AskedPart> = asked.flat_map(|(place, range)| cut(place, range, longest)).collect();
    parts.sort_by_key(|(place, range)| (range.start, range.end, *place));
    let mut groups: Vec<(Range<Timestamp>, Vec<AskedPart>)> = Vec::new();
    let mut wanted = 0;
    for (place, range) in parts {
        let own = length(&range);
        if let Some((whole, members)) = groups.last_mut() {
            let wider = whole.start.min(range.start)..whole.end.max(range.end);
            let answered = length(&wider) * (members.len() as i128 + 1);
            if answered <= i128::from(most.nanoseconds()) && answered <= 2 * (wanted + own) {
                *whole = wider;
                members.push((place, range));
                wanted += own;
                continue;
            }
        }
        wanted = own;
        groups.push((range.clone(), vec![(place, range)]));
    }
    groups
}

fn length(range: &Range<Timestamp>) -> i128 {
    i128::from(range.end.nanoseconds()) - i128::from(range.start.nanoseconds())
}

/// Cut at the same moments for everybody, so that parts of many devices lie side by side.
fn cut(place: usize, range: Range<Timestamp>, longest: Span) -> impl Iterator<Item = AskedPart> {
    let step = longest.nanoseconds().cast_signed().max(1);
    let mut start = range.start;
    std::iter::from_fn(move || {
        let next = start.nanoseconds().div_euclid(step).saturating_add(1).saturating_mul(step);
        let end = Timestamp::from_nanoseconds(next).min(range.end);
        let part = (start < end).then_some((place, start..end))?;
        start = end;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Span = Span::from_seconds(86_400);

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_seconds(hours * 3_600).unwrap()
    }

    fn groups(asked: &[(usize, Range<i64>)], most: u64) -> Vec<(Range<Timestamp>, Vec<AskedPart>)> {
        let asked = asked.iter().map(|(place, hours)| (*place, at(hours.start)..at(hours.end)));
        together(asked, DAY, Span::from_seconds(most * 3_600))
    }

    #[test]
    fn the_same_time_of_many_devices_is_one_question_and_each_day_another() {
        let asked: Vec<_> = (0..10).map(|place| (place, 6..54)).collect();
        let found = groups(&asked, 24 * 10);
        let times: Vec<_> = found.iter().map(|(whole, members)| (whole.clone(), members.len())).collect();
        // The days of each are cut at midnight; what fits is asked together.
        assert_eq!(times, [(at(6)..at(24), 10), (at(24)..at(48), 10), (at(48)..at(54), 10)]);
    }

    #[test]
    fn times_that_lie_apart_are_asked_apart_and_nothing_is_asked_twice_or_forgotten() {
        let asked = [(0, 0..1), (1, 20..21), (2, 0..2), (3, 500..600), (4, 7..7)];
        let found = groups(&asked, 48);
        let mut time = [0; 5];
        for (whole, members) in &found {
            assert!(length(whole) * members.len() as i128 <= 48 * 3_600_000_000_000, "{whole:?}");
            for (place, range) in members {
                assert!(whole.start <= range.start && range.end <= whole.end);
                time[*place] += length(range) / 3_600_000_000_000;
            }
        }
        assert_eq!(time, [1, 1, 2, 100, 0]);
        assert_eq!(found[0].1.len(), 2, "{found:?}");
    }
}
