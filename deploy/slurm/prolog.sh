#!/bin/sh
# Prolog= of slurm.conf: runs on each node as root and reports which job holds which devices from now on. Never fails.
here="$(dirname "$0")"
devices=""
for index in $(echo "${SLURM_JOB_GPUS:-}" | tr ',' ' '); do
    uuid="$(timeout 5 nvidia-smi --query-gpu=uuid --format=csv,noheader -i "$index" 2>/dev/null)"
    case "$uuid" in GPU-*) devices="$devices${devices:+, }{\"uuid\": \"$uuid\", \"node\": \"$(uname -n)\"}" ;; esac
done
# The project of an account, as `wattledger slurm sync` has it: from [accounts] in the sync.toml beside this script, or the account's own name.
project_of() {
    [ -r "$here/sync.toml" ] && awk -v account="$1" '
        /^[ \t]*\[/ { inside = $0 ~ /^[ \t]*\[accounts\]/; next }
        !inside || /^[ \t]*#/ { next }
        {
            key = $0; sub(/[ \t]*=.*/, "", key); gsub(/^[ \t"\047]+|["\047]+$/, "", key)
            value = $0; sub(/^[^=]*=[ \t]*["\047]/, "", value); sub(/["\047].*/, "", value)
            if (key == account) { print value; exit }
        }' "$here/sync.toml"
}
account="${SLURM_JOB_ACCOUNT:--}"
name="$(project_of "$account")"
[ -z "$name" ] && [ "$account" != "-" ] && name="$account"
project=""
[ -n "$name" ] && project="\"project\": \"$name\", "
sh "$here/tell.sh" /jobs <<DOCUMENT
{"job": "${SLURM_CLUSTER_NAME:-slurm}-$SLURM_JOB_ID", ${project}"attempt": $((${SLURM_JOB_RESTART_COUNT:-0} + 1)),
 "labels": {"user": "${SLURM_JOB_USER:-unknown}", "partition": "${SLURM_JOB_PARTITION:-unknown}"}, "devices": [$devices]}
DOCUMENT
exit 0
