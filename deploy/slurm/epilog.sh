#!/bin/sh
# EpilogSlurmctld= of slurm.conf: runs once per job on the controller and reports that the job has ended. Never fails.
sh "$(dirname "$0")/tell.sh" "/jobs/${SLURM_CLUSTER_NAME:-slurm}-$SLURM_JOB_ID/finish" <<DOCUMENT
{"to": "$(date -u +%Y-%m-%dT%H:%M:%SZ)"}
DOCUMENT
exit 0
