//! What `/proc/PID/cgroup` says, in the forms that schedulers, kubelets and container engines leave it in. Identifiers are invented.

use super::{FoundHolder, ProcessHolder, holder_of};
use proptest::prelude::*;

const ID: &str = "69582967867f154411eee52e4a081994729ccfa031770d50970c03490ba32490";
const POD: &str = "b3955616-90bd-41fc-aa80-9cf274b0c8f5";

/// Kind, id, step, pod, container and user, as the columns of `cgroups.tsv` have them.
fn columns(holder: &ProcessHolder) -> [String; 6] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
    let none = String::new;
    let [id, step, pod, container, user] = match holder {
        ProcessHolder::Slurm { job, step, user } => [job.to_string(), text(step), none(), none(), number(*user)],
        ProcessHolder::SlurmSluid { sluid, step } => [sluid.clone(), text(step), none(), none(), none()],
        ProcessHolder::Kubernetes { pod_uid, container } => [none(), none(), pod_uid.clone(), text(container), none()],
        ProcessHolder::Pbs { job: id } | ProcessHolder::Htcondor { slot: id } => {
            [id.clone(), none(), none(), none(), none()]
        }
        ProcessHolder::Container { id } => [none(), none(), none(), id.clone(), none()],
        ProcessHolder::User { user, container } => [none(), none(), none(), text(container), user.to_string()],
        ProcessHolder::Service | ProcessHolder::Unknown => [none(), none(), none(), none(), none()],
    };
    [holder.kind().to_owned(), id, step, pod, container, user]
}

#[test]
fn cgroups_as_they_are_found() {
    let table = include_str!("tests/cgroups.tsv");
    let mut cases = 0;
    for row in table.lines().skip(1) {
        let mut cells: Vec<&str> = row.split('\t').collect();
        cells.resize(8, "");
        let found = FoundHolder::of_cgroups(&cells[0].replace("\\n", "\n"));
        assert_eq!(columns(&found.holder).as_slice(), &cells[1..7], "{}: {}", cells[7], cells[0]);
        assert_eq!(found.reason.is_some(), found.holder == ProcessHolder::Unknown, "{found:?}");
        cases += 1;
    }
    assert!(cases > 25, "{cases} cases");
}

/// Checks each cgroup file, in which `ID` and `POD` stand for an id and a uid, and `POD_` for the uid with underscores.
#[track_caller]
fn check(cases: &[(&str, &ProcessHolder)]) {
    for (text, right) in cases {
        let text = text.replace("POD_", &POD.replace('-', "_")).replace("POD", POD).replace("ID", ID);
        let found = FoundHolder::of_cgroups(&text);
        assert_eq!(&found.holder, *right, "{text}: {:?}", found.reason);
    }
}

fn slurm(job: u32, step: Option<&str>, user: Option<u32>) -> ProcessHolder {
    ProcessHolder::Slurm { job, step: step.map(str::to_owned), user }
}

fn user(user: u32) -> ProcessHolder {
    ProcessHolder::User { user, container: None }
}

#[test]
fn slurm_in_all_its_places() {
    let sluid = ProcessHolder::SlurmSluid { sluid: "sEKNKTV3WPV500".to_owned(), step: Some("extern".to_owned()) };
    check(&[
        ("0::/system.slice/slurmstepd.scope/job_7/step_extern/user/task_0\n", &slurm(7, Some("extern"), None)),
        ("0::/system.slice/gpu-03_slurmstepd.scope/job_7/step_0/user\n", &slurm(7, Some("0"), None)),
        // CgroupSlice moves the scope.
        (
            "0::/batch.slice/batch-slurm.slice/slurmstepd.scope/job_7/step_3+1/user/task_2\n",
            &slurm(7, Some("3+1"), None),
        ),
        ("0::/system.slice/slurmstepd.scope/job_7\n", &slurm(7, None, None)),
        ("0::/system.slice/slurmstepd.scope/job_7/step_0/user/task_0 (deleted)\n", &slurm(7, Some("0"), None)),
        ("0::/system.slice/slurmstepd.scope/sEKNKTV3WPV500/step_extern/user\n", &sluid),
        (
            "11:devices:/slurm/uid_1000/job_7/step_batch\n4:memory:/slurm/uid_1000/job_7/step_batch/task_0\n1:name=systemd:/system.slice/slurmd.service\n0::/\n",
            &slurm(7, Some("batch"), Some(1_000)),
        ),
        // Controllers that are not used for steps.
        (
            "11:devices:/slurm/uid_1000/job_7/step_0\n3:cpuset:/slurm/uid_1000/job_7\n",
            &slurm(7, Some("0"), Some(1_000)),
        ),
        // ssh that was taken into a job stays a login of the user in systemd's hierarchy.
        (
            "11:devices:/slurm/uid_1000/job_7/step_extern\n1:name=systemd:/user.slice/user-1000.slice/session-4.scope\n",
            &slurm(7, Some("extern"), Some(1_000)),
        ),
        // A cluster in containers of an engine that only root can ask.
        (
            "0::/system.slice/docker-ID.scope/system.slice/slurmstepd.scope/job_7/step_0/user\n",
            &slurm(7, Some("0"), None),
        ),
        ("0::/system.slice/slurmstepd.scope/system\n", &ProcessHolder::Service),
        ("9:devices:/slurm/system\n1:name=systemd:/system.slice/slurmd.service\n", &ProcessHolder::Service),
    ]);
}

