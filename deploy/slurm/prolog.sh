#!/bin/sh
# Prolog= of slurm.conf: slurmd runs it on each node of a job, as root, before the job starts there. It notes in one small file which job holds which
# devices of this node from now on; the time of the file is that moment. The node's agent reads the folder. This calls no other program but mkdir,
# once, talks to nobody, waits for nothing, and never fails a job.
PATH=/usr/bin:/bin
umask 022
folder="${WATTLEDGER_SLURM_JOBS:-/run/wattledger-slurm}"
[ -n "$SLURM_JOB_ID" ] || exit 0
[ -d "$folder" ] || mkdir -p "$folder"
restarts="${SLURM_JOB_RESTART_COUNT:-${SLURM_RESTART_COUNT:-0}}"
file="$folder/$SLURM_JOB_ID.$restarts.${SLURMD_NODENAME:-node}"
# A file without its last line is not whole, and is not believed.
printf '%s\n' "wattledger-slurm-job 1" "job=$SLURM_JOB_ID" "restarts=$restarts" "het_job=$SLURM_HET_JOB_ID" "array_job=$SLURM_ARRAY_JOB_ID" \
    "array_task=$SLURM_ARRAY_TASK_ID" "sluid=$SLURM_JOB_SLUID" "cluster=$SLURM_CLUSTER_NAME" "node=$SLURMD_NODENAME" "user=$SLURM_JOB_USER" \
    "account=$SLURM_JOB_ACCOUNT" "partition=$SLURM_JOB_PARTITION" "gpus=$SLURM_JOB_GPUS" end >"$file" ||
    logger -t wattledger "prolog.sh cannot write $file: the energy of job $SLURM_JOB_ID will be idle"
exit 0
