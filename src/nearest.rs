//! Suggestions for a mistyped name.

/// A name that could have been meant.
pub(crate) struct NamedCandidate<'a> {
    /// The name to type.
    pub(crate) code: &'a str,
    /// Other names that people type instead.
    pub(crate) names: Vec<&'a str>,
    /// Explanation, printed in brackets after the name.
    pub(crate) shown: &'a str,
}

const SHOWN_MAX: usize = 3;
const SIMILARITY_MIN: f64 = 0.82;
const SIMILARITY_EXACT: f64 = 2.0;

/// A hint for an error message, ending in a space: `did you mean DE (Germany)? `, or the nearest names if none is close.
pub(crate) fn nearest<'a>(asked: &str, candidates: impl Iterator<Item = NamedCandidate<'a>>) -> String {
    let asked = asked.to_lowercase();
    let mut scored: Vec<(f64, String)> =
        candidates.map(|candidate| (similarity(&asked, &candidate), label(&candidate))).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    // One thing can stand in several rows, such as a zone in several years.
    scored.dedup_by(|next, kept| next.1 == kept.1);
    // A name that is exactly another word for something is the answer; the rest would be noise.
    let at_least = |score: f64| scored.iter().take_while(|(own, _)| *own >= score).count();
    let (exact, similar) = (at_least(SIMILARITY_EXACT), at_least(SIMILARITY_MIN));
    let shown = [exact, similar, SHOWN_MAX].into_iter().find(|count| *count > 0).unwrap_or(0).min(SHOWN_MAX);
    let labels: Vec<String> = scored.into_iter().take(shown).map(|(_, label)| label).collect();
    match similar {
        0 => format!("the nearest names are {}; ", labels.join(", ")),
        _ => format!("did you mean {}? ", labels.join(" or ")),
    }
}

fn label(candidate: &NamedCandidate<'_>) -> String {
    if candidate.shown.is_empty() {
        candidate.code.to_owned()
    } else {
        format!("{} ({})", candidate.code, candidate.shown)
    }
}

/// How close a candidate is: 2 if one of its other names is exactly what was asked, 1 if one begins with it, and less by spelling.
fn similarity(asked: &str, candidate: &NamedCandidate<'_>) -> f64 {
    let mut best = strsim::jaro_winkler(asked, &candidate.code.to_lowercase());
    for name in candidate.names.iter().filter(|name| !name.is_empty()) {
        let name = name.to_lowercase();
        let score = if name == asked {
            SIMILARITY_EXACT
        } else if asked.len() >= 4 && name.starts_with(asked) {
            1.0
        } else {
            strsim::jaro_winkler(asked, &name)
        };
        best = best.max(score);
    }
    best
}
