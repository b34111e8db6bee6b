#!/usr/bin/env bash
# Budgets in Slurm: a real slurmctld with munge, ports, key and folders of its own, job_submit.lua, `wattledger slurm sync` and the service.
#
# Needs Debian's slurmctld, slurm-client, munge and slurm-wlm-basic-plugins, and runs as root. Without them it says so and ends well; the
# plugin alone is tested by every lua that there is. Everything that is started here is ended here, by its id.
set -euo pipefail
cd "$(dirname "$0")/.."

folder="$(mktemp -d)"
chmod 755 "$folder"
started=()
skipped() { echo "SKIPPED: $*" | tee -a "${WATTLEDGER_SKIPPED:-/dev/null}"; }
trap 'for id in "${started[@]}"; do kill -CONT "$id" 2>/dev/null || true; kill "$id" 2>/dev/null || true; done; wait 2>/dev/null || true; rm -rf "$folder"' EXIT

tested=0
for lua in lua5.1 lua5.3 lua5.4 lua; do
    command -v "$lua" >/dev/null || continue
    mkdir -p "$folder/lua-$lua"
    WATTLEDGER_SLURM_STATE="$folder/lua-$lua" "$lua" tests/slurm/gate.lua "$folder/lua-$lua"
    tested=1
done
[ "$tested" = 1 ] || skipped "job_submit.lua alone: no lua is installed"

for program in slurmctld sbatch squeue scontrol sinfo munged curl python3; do
    command -v "$program" >/dev/null || { skipped "budgets in a real slurmctld: $program is not installed"; exit 0; }
done
[ "$(id -u)" = 0 ] || { skipped "budgets in a real slurmctld: it needs root here"; exit 0; }

