#!/bin/sh
# Epilog= of slurm.conf (not EpilogSlurmctld): slurmd runs it on each node of a job, as root, when the job has left that node. It notes beside each
# file of prolog.sh that the job holds nothing here any more; the time of the new file is that moment. It never fails.
PATH=/usr/bin:/bin
umask 022
folder="${WATTLEDGER_SLURM_JOBS:-/run/wattledger-slurm}"
[ -n "$SLURM_JOB_ID" ] || exit 0
for file in "$folder/$SLURM_JOB_ID".*."${SLURMD_NODENAME:-node}"; do
    [ ! -f "$file" ] || [ "$file.end" -nt "$file" ] || true >"$file.end" ||
        logger -t wattledger "epilog.sh cannot write $file.end: job $SLURM_JOB_ID seems to go on"
done
# Every now and then, what ended more than a day ago is removed: the agent has noted it long since.
set -- "$folder"/*.end
if [ $(($# % 64)) = 0 ]; then
    find "$folder" -name '*.end' -mmin +1440 | while read -r ended; do rm -f "${ended%.end}" "$ended"; done
fi
exit 0
