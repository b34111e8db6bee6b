//! Slurm's prolog, run as slurmd runs it, with a driver and a sender of the test's own.

use std::path::Path;
use std::process::Command;

/// What the prolog tells of a job of `account`.
fn told(folder: &Path, account: Option<&str>) -> serde_json::Value {
    let mut command = Command::new("sh");
    command.arg(folder.join("prolog.sh")).env_clear();
    command.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    command.envs([("SLURM_CLUSTER_NAME", "alps"), ("SLURM_JOB_ID", "7"), ("SLURM_JOB_USER", "ada")]);
    command.envs([("SLURM_JOB_PARTITION", "gpu"), ("SLURM_JOB_GPUS", "0,3"), ("SLURM_JOB_RESTART_COUNT", "1")]);
    command.envs(account.map(|account| ("SLURM_JOB_ACCOUNT", account)));
    assert!(command.status().unwrap().success());
    serde_json::from_str(&std::fs::read_to_string(folder.join("told")).unwrap()).unwrap()
}

#[test]
fn a_job_is_told_under_the_project_of_its_account_with_its_devices() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/slurm");
    std::fs::copy(scripts.join("prolog.sh"), path.join("prolog.sh")).unwrap();
    std::fs::write(path.join("tell.sh"), "cat > \"$(dirname \"$0\")/told\"\n").unwrap();
    std::fs::write(path.join("nvidia-smi"), "#!/bin/sh\nfor last; do :; done\necho \"GPU-$last\"\n").unwrap();
    std::fs::set_permissions(path.join("nvidia-smi"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let without = told(path, Some("physics"));
    assert_eq!(without["project"], "physics", "without a configuration an account is its project");
    let configuration = "[accounts]   # Slurm's\n# physics = \"old\"\nphysics = \"climate\" # new\n\"odd name\" = 'x'\n- = \"nobody\"\n[gres]\na100 = \"a100-sxm4-80\"\n";
    std::fs::write(path.join("sync.toml"), configuration).unwrap();
    let project = |account| told(path, account)["project"].clone();
    let found = [Some("physics"), Some("odd name"), Some("other"), Some("a100"), None].map(project);
    assert_eq!(found, ["climate", "x", "other", "a100", "nobody"]);
    let job = told(path, Some("physics"));
    assert_eq!((&job["job"], &job["attempt"], &job["labels"]["user"]), (&"alps-7".into(), &2.into(), &"ada".into()));
    let devices = job["devices"].as_array().unwrap();
    assert_eq!(devices.iter().map(|device| device["uuid"].as_str().unwrap()).collect::<Vec<_>>(), ["GPU-0", "GPU-3"]);
}
