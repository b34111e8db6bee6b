//! What people, tools and clouds call an accelerator, matched with the table.

use super::part::Accelerator;
use std::sync::OnceLock;

/// The part whose NVML name is the longest beginning of `asked` that only a memory size may follow: "NVIDIA GH200 480GB"
/// is a GH200, "NVIDIA L40S" is no L40, and "NVIDIA A10" does not begin "NVIDIA A100".
pub(super) fn by_nvml_name<'a>(table: &'a [Accelerator], asked: &str) -> Option<&'a Accelerator> {
    let rest_is_memory = |part: &&Accelerator| {
        let rest = asked.strip_prefix(&part.nvml_name.to_uppercase());
        rest.is_some_and(|rest| {
            rest.is_empty() || (rest.starts_with(' ') && words(rest).iter().all(|word| is_memory(word)))
        })
    };
    let named = table.iter().filter(|part| !part.nvml_name.is_empty());
    named.filter(rest_is_memory).max_by_key(|part| part.nvml_name.len())
}

fn is_memory(word: &str) -> bool {
    word.strip_suffix("GB").is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Words that say who sells it, not what it is.
const NOISE: [&str; 21] = [
    "NVIDIA", "AMD", "INTEL", "AWS", "GOOGLE", "QUALCOMM", "TESLA", "GEFORCE", "RADEON", "INSTINCT", "TENSOR", "CORE",
    "GPU", "CHIP", "CLOUD", "HABANA", "DATA", "CENTER", "GRAPHICS", "R", "TM",
];

/// Parts whose family is the first word of `asked` and which every other word describes: by their names, else by form.
pub(super) fn by_words<'a>(table: &'a [Accelerator], asked: &str) -> Vec<&'a Accelerator> {
    let asked = telling(asked);
    let Some((family, details)) = asked.split_first() else { return Vec::new() };
    let exact: Vec<&Accelerator> = table.iter().filter(|part| families(part).contains(family)).collect();
    // "Trainium" is a beginning, "A10" is not one of "A100".
    let is_beginning = family.len() > 3 && family.bytes().all(|byte| byte.is_ascii_alphabetic());
    let begins = |part: &&Accelerator| is_beginning && families(part).iter().any(|known| known.starts_with(family));
    let kin = if exact.is_empty() { table.iter().filter(begins).collect() } else { exact };
    let described = |with_form: bool| -> Vec<&'a Accelerator> {
        kin.iter().copied().filter(|part| describes(details, part, with_form)).collect()
    };
    let named = described(false);
    if named.is_empty() { described(true) } else { named }
}

fn describes(details: &[String], part: &Accelerator, with_form: bool) -> bool {
    let form = if with_form { part.form.as_str() } else { "" };
    let text = format!("{} {} {} {}GB {form}", part.key, part.model, part.nvml_name, part.mem_gb);
    let known = words(&text.to_uppercase());
    details.iter().all(|detail| known.iter().any(|word| word == detail || is_form(detail, word)))
}

/// "SXM" describes an SXM4 part, and so does "NVLINK".
fn is_form(detail: &str, word: &str) -> bool {
    word.starts_with("SXM") && matches!(detail, "SXM" | "NVLINK")
}

/// First word of the key and of the model: `A100`, `TPUV3`, `TRN1` and `TRAINIUM1`.
fn families(part: &Accelerator) -> Vec<String> {
    let first = |text: &str| telling(&text.to_uppercase()).into_iter().next();
    first(&part.key).into_iter().chain(first(&part.model)).collect()
}

/// Most words that a name may have; longer texts are not taken apart.
const NAME_WORDS_MAX: usize = 16;

/// The part whose names say all of `asked`, however it is divided into words: "Gaudi 3", "Gaudi3" and "Intel Gaudi 3 HL-325L" are
/// one part, and so are "RTX PRO 6000" and "RTXPRO6000". What the form and the memory add may stand beside a name.
pub(super) fn by_alias<'a>(table: &'a [Accelerator], asked: &str) -> Option<&'a Accelerator> {
    let asked = telling(asked);
    if asked.is_empty() || asked.len() > NAME_WORDS_MAX {
        return None;
    }
    let known = known_names(table).iter().position(|(names, details)| is_said_by(&asked, names, details, false));
    known.and_then(|at| table.get(at))
}

/// Of each part of the table that has other names, all its names and what may stand beside them, each as one word.
fn known_names(table: &[Accelerator]) -> &'static [(Vec<String>, [String; 2])] {
    static NAMES: OnceLock<Vec<(Vec<String>, [String; 2])>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let joined = |name: &str| telling(&name.to_uppercase()).concat();
        let names = |part: &Accelerator| -> Vec<String> {
            let aliases = part.aliases.split(';').filter(|alias| !alias.is_empty()).map(joined);
            if part.aliases.is_empty() {
                Vec::new()
            } else {
                aliases.chain([joined(&part.key), joined(&part.model)]).collect()
            }
        };
        table.iter().map(|part| (names(part), [part.form.to_uppercase(), format!("{}GB", part.mem_gb)])).collect()
    })
}

/// Whether `asked` is a sequence of `names` and `details`, with a name among them.
fn is_said_by(asked: &[String], names: &[String], details: &[String], has_name: bool) -> bool {
    if asked.is_empty() {
        return has_name;
    }
    (1..=asked.len()).any(|end| {
        let (word, rest) = (asked[..end].concat(), &asked[end..]);
        let is_name = names.contains(&word);
        (is_name || details.contains(&word)) && is_said_by(rest, names, details, has_name || is_name)
    })
}

/// The words of an upper-case text without those that only say who sells it.
fn telling(text: &str) -> Vec<String> {
    words(text).into_iter().filter(|word| !NOISE.contains(&word.as_str())).collect()
}

/// Alphanumeric words of an upper-case text; "TPU v3", "TPU-V3" and "TPU_V3" are one word, TPUV3.
pub(super) fn words(text: &str) -> Vec<String> {
    let joined = text.replace('_', " ").replace("TPU V", "TPUV").replace("TPU-V", "TPUV");
    joined
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
