//! What Slurm writes as text: TRES, arrays of tasks, durations.

use serde::{Deserialize, Serialize};

/// Why a text from Slurm is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Not `TYPE=N,TYPE=N`.
    #[error("{0:?} is not a list of GPUs: TYPE=N,TYPE=N is expected")]
    Parts(String),
    /// Not what `--array` takes.
    #[error("{0:?} is not an array of tasks: a list such as 1-10:2%3,20 is expected")]
    Tasks(String),
    /// More tasks than any cluster allows.
    #[error("{0:?} has more than {TASKS_MAX} tasks")]
    TooManyTasks(String),
    /// Not a duration.
    #[error("{0:?} is not a duration: D-HH:MM:SS is expected")]
    Duration(String),
    /// Not a number of GPUs.
    #[error("{0:?} does not say how many GPUs it asks for")]
    Gpus(String),
}

/// The largest `MaxArraySize` that Slurm has.
const TASKS_MAX: usize = 4_000_001;

/// GPUs of one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuCount {
    /// The type, as Slurm names it in `gpu:TYPE:N`.
    pub kind: String,
    /// The number of GPUs, from 1.
    pub gpus: u64,
}

/// Reads `a100=4,h100=2`, as the plugin writes it.
pub fn parts(text: &str) -> Result<Vec<GpuCount>, TextError> {
    let wrong = || TextError::Parts(text.to_owned());
    let part = |item: &str| {
        let (kind, gpus) = item.split_once('=')?;
        let gpus = gpus.parse().ok().filter(|gpus| (1..=u64::from(u32::MAX)).contains(gpus))?;
        (!kind.is_empty()).then(|| GpuCount { kind: kind.to_owned(), gpus })
    };
    text.split(',').map(|item| part(item).ok_or_else(wrong)).collect()
}

/// The tasks of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tasks {
    /// A job that is no array.
    One,
    /// Numbers of an array's tasks, ascending, each once.
    Array(Vec<u32>),
}

impl Tasks {
    /// Reads `-` (no array) or what `--array` takes: `1-10:2%3,20`; what follows `%` bounds how many run at once, not how many there are.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if text == "-" {
            return Ok(Self::One);
        }
        let wrong = || TextError::Tasks(text.to_owned());
        let listed = text.split('%').next().unwrap_or(text);
        let mut numbers = Vec::new();
        for range in listed.split(',') {
            let (first, last, step) = bounds(range).ok_or_else(wrong)?;
            if (last.saturating_sub(first) / step) as usize >= TASKS_MAX - numbers.len().min(TASKS_MAX - 1) {
                return Err(TextError::TooManyTasks(text.to_owned()));
            }
            numbers.extend((first..=last).step_by(step as usize));
        }
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.is_empty() { Err(wrong()) } else { Ok(Self::Array(numbers)) }
    }

    /// `None` for a submission without an array, else each task.
    pub fn each(&self) -> Vec<Option<u32>> {
        match self {
            Self::One => vec![None],
            Self::Array(numbers) => numbers.iter().copied().map(Some).collect(),
        }
    }
}

fn bounds(range: &str) -> Option<(u32, u32, u32)> {
    let Some((first, rest)) = range.split_once('-') else {
        let only = range.parse().ok()?;
        return Some((only, only, 1));
    };
    let (last, step) = rest.split_once(':').unwrap_or((rest, "1"));
    let (first, last, step) = (first.parse().ok()?, last.parse().ok()?, step.parse().ok()?);
    (step > 0 && first <= last).then_some((first, last, step))
}

/// Minutes of `D-HH:MM:SS`, `HH:MM:SS`, `MM:SS` or `D-HH`, seconds rounded up; `None` for words that mean no limit.
pub fn minutes(text: &str) -> Result<Option<u64>, TextError> {
    if matches!(text, "UNLIMITED" | "INVALID" | "N/A" | "NOT_SET" | "Partition_Limit") {
        return Ok(None);
    }
    let wrong = || TextError::Duration(text.to_owned());
    let (days, clock) = text.split_once('-').map_or((None, text), |(days, clock)| (Some(days), clock));
    let fields: Vec<u64> = clock.split(':').map(number).collect::<Option<_>>().ok_or_else(wrong)?;
    let days = days.map_or(Some(0), number).ok_or_else(wrong)?;
    let seconds = match (days > 0 || text.contains('-'), fields.as_slice()) {
        (_, [hours, minutes, seconds]) => hours * 3_600 + minutes * 60 + seconds,
        (true, [hours, minutes]) => hours * 3_600 + minutes * 60,
        (true, [hours]) => hours * 3_600,
        (false, [minutes, seconds]) => minutes * 60 + seconds,
        (false, [minutes]) => minutes * 60,
        _ => return Err(wrong()),
    };
    Ok(Some((days * 86_400 + seconds).div_ceil(60)))
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| *number <= u64::from(u32::MAX))
}

/// GPUs of a node as `sinfo` prints its generic resources: `gpu:a100:8(S:0-1),nvme:1`. Without a type it is empty.
pub fn gpus_of_node(gres: &str) -> Result<Vec<GpuCount>, TextError> {
    requested_gpus(gres)
}

