#!/bin/sh
# Reports a job to the service, for prolog.sh and epilog.sh: `tell.sh PATH < DOCUMENT`. A report that the service does not accept now stays in the
# spool, and the next prolog or epilog on this machine sends it. Never fails, so that no job waits for its bookkeeping.
#
# /etc/wattledger/slurm.env sets WATTLEDGER_SERVER and WATTLEDGER_TOKEN_FILE (scope ingest), and may set WATTLEDGER_SLURM_SPOOL.
[ -r /etc/wattledger/slurm.env ] && . /etc/wattledger/slurm.env
spool="${WATTLEDGER_SLURM_SPOOL:-/var/spool/wattledger-slurm}"
mkdir -p "$spool" && chmod 700 "$spool" || exit 0
name="$(date +%s%N)-$$"
{ echo "$1"; cat; } >"$spool/$name.new" && mv "$spool/$name.new" "$spool/$name"

# The oldest report goes first, so that a job's end follows its beginning. The first one that does not get through stops the loop.
for file in "$spool"/*[0-9]; do
    [ -f "$file" ] || continue
    status="$(sed 1d "$file" | curl -s -o /dev/null -w '%{http_code}' --connect-timeout 1 --max-time 2 -X POST \
        -H "Authorization: Bearer $(cat "${WATTLEDGER_TOKEN_FILE:-/dev/null}" 2>/dev/null)" -H 'Content-Type: application/json' \
        --data-binary @- "${WATTLEDGER_SERVER:-http://127.0.0.1:8780}/api/v1$(head -n 1 "$file")")"
    case "$status" in
        2*) rm -f "$file" ;;
        400 | 404 | 409 | 413 | 422) mv "$file" "$file.refused" ;;
        *) break ;;
    esac
done
exit 0