program="${CARGO_TARGET_DIR:-target}/debug/wattledger"
[ -x "$program" ] || cargo build --locked --bin wattledger
passed=0
check() { # what, found, expected
    if [ "$2" = "$3" ]; then passed=$((passed + 1)); echo "ok: $1: $2"; else echo "FAILED: $1: found $2, expected $3"; exit 1; fi
}
await() { # what, command...: for a minute at most
    local what="$1"; shift
    for _ in $(seq 600); do if "$@" >/dev/null 2>&1; then return 0; fi; sleep 0.1; done
    echo "FAILED: waited a minute for $what"; exit 1
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# The service, with a project and a budget of room for thirty jobs.
"$program" serve --listen 127.0.0.1:0 --data "$folder/data" >"$folder/said" 2>"$folder/log" &
service=$!; started+=("$service")
await "the service" grep -q '^listening on' "$folder/said"
export WATTLEDGER_TOKEN; WATTLEDGER_TOKEN="$(sed -n 's/^admin token: //p' "$folder/said")"
server="$(sed -n 's/^listening on //p' "$folder/said")"
api() { curl -sS --max-time 20 -H "Authorization: Bearer $WATTLEDGER_TOKEN" -H 'Content-Type: application/json' "$@"; }
field() { python3 -c 'import json, sys; d = json.load(sys.stdin)
for k in sys.argv[1].split("."): d = d[k]
print(d)' "$1"; }
api -o "$folder/project" -d '{"name": "climate"}' "$server/api/v1/projects"
each="$(api -d '{"accelerator": "a100", "count": 1, "hours": 1, "project": "climate"}' "$server/api/v1/estimates" | field p95.energy_mj)"
# The table counts in whole joules; one spare joule a job lets exactly thirty in.
limit=$((30 * each + 30000))
budget="$(api -d "{\"name\": \"Climate\", \"scope\": \"project\", \"project\": \"climate\", \"unit\": \"energy\", \"limit_mj\": $limit, \"period\": \"month\", \"mode\": \"block\"}" \
    "$server/api/v1/budgets" | field id)"
held() { api "$server/api/v1/budgets/$budget" | field held_mj; }

# munge and slurmctld.
mkdir -p "$folder/munge" "$folder/slurm" "$folder/state"
chmod 711 "$folder/munge"
head -c 1024 /dev/urandom >"$folder/munge/key"; chmod 400 "$folder/munge/key"
munged -F --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" \
    --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" >"$folder/munge/said" 2>&1 &
started+=("$!")
await "munge" test -S "$folder/munge/socket"
cat >"$folder/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=localhost
SlurmUser=root
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
StateSaveLocation=$folder/slurm
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdSpoolDir=$folder/spool
ProctrackType=proctrack/pgid
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
GresTypes=gpu
JobSubmitPlugins=lua
MaxArraySize=2001
NodeName=n1 NodeHostname=localhost CPUs=64 Gres=gpu:a100:8 State=UNKNOWN
PartitionName=gpu Nodes=n1 Default=YES DefaultTime=60 MaxTime=10080 State=UP
CONF
cp deploy/slurm/job_submit.lua "$folder/job_submit.lua"
export SLURM_CONF="$folder/slurm.conf" WATTLEDGER_SLURM_STATE="$folder/state"
printf 'stale_after_s = 5\nnever_created_after_s = 5\nsettle_after_s = 1\nevery_s = 1\n[accounts]\n"-" = "climate"\n' >"$folder/sync.toml"
slurmctld -D -f "$SLURM_CONF" >"$folder/slurmctld.log" 2>&1 &
started+=("$!")
await "slurmctld" scontrol ping
sync_once() { "$program" slurm sync --once --server "$1" --state "$folder/state" --config "$folder/sync.toml"; }
submit() { timeout 20 sbatch -H --wrap=true -o /dev/null "$@"; }
now_ms() { date +%s%3N; }

# Fifty at once between two syncs, against room for thirty.
sync_once "$server"
sed -i 's/^written .*/written 4000000000/; s/^stale_after .*/stale_after 4000000000/' "$folder/state/table"
begin="$(now_ms)"
jobs=()
for index in $(seq 50); do submit --gpus=a100:1 -t 60 >"$folder/out.$index" 2>&1 & jobs+=("$!"); done
successes=0
for id in "${jobs[@]}"; do if wait "$id"; then successes=$((successes + 1)); fi; done
echo "50 sbatch at once: $(($(now_ms) - begin)) ms"
refusals="$(cat "$folder"/out.* | grep -c 'has no room for this job' || true)"
check "successes" "$successes" 30
check "refusals with a reason" "$refusals" 20
check "jobs in the queue" "$(squeue -h -t all | wc -l)" 30
echo "what a refused user reads:"
grep -l 'has no room for' "$folder"/out.* | head -1 | xargs cat
sync_once "$server"
check "holds are those of thirty jobs" "$(held)" $((30 * each))
sync_once "$server"
check "a second round changes nothing" "$(held)" $((30 * each))

# A longer limit is checked again; what is cancelled is given back.
job="$(squeue -h -o %A | head -1)"
begin="$(now_ms)"
if scontrol update "jobid=$job" timelimit=120 2>"$folder/update"; then check "a limit without room" accepted refused; fi
echo "scontrol update: $(($(now_ms) - begin)) ms: $(cat "$folder/update")"
squeue -h -o %A | grep -vx "$job" | head -9 | xargs scancel
sync_once "$server"
check "cancelled jobs hold nothing" "$(held)" $((21 * each))
scontrol update "jobid=$job" timelimit=120
sync_once "$server"
check "the longer limit is held" "$(held)" $((22 * each))
submit --gpus=a100:1 -t 60 --array=1-8%2 >/dev/null 2>&1
sync_once "$server"
check "an array holds each task" "$(held)" $((30 * each))

# Each component of a heterogeneous job is held, and given back with it.
squeue -h -o %F | sort -u | xargs scancel
sync_once "$server"
check "nothing is held of what was cancelled" "$(held)" 0
submit --gpus=a100:1 -t 60 : --gpus=a100:2 -t 60 >/dev/null
sync_once "$server"
check "a heterogeneous job holds each component" "$(held)" $((3 * each))
scancel "$(squeue -h -o %A | sort -n | head -1)"
sync_once "$server"
check "a cancelled heterogeneous job holds nothing" "$(held)" 0

# A user with the cli_filter reads before the submission what the job is expected to use.
mkdir "$folder/filter"
{ cat "$SLURM_CONF"; echo CliFilterPlugins=lua; } >"$folder/filter/slurm.conf"
cp deploy/slurm/cli_filter.lua "$folder/filter/cli_filter.lua"
PATH="$(cd "$(dirname "$program")" && pwd):$PATH" SLURM_CONF="$folder/filter/slurm.conf" submit --gpus=a100:2 -t 90 >"$folder/filter/said" 2>&1
grep -o 'wattledger:.*' "$folder/filter/said" || cat "$folder/filter/said"
check "what sbatch says before it submits" "$(grep -c 'wattledger: 2 x a100 for 1.5 h are expected to use [0-9.]* kWh per task' "$folder/filter/said")" 1
sync_once "$server"
scancel "$(squeue -h -o %A | head -1)"

# The service is stalled, dead, or answers 500: sbatch answers by the policy.
cat >"$folder/stub.py" <<'STUB'
import socket, sys, threading, time
server = socket.socket(); server.bind(("127.0.0.1", 0)); server.listen(64)
print(server.getsockname()[1], flush=True)
kept = []
while True:
    peer, _ = server.accept()
    if sys.argv[1] == "500":
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"); peer.close()
    else:
        kept.append(peer)
STUB
touch "$folder/port"
for fault in 500 stalled dead; do
    if [ "$fault" = dead ]; then address="http://127.0.0.1:$(free_port)"; else
        python3 "$folder/stub.py" "$fault" >"$folder/port.$fault" & started+=("$!")
        await "the stub" test -s "$folder/port.$fault"
        address="http://127.0.0.1:$(cat "$folder/port.$fault")"
    fi
    if sync_once "$address" 2>"$folder/fault"; then check "sync with a service that is $fault" worked failed; fi
    for policy in open closed; do
        sed -i "s/^written .*/written 1/; s/^outage .*/outage $policy/; s/^stale_after .*/stale_after 5/" "$folder/state/table"
        sed -i "s/^\(budget [^ ]* [^ ]* [^ ]* [^ ]*\) [a-z]* /\1 $policy /" "$folder/state/table"
        begin="$(now_ms)"
        answer=0; submit --gpus=a100:1 -t 1 >"$folder/outage" 2>&1 || answer=$?
        echo "service $fault, policy $policy: sbatch in $(($(now_ms) - begin)) ms: $(grep -o 'wattledger:.*' "$folder/outage" | head -1)"
        check "service $fault, policy $policy" "$([ "$answer" = 0 ] && echo open || echo closed)" "$policy"
    done
done
echo "$passed passed, 0 failed"
