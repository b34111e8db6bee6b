//! Names near a mistyped one.

/// Something that could have been meant.
pub(crate) struct Candidate<'a> {
    /// What to type for it.
    pub(crate) code: &'a str,
    /// Other names that people type instead.
    pub(crate) names: Vec<&'a str>,
    /// Printed after the code.
    pub(crate) shown: &'a str,
}

const SHOWN_MAX: usize = 3;
const SIMILARITY_MIN: f64 = 0.82;

/// The hint that ends an error message: `did you mean DE (Germany)?`, or nothing when no candidate is near.
pub(crate) fn nearest<'a>(asked: &str, candidates: impl Iterator<Item = Candidate<'a>>) -> String {
    let asked = asked.to_lowercase();
    let mut scored: Vec<(f64, String)> = candidates
        .map(|candidate| (similarity(&asked, &candidate), label(&candidate)))
        .filter(|(score, _)| *score >= SIMILARITY_MIN)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    // A name that is exactly another word for something is the answer; the rest would be noise.
    let exact = scored.iter().take_while(|(score, _)| *score > 1.0).count();
    scored.truncate(if exact > 0 { exact.min(SHOWN_MAX) } else { SHOWN_MAX });
    let labels: Vec<String> = scored.into_iter().map(|(_, label)| label).collect();
    if labels.is_empty() { String::new() } else { format!("did you mean {}? ", labels.join(" or ")) }
}

fn label(candidate: &Candidate<'_>) -> String {
    if candidate.shown.is_empty() {
        candidate.code.to_owned()
    } else {
        format!("{} ({})", candidate.code, candidate.shown)
    }
}

/// 2 for an exact other name, up to 1 for spelling alike, in between for a name that starts with what was asked.
fn similarity(asked: &str, candidate: &Candidate<'_>) -> f64 {
    let mut best = strsim::jaro_winkler(asked, &candidate.code.to_lowercase());
    for name in candidate.names.iter().filter(|name| !name.is_empty()) {
        let name = name.to_lowercase();
        let score = if name == asked {
            2.0
        } else if asked.len() >= 4 && name.starts_with(asked) {
            1.0
        } else {
            strsim::jaro_winkler(asked, &name)
        };
        best = best.max(score);
    }
    best
}
