//! Reads the path of a cgroup from the root down.

use super::place::{CgroupPlace, CgroupTold, canonical};
use super::{ProcessHolder, batch, container, kubernetes, slurm};
use container::EngineContainer;

/// Reads an absolute path, or one that begins with `/..`, as another cgroup namespace shows it.
pub(super) fn read(path: &str) -> CgroupTold {
    // The kernel marks the cgroup of a process that is ending.
    let path = path.strip_suffix(" (deleted)").unwrap_or(path);
    let folders: Vec<&str> = path.split('/').filter(|folder| !folder.is_empty()).collect();
    let up = folders.iter().take_while(|folder| **folder == "..").count();
    let (mut folders, mut is_relative, mut outer) = (&folders[up..], up > 0, CgroupTold::Nothing);
    // What is inside a container of an engine may be a node of its own: the innermost counts.
    loop {
        let told = match made_by_others(folders, is_relative) {
            Some(told) => told,
            None => {
                let place = CgroupPlace::of(folders, is_relative);
                if let Some(EngineContainer { id, inside }) = container::read(&place) {
                    outer = CgroupTold::Holder(ProcessHolder::Container { id: id.to_owned() });
                    (folders, is_relative) = (inside, false);
                    continue;
                }
                service(&place)
            }
        };
        let is_containers = matches!(
            told,
            CgroupTold::Nothing | CgroupTold::Holder(ProcessHolder::Service | ProcessHolder::User { .. })
        );
        return if is_containers && outer != CgroupTold::Nothing { outer } else { told };
    }
}

/// Asks all makers but container engines. What is inside a job is the job's, so that batch systems are asked before the kubelet.
fn made_by_others(folders: &[&str], is_relative: bool) -> Option<CgroupTold> {
    let place = CgroupPlace::of(folders, is_relative);
    let makers = [slurm::read, batch::pbs, batch::htcondor, container::system, kubernetes::read];
    user(folders, is_relative).or_else(|| makers.iter().find_map(|maker| maker(&place)))
}

/// Reads what is below `user.slice`. All of a user's own folder is theirs, whatever is called what in there.
fn user(folders: &[&str], is_relative: bool) -> Option<CgroupTold> {
    let own = match folders {
        ["user.slice"] => return Some(CgroupTold::Nothing),
        ["user.slice", own @ ..] => own,
        [first, ..] if is_relative && number_of_user(first).is_some() => folders,
        _ => return None,
    };
    let Some(user) = number_of_user(own[0]) else {
        return Some(CgroupTold::Unreadable(format!("`{}` is no user's folder", own[0])));
    };
    let container = own.iter().rev().find_map(|folder| container::id(folder)).map(str::to_owned);
    Some(CgroupTold::Holder(ProcessHolder::User { user, container }))
}

/// The number in `user-1000.slice` or `user@1000.service`.
fn number_of_user(folder: &str) -> Option<u32> {
    let slice = folder.strip_prefix("user-").and_then(|rest| rest.strip_suffix(".slice"));
    canonical(slice.or_else(|| folder.strip_prefix("user@")?.strip_suffix(".service"))?)
}

/// What is nobody's: init, and the services of the system.
fn service(place: &CgroupPlace<'_, '_>) -> CgroupTold {
    let is_of_system = place.slices.first() == Some(&"system.slice");
    let is_unit = place.below.first().is_some_and(|unit| *unit == "init.scope" || unit.ends_with(".service"));
    if is_of_system || is_unit { CgroupTold::Holder(ProcessHolder::Service) } else { CgroupTold::Nothing }
}
