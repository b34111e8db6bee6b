#!/bin/sh
# Prolog= of slurm.conf, on each node as root: which job holds which devices from now on. Never fails.
here="$(dirname "$0")"
devices=""
for index in $(echo "${SLURM_JOB_GPUS:-}" | tr ',' ' '); do
    uuid="$(timeout 5 nvidia-smi --query-gpu=uuid --format=csv,noheader -i "$index" 2>/dev/null)"
    case "$uuid" in GPU-*) devices="$devices${devices:+, }{\"uuid\": \"$uuid\", \"node\": \"$(uname -n)\"}" ;; esac
done
project=""
[ -n "${SLURM_JOB_ACCOUNT:-}" ] && project="\"project\": \"$SLURM_JOB_ACCOUNT\", "
sh "$here/tell.sh" /jobs <<DOCUMENT
{"job": "${SLURM_CLUSTER_NAME:-slurm}-$SLURM_JOB_ID", ${project}"attempt": $((${SLURM_JOB_RESTART_COUNT:-0} + 1)),
 "labels": {"user": "${SLURM_JOB_USER:-unknown}", "partition": "${SLURM_JOB_PARTITION:-unknown}"}, "devices": [$devices]}
DOCUMENT
exit 0
