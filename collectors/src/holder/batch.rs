//! The cgroups of PBS and HTCondor.

use super::ProcessHolder;
use super::place::{CgroupPlace, CgroupTold};

/// Reads `pbs_jobs.service/jobid/ID` (version 1) and `pbs_jobs.service/jobs/ID` (version 2), at the root or among the system's services.
pub(super) fn pbs(place: &CgroupPlace<'_, '_>) -> Option<CgroupTold> {
    if !place.is_of_system() {
        return None;
    }
    let ["pbs_jobs.service", below @ ..] = place.below else { return None };
    let ["jobid" | "jobs", job, ..] = below else { return Some(CgroupTold::Holder(ProcessHolder::Service)) };
    let id = unescaped(job);
    Some(match is_pbs_id(&id) {
        true => CgroupTold::Holder(ProcessHolder::Pbs { job: id }),
        false => CgroupTold::Unreadable(format!("`{job}` is in the place of PBS's jobs and is no job id")),
    })
}

/// Reads `htcondor/condor_FOLDER_slotN[_M]@HOST`, at the root, among the system's services or in that of HTCondor. The folder is that of the
/// slots, with `_` for `/`.
pub(super) fn htcondor(place: &CgroupPlace<'_, '_>) -> Option<CgroupTold> {
    if !place.is_of_system() {
        return None;
    }
    let below = match place.below {
        ["htcondor", below @ ..] | ["condor.service", "htcondor", below @ ..] => below,
        ["condor.service", slot, ..] if slot.starts_with("condor_") => &place.below[1..],
        _ => return None,
    };
    let Some(folder) = below.first() else { return Some(CgroupTold::Nothing) };
    Some(match slot(folder) {
        Some(slot) => CgroupTold::Holder(ProcessHolder::Htcondor { slot: slot.to_owned() }),
        None => CgroupTold::Unreadable(format!("`{folder}` is in HTCondor's folder and names no slot")),
    })
}

/// `slot1_3@host`, the last of `condor_var_lib_condor_execute_slot1_3@host`.
fn slot(folder: &str) -> Option<&str> {
    let (before, host) = folder.strip_prefix("condor_")?.split_once('@')?;
    let at = before.rfind("slot").filter(|at| *at == 0 || before[..*at].ends_with('_'))?;
    let numbers = before[at + "slot".len()..].split('_');
    let are_numbers = numbers.clone().all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    (are_numbers && numbers.count() <= 2 && is_host(host)).then(|| &folder["condor_".len() + at..])
}

/// `N.SERVER`, `N[I].SERVER` for one of an array.
fn is_pbs_id(id: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((number, server)) = id.split_once('.') else { return false };
    let is_numbered = match number.split_once('[') {
        Some((number, index)) => is_number(number) && index.strip_suffix(']').is_some_and(is_number),
        None => is_number(number),
    };
    is_numbered && is_host(server)
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_@".contains(&byte))
}

/// Turns systemd's `\x5b` back into the character.
fn unescaped(text: &str) -> String {
    let mut parts = text.split(r"\x");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok()).filter(u8::is_ascii_graphic);
        match code {
            Some(code) => {
                plain.push(char::from(code));
                plain += &part[2..];
            }
            None => {
                plain += r"\x";
                plain += part;
            }
        }
    }
    plain
}