#[test]
fn a_job_id_is_a_number_as_slurm_writes_it_and_a_sluid_a_sluid() {
    for folder in [
        "job_0",
        "job_007",
        "job_+7",
        "job_",
        "job_7x",
        "job_4294967296",
        "step_0",
        "sEKNKTV3WPV50",
        "sEKNKTV3WPV50I",
        "seknktv3wpv500",
    ] {
        let text = format!("0::/system.slice/slurmstepd.scope/{folder}/step_0/user\n");
        let found = FoundHolder::of_cgroups(&text);
        assert_eq!(found.holder, ProcessHolder::Unknown, "{text}");
        assert!(found.reason.unwrap().contains(&format!("`{folder}` is in Slurm's scope")), "{text}");
    }
}

#[test]
fn kubernetes_by_each_driver_runtime_and_root() {
    let pod = ProcessHolder::Kubernetes { pod_uid: POD.to_owned(), container: Some(ID.to_owned()) };
    let alone = ProcessHolder::Kubernetes { pod_uid: POD.to_owned(), container: None };
    check(&[
        ("0::/kubepods.slice/kubepods-podPOD_.slice/crio-ID.scope\n", &pod),
        ("0::/kubepods.slice/kubepods-podPOD_.slice\n", &alone),
        ("0::/kubepods/burstable/podPOD/ID\n", &pod),
        ("0::/kubepods/podPOD/crio-ID\n", &pod),
        ("0::/kubelet/kubepods/besteffort/podPOD/ID\n", &pod),
        ("5:devices:/kubepods/podPOD/ID\n4:memory:/kubepods/podPOD/ID\n1:name=systemd:/kubepods/podPOD/ID\n", &pod),
        ("5:devices:/kubepods/podPOD/ID\n3:cpu:/kubepods/podPOD\n", &pod),
        ("0::/kubepods-burstable-podPOD_.slice:cri-containerd:ID\n", &pod),
        ("0::/system.slice/containerd.service/kubepods-burstable-podPOD_.slice:cri-containerd:ID\n", &pod),
        ("0::/a.slice/a-b.slice/a-b-kubepods.slice/a-b-kubepods-podPOD_.slice/cri-containerd-ID.scope\n", &pod),
        ("0::/docker/ID/kubelet/kubepods/podPOD/ID\n", &pod),
        ("0::/../../burstable/podPOD/ID\n", &pod),
        // What runs inside a pod is the pod's, whatever it is called.
        (
            "0::/kubepods.slice/kubepods-podPOD_.slice/cri-containerd-ID.scope/system.slice/slurmstepd.scope/job_7/step_0\n",
            &pod,
        ),
        // Another pod's container, seen from its neighbour: the pod is above what is seen.
        ("0::/../cri-containerd-ID.scope\n", &ProcessHolder::Container { id: ID.to_owned() }),
        ("4:memory:/kubepods.slice\n", &ProcessHolder::Unknown),
    ]);
}

#[test]
fn containers_of_each_engine() {
    let container = ProcessHolder::Container { id: ID.to_owned() };
    let named = |name: &str| ProcessHolder::Container { id: name.to_owned() };
    check(&[
        ("0::/system.slice/docker-ID.scope\n", &container),
        ("0::/system.slice/docker-ID.scope/init.scope\n", &container),
        ("0::/system.slice/docker-ID.scope/user.slice/user-1000.slice/session-1.scope\n", &container),
        ("0::/jobs.slice/docker-ID.scope\n", &container),
        ("0::/system.slice/nerdctl-ID.scope\n", &container),
        ("0::/default/ID\n", &container),
        ("4:memory:/ecs/0b7c1cf1e5d64b2b8c6f2d3d5f7f1e1a/ID\n", &container),
        ("0::/machine.slice/machine-libpod_pod_ID.slice/libpod-ID.scope/container\n", &container),
        ("0::/libpod_parent/libpod-ID\n", &container),
        ("0::/system.slice/web.service/libpod-payload-ID\n", &container),
        ("0::/lxc.payload.node1/system.slice/slurmstepd.scope/job_7/step_0\n", &named("node1")),
        ("4:memory:/lxc/101/ns\n", &named("101")),
        ("0::/machine.slice/systemd-nspawn@node2.service/payload\n", &named("node2")),
        // The monitor beside a container is in none.
        ("0::/machine.slice/libpod-conmon-ID.scope\n", &ProcessHolder::Unknown),
        ("0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/vcpu0\n", &ProcessHolder::Unknown),
    ]);
}

