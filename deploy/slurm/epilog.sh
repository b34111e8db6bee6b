#!/bin/sh
# EpilogSlurmctld= of slurm.conf, once for each job on the controller: the job is over on all its nodes. Never fails.
sh "$(dirname "$0")/tell.sh" "/jobs/${SLURM_CLUSTER_NAME:-slurm}-$SLURM_JOB_ID/finish" <<DOCUMENT
{"to": "$(date -u +%Y-%m-%dT%H:%M:%SZ)"}
DOCUMENT
exit 0