/// GPUs that a TRES text names: `gres:gpu:a100:4`, `gres/gpu=2`, `gpu`, `gpu:1K(S:0-1)`; empty where it names none. The type is empty where none is
/// named, and the number is 1 where only a type is.
pub fn requested_gpus(tres: &str) -> Result<Vec<GpuCount>, TextError> {
    let mut found: Vec<GpuCount> = Vec::new();
    for item in without_brackets(tres).split(',').map(str::trim) {
        let wrong = || TextError::Gpus(item.to_owned());
        let name = item.strip_prefix("gres").map_or(item, |rest| rest.trim_start_matches([':', '/']));
        let Some(rest) = name.strip_prefix("gpu") else { continue };
        if !rest.is_empty() && !rest.starts_with([':', '=']) {
            continue;
        }
        let rest = rest.get(1..).unwrap_or_default();
        let (kind, count) = match rest.rsplit_once([':', '=']) {
            Some((kind, count)) => (kind, count),
            None if is_count(rest) => ("", rest),
            None => (rest, "1"),
        };
        let gpus = multiplied(count).ok_or_else(wrong)?;
        match found.iter_mut().find(|part| part.kind == kind) {
            Some(part) => part.gpus = part.gpus.saturating_add(gpus),
            None => found.push(GpuCount { kind: kind.to_owned(), gpus }),
        }
    }
    found.retain(|part| part.gpus > 0);
    Ok(found)
}

/// Sockets and indices in brackets, as `(S:0-1)`, say where, not how many.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let outside = |letter: &char| {
        match letter {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    };
    text.chars().filter(outside).collect()
}

fn is_count(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_digit()) && multiplied(text).is_some()
}

fn multiplied(text: &str) -> Option<u64> {
    let (digits, unit) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1 << 10),
        None => text.strip_suffix(['m', 'M']).map_or((text, 1), |digits| (digits, 1 << 20)),
    };
    number(digits)?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn arrays_are_their_tasks() {
        for (text, tasks) in
            [("1-5", vec![1, 2, 3, 4, 5]), ("1-10:4%2", vec![1, 5, 9]), ("7,1,3-4,4", vec![1, 3, 4, 7]), ("0", vec![0])]
        {
            assert_eq!(Tasks::parse(text), Ok(Tasks::Array(tasks)), "{text}");
        }
        assert_eq!(Tasks::parse("1-1000%20").unwrap().each().len(), 1_000);
        assert_eq!(Tasks::parse("-").unwrap().each(), [None]);
        for text in ["", "a", "5-1", "1-", "1-4:0", "1,,2", "1-2-3", "-1", "99999999999"] {
            assert_eq!(Tasks::parse(text), Err(TextError::Tasks(text.to_owned())), "{text}");
        }
        assert!(matches!(Tasks::parse("0-4294967295"), Err(TextError::TooManyTasks(_))));
    }

    #[test]
    fn durations_are_minutes_rounded_up() {
        for (text, found) in [
            ("10:00", Some(10)),
            ("0:01", Some(1)),
            ("0:00", Some(0)),
            ("1:00:00", Some(60)),
            ("7-00:00:00", Some(10_080)),
            ("1-00", Some(1_440)),
            ("90", Some(90)),
            ("UNLIMITED", None),
            ("N/A", None),
        ] {
            assert_eq!(minutes(text), Ok(found), "{text}");
        }
        for text in ["", "x", "1:2:3:4", "-5", "1-", "1:-2"] {
            assert_eq!(minutes(text), Err(TextError::Duration(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn gpus_are_read_in_every_spelling_of_slurm() {
        let part = |kind: &str, gpus| GpuCount { kind: kind.to_owned(), gpus };
        for (text, found) in [
            ("gres:gpu:a100:4", vec![part("a100", 4)]),
            ("gres/gpu:h100=2", vec![part("h100", 2)]),
            ("gpu", vec![part("", 1)]),
            ("gpu:a100", vec![part("a100", 1)]),
            ("gpu:3", vec![part("", 3)]),
            ("gpu:1g.10gb:7(S:0-1),gpu:a100:1", vec![part("1g.10gb", 7), part("a100", 1)]),
            ("gpu:2k", vec![part("", 2_048)]),
            ("cpu=4,gres/gpu=1,license/x:9", vec![part("", 1)]),
            ("(null)", vec![]),
            ("gpu:0", vec![]),
            ("gpus:4,nvme:1", vec![]),
        ] {
            assert_eq!(requested_gpus(text), Ok(found), "{text}");
        }
        assert!(requested_gpus("gpu:a100:many").is_err());
        assert!(requested_gpus("gpu:a100:99999999999").is_err());
    }

    proptest! {
        #[test]
        fn nothing_that_anybody_types_is_more_than_refused(text in ".{0,40}", tres in "(gpu|gres|[:/=,()0-9a-zKM%-]){0,12}") {
            let _ = (minutes(&text), Tasks::parse(&text), parts(&text), requested_gpus(&text));
            let _ = (minutes(&tres), Tasks::parse(&tres), parts(&tres), requested_gpus(&tres));
        }
    }
}
