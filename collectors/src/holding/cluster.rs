//! The name of the cluster that this node is of, where no hook says it.

use std::path::Path;

/// Where Slurm's configuration is: what slurmd of a cluster without files of its own fetched comes last.
pub(super) const CONFIGURATIONS: [&str; 5] = [
    "/etc/slurm/slurm.conf",
    "/etc/slurm-llnl/slurm.conf",
    "/run/slurm/conf/slurm.conf",
    "/var/spool/slurmd/conf-cache/slurm.conf",
    "/var/spool/slurm/d/conf-cache/slurm.conf",
];

/// `ClusterName` of the first of these files that names it.
pub(super) fn name_in<'a>(configurations: impl IntoIterator<Item = &'a Path>) -> Option<String> {
    configurations.into_iter().find_map(|path| stated(&std::fs::read_to_string(path).ok()?))
}

/// Slurm reads keys in any case, white space around `=`, and a name in small letters.
fn stated(text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split('#').next()?.split_once('=')?;
        let value = value.trim().trim_matches('"').to_ascii_lowercase();
        (key.trim().eq_ignore_ascii_case("ClusterName") && wire::is_name(&value)).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::stated;

    #[test]
    fn the_name_is_read_as_slurm_reads_it() {
        assert_eq!(stated("# ClusterName=old\n clustername = Alps # of the site\n"), Some("alps".to_owned()));
        for text in ["", "SlurmctldHost=a\n", "ClusterName=\n", "ClusterName=a b\n", "#ClusterName=alps\n"] {
            assert_eq!(stated(text), None, "{text}");
        }
    }
}