#[test]
fn pbs_and_htcondor_in_all_their_places() {
    let job = |job: &str| ProcessHolder::Pbs { job: job.to_owned() };
    let slot = |slot: &str| ProcessHolder::Htcondor { slot: slot.to_owned() };
    check(&[
        ("0::/system.slice/pbs_jobs.service/jobs/12.head\n", &job("12.head")),
        ("3:devices:/pbs_jobs.service/jobid/12\\x5b3\\x5d.head\n", &job("12[3].head")),
        ("0::/pbs_jobs.service/jobs/12.head/kubepods/podPOD/ID\n", &job("12.head")),
        ("0::/pbs_jobs.service\n", &ProcessHolder::Service),
        ("0::/pbs_jobs.service/jobs/twelve\n", &ProcessHolder::Unknown),
        ("0::/system.slice/condor.service/condor_var_lib_condor_execute_slot2@gpu09\n", &slot("slot2@gpu09")),
        ("0::/system.slice/condor.service\n", &ProcessHolder::Service),
        (
            "0::/system.slice/condor.service/htcondor/condor_scratch_slot_a_slot1_2@gpu09.example/x\n",
            &slot("slot1_2@gpu09.example"),
        ),
        ("0::/htcondor/condor_var_lib_condor_execute\n", &ProcessHolder::Unknown),
    ]);
}

#[test]
fn users_and_what_is_nobodys() {
    check(&[
        ("0::/user.slice/user-1000.slice/session-3.scope\n", &user(1_000)),
        ("0::/user.slice/user-0.slice/user@0.service/init.scope\n", &user(0)),
        (
            "7:memory:/user.slice\n3:devices:/\n1:name=systemd:/user.slice/user-1000.slice/session-3.scope\n0::/user.slice/user-1000.slice/session-3.scope\n",
            &user(1_000),
        ),
        ("0::/../../user.slice/user-1000.slice/session-3.scope\n", &user(1_000)),
        ("0::/user.slice/user-abc.slice/session-3.scope\n", &ProcessHolder::Unknown),
        ("0::/system.slice/cron.service\n", &ProcessHolder::Service),
        ("0::/jobs.slice/render.service\n", &ProcessHolder::Service),
        ("0::/\n", &ProcessHolder::Unknown),
        ("", &ProcessHolder::Unknown),
    ]);
}

#[test]
fn a_look_alike_below_what_was_given_away_is_its_owners() {
    let inside = [
        "system.slice/slurmstepd.scope/job_7/step_0/user/task_0",
        "slurmstepd.scope/job_7/step_0",
        "slurm/uid_5/job_7/step_0",
        "pbs_jobs.service/jobs/12.head",
        "htcondor/condor_x_slot1@h",
        "kubepods/podPOD/ID",
        "kubepods.slice/kubepods-podPOD_.slice/cri-containerd-ID.scope",
    ];
    for inside in inside {
        let inside = inside.replace("POD_", &POD.replace('-', "_")).replace("POD", POD).replace("ID", ID);
        let of = |above: &str| FoundHolder::of_cgroups(&format!("0::/{above}/{inside}\n")).holder;
        assert!(matches!(of("user.slice/user-1000.slice/user@1000.service"), ProcessHolder::User { user: 1_000, .. }));
        assert_eq!(of("system.slice/slurmstepd.scope/job_9/step_0/user"), slurm(9, Some("0"), None));
        assert_eq!(of("pbs_jobs.service/jobs/9.head"), ProcessHolder::Pbs { job: "9.head".to_owned() });
        assert_eq!(of("htcondor/condor_x_slot9@h"), ProcessHolder::Htcondor { slot: "slot9@h".to_owned() });
        // A service may run as a user and own its folder.
        assert_eq!(of("system.slice/jupyter-ada.service"), ProcessHolder::Service, "{inside}");
        assert_eq!(of("lxc.payload.a"), ProcessHolder::Container { id: "a".to_owned() });
    }
}

#[test]
fn two_controllers_that_tell_of_two_holders_are_a_conflict() {
    for (text, words) in [
        (
            "5:devices:/slurm/uid_5/job_7/step_0\n4:memory:/slurm/uid_5/job_8/step_0\n",
            ["devices of Slurm job 7", "memory of Slurm job 8"],
        ),
        (
            "5:devices:/slurm/uid_5/job_7/step_0\n1:name=systemd:/user.slice/user-6.slice/session-1.scope\n",
            ["devices of Slurm job 7", "name=systemd of user 6"],
        ),
        (
            "5:devices:/docker/ID\n4:memory:/kubepods/podPOD\n",
            ["devices of container 69582967867f", "memory of Kubernetes pod b3955616"],
        ),
        (
            "5:devices,freezer:/pbs_jobs.service/jobid/1.a\n0::/system.slice/slurmstepd.scope/job_8/step_0\n",
            ["devices,freezer of PBS job 1.a", "Slurm job 8"],
        ),
    ] {
        let text = text.replace("POD", POD).replace("ID", ID);
        let found = FoundHolder::of_cgroups(&text);
        assert!(found.is_conflict && found.holder == ProcessHolder::Unknown, "{found:?}");
        let reason = found.reason.unwrap();
        assert!(words.iter().all(|word| reason.contains(word)), "{reason}");
        assert_eq!(found.evidence.len(), 2, "{text}");
    }
}

#[test]
fn a_process_is_known_by_its_number_and_its_start() {
    let proc = tempfile::tempdir().unwrap();
    let folder = proc.path().join("42");
    std::fs::create_dir(&folder).unwrap();
    assert!(holder_of(proc.path(), 42).unwrap_err().to_string().contains("there is no process 42 under "));
    std::fs::write(folder.join("cgroup"), "0::/user.slice/user-7.slice/session-1.scope\n").unwrap();
    let (process, found) = holder_of(proc.path(), 42).unwrap();
    assert_eq!((process.pid, process.start_ticks, found.holder), (42, None, user(7)));
    let stat = "42 (a) b (c)) S 1 42 42 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 1 1\n";
    std::fs::write(folder.join("stat"), stat).unwrap();
    assert_eq!(holder_of(proc.path(), 42).unwrap().0.start_ticks, Some(987_654));
}

/// Folders of all makers, and such as are nobody's.
fn folder() -> impl Strategy<Value = String> {
    let known = [
        "system.slice",
        "user.slice",
        "user-1000.slice",
        "kubepods.slice",
        "machine.slice",
        "slurmstepd.scope",
        "job_7",
        "step_0",
        "slurm",
        "uid_5",
        "docker",
        "kubepods",
        "burstable",
        "pbs_jobs.service",
        "jobs",
        "12.head",
        "htcondor",
        "condor_x_slot1@h",
        "..",
        "lxc",
        "ecs",
        "sEKNKTV3WPV500",
        "init.scope",
        "user@1000.service",
    ];
    let ids = [format!("docker-{ID}.scope"), ID.to_owned(), format!("pod{POD}")];
    let folders: Vec<String> = known.iter().map(|folder| (*folder).to_owned()).chain(ids).collect();
    prop_oneof![3 => proptest::sample::select(folders), 1 => "[ -~é]{0,12}".prop_map(String::from)]
}

proptest! {
    #[test]
    fn no_text_makes_a_panic_and_garbage_makes_no_holder(text in "\\PC*") {
        let found = FoundHolder::of_cgroups(&text);
        prop_assert!(matches!(found.holder, ProcessHolder::Unknown | ProcessHolder::Service), "{:?}", found);
    }

    #[test]
    fn all_that_is_below_a_users_folder_is_the_users(folders in proptest::collection::vec(folder(), 0..8)) {
        let path = format!("0::/user.slice/user-1000.slice/{}", folders.join("/"));
        let found = FoundHolder::of_cgroups(&path);
        prop_assert!(matches!(found.holder, ProcessHolder::User { user: 1_000, .. }), "{}: {:?}", path, found);
    }

    #[test]
    fn a_holder_is_known_or_a_reason_is_given(lines in proptest::collection::vec(proptest::collection::vec(folder(), 0..8), 1..4)) {
        let text: String = (1..).zip(&lines).map(|(number, path)| format!("{number}:c{number}:/{}\n", path.join("/"))).collect();
        let found = FoundHolder::of_cgroups(&text);
        prop_assert_eq!(found.reason.is_some(), found.holder == ProcessHolder::Unknown, "{}: {:?}", text, found);
        prop_assert!(!found.is_conflict || found.evidence.len() > 1, "{}: {:?}", text, found);
        if found.holder != ProcessHolder::Unknown {
            prop_assert!(!found.evidence.is_empty(), "{}", text);
        }
    }
}
