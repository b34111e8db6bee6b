#!/usr/bin/env bash
# Metrics, rules and alarms with a real Prometheus: the demonstration as the service, an agent of simulated devices, ports and folders of
# their own on loopback.
#
# Needs Debian's prometheus, which has promtool, and curl and python3. Without them it says so and ends well. Everything that is started
# here is ended here, by its id.
set -euo pipefail
cd "$(dirname "$0")/.."

folder="$(mktemp -d)"
started=()
skipped() { echo "SKIPPED: $*" | tee -a "${WATTLEDGER_SKIPPED:-/dev/null}"; }
trap 'for id in "${started[@]}"; do kill "$id" 2>/dev/null || true; done; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
for program in prometheus promtool curl python3; do
    command -v "$program" >/dev/null || { skipped "metrics in a real Prometheus: $program is not installed"; exit 0; }
done

step() { echo "== $SECONDS s: $*"; }
await() { # what, command...: for a minute at most
    local what="$1"; shift
    for _ in $(seq 600); do if "$@" >/dev/null 2>&1; then return 0; fi; sleep 0.1; done
    echo "FAILED: waited a minute for $what"; tail -n 20 "$folder"/*.log; exit 1
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

step "the rules as they are shipped"
rules=deploy/prometheus
promtool check rules "$rules/wattledger_recording.yml" "$rules/wattledger_alerts.yml"
(cd "$rules" && promtool test rules wattledger_test.yml)

step "the service and an agent"
target="${CARGO_TARGET_DIR:-target}/debug"
[ -x "$target/wattledger" ] && [ -x "$target/wattledger-agent" ] || cargo build --workspace --locked --bins
"$target/wattledger" demo --days 1 --listen 127.0.0.1:0 --data "$folder/data" >"$folder/demo.log" 2>&1 &
started+=("$!")
await "the service" grep -q '^listening on' "$folder/demo.log"
service="$(sed -n 's/^listening on //p' "$folder/demo.log")"
token="$folder/data/admin.token"
cat >"$folder/agent.toml" <<TOML
server = "$service"
token_file = "$token"
name = "scraped-01"
sources = ["synthetic:gpus=2,watts=300,sensor=instant"]
spool = "$folder/spool"
run_spools = "$folder/runs"
metering_file = "$folder/metering.json"
window_ms = 1000
push_every_s = 1
TOML
"$target/wattledger-agent" --config "$folder/agent.toml" --metrics-listen 0 >"$folder/agent.log" 2>&1 &
started+=("$!")
await "the agent" grep -q 'metrics are served at' "$folder/agent.log"
agent="$(sed -n 's/.*metrics are served at //p' "$folder/agent.log")"
api() { curl -sS --fail --max-time 20 -H "Authorization: Bearer $(cat "$token")" "$service$1"; }
is_metered() { api '/api/v1/nodes?limit=1000' | grep -q '"scraped-01"'; }
await "a delivery of the agent" is_metered

step "the names of the metrics"
api /metrics >"$folder/service.txt"
curl -sS --fail --max-time 20 "$agent" >"$folder/agent.txt"
for metrics in service agent; do
    promtool check metrics <"$folder/$metrics.txt" || { echo "FAILED: promtool complains of the metrics of the $metrics"; exit 1; }
done

step "Prometheus"
cp "$rules"/wattledger_recording.yml "$rules"/wattledger_alerts.yml "$folder"
agent_address="${agent#http://}"; agent_address="${agent_address%/metrics}"
sed -e 's/interval: 15s/interval: 1s/; s/scrape_timeout: 10s/scrape_timeout: 1s/; s/scheme: https/scheme: http/' \
    -e "s|/etc/prometheus/wattledger.token|$token|; s|\"wattledger.example\"|\"${service#http://}\"|" \
    -e "s|\"gpu-node-1:8781\", \"gpu-node-2:8781\"|\"$agent_address\"|" "$rules/prometheus.yml" >"$folder/prometheus.yml"
promtool check config "$folder/prometheus.yml"
listen="127.0.0.1:$(free_port)"
prometheus --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/tsdb" --web.listen-address="$listen" --log.level=warn \
    >"$folder/prometheus.log" 2>&1 &
started+=("$!")
await "Prometheus" curl -sf "http://$listen/-/ready"
# Both are scraped and every rule was evaluated twice: rates need two samples.
is_judged() { python3 tests/prometheus/judge.py "http://$listen" ready; }
await "both to be scraped and the rules to be evaluated" is_judged
python3 tests/prometheus/judge.py "http://$listen" judge
if grep -i 'level=err' "$folder/prometheus.log"; then echo "FAILED: Prometheus complains"; exit 1; fi
# What a service sends is in Prometheus to the joule, although Prometheus is started late and killed in between.
remote_write() { # program
    local receiver config="$folder/receiver.yml" sent agent_id prometheus_id metered
    receiver="127.0.0.1:$(free_port)"
    printf 'global: {scrape_interval: 15s}\nstorage: {tsdb: {out_of_order_time_window: 1h}}\n' >"$config"
    printf '[series.remote_write]\nurl = "http://%s/api/v1/write"\n' "$receiver" >"$folder/sent.toml"
    rm -rf "$folder/sent" "$folder/sent-spool" "$folder/received"
    "$target/wattledger" serve --config "$folder/sent.toml" --data "$folder/sent" --listen 127.0.0.1:0 >"$folder/sent.log" 2>&1 &
    started+=("$!")
    await "the service that sends" grep -q '^listening on' "$folder/sent.log"
    sent="$(sed -n 's/^listening on //p' "$folder/sent.log")"
    sed -n 's/^admin token: //p' "$folder/sent.log" >"$folder/sent.token"
    sed -e "s|^server = .*|server = \"$sent\"|; s|^token_file = .*|token_file = \"$folder/sent.token\"|; s|^spool = .*|spool = \"$folder/sent-spool\"|" \
        "$folder/agent.toml" >"$folder/sent-agent.toml"
    "$target/wattledger-agent" --config "$folder/sent-agent.toml" >"$folder/sent-agent.log" 2>&1 &
    agent_id="$!"; started+=("$agent_id")
    sent_metrics() { curl -sS --fail --max-time 20 -H "Authorization: Bearer $(cat "$folder/sent.token")" "$sent/metrics"; }
    is_waiting() { sent_metrics | awk '/^wattledger_export_behind_seconds/ && $2 > 2 { found = 1 } END { exit !found }'; }
    receive() {
        "$1" --config.file="$config" --storage.tsdb.path="$folder/received" --web.listen-address="$receiver" \
            --web.enable-remote-write-receiver --log.level=warn >>"$folder/receiver.log" 2>&1 &
        prometheus_id="$!"; started+=("$prometheus_id")
        await "Prometheus as a receiver" curl -sf "http://$receiver/-/ready"
    }
    await "samples to wait" is_waiting
    receive "$1"
    await "samples" python3 tests/prometheus/judge.py "http://$receiver" received
    kill "$prometheus_id"; wait "$prometheus_id" || true
    await "samples to wait again" is_waiting
    kill "$agent_id"; wait "$agent_id" || true
    receive "$1"
    is_sent() { sent_metrics | awk '/^wattledger_export_behind_seconds/ && $2 == 0 { found = 1 } END { exit !found }'; }
    await "everything to be sent" is_sent
    metered="$(sent_metrics | awk '/^wattledger_open_energy_joules/ || /^wattledger_ledger_energy_joules.*part="it"/ { sum += $2 } END { printf "%.3f", sum }')"
    await "the whole energy" python3 tests/prometheus/judge.py "http://$receiver" received "$metered"
    python3 tests/prometheus/judge.py "http://$receiver" received "$metered"
    sent_metrics | grep '^wattledger_export_samples_total'
    kill "$prometheus_id"; wait "$prometheus_id" || true
}
step "remote write to $(prometheus --version 2>&1 | head -n 1)"
remote_write prometheus
if [ -x "${WATTLEDGER_TEST_PROMETHEUS_3:-}" ]; then
    step "remote write to $("$WATTLEDGER_TEST_PROMETHEUS_3" --version 2>&1 | head -n 1)"
    remote_write "$WATTLEDGER_TEST_PROMETHEUS_3"
    if grep 'does not know remote write 2.0' "$folder/sent.log"; then echo "FAILED: 2.0 was not spoken"; exit 1; fi
else
    skipped "remote write 2.0 to a real Prometheus: WATTLEDGER_TEST_PROMETHEUS_3 names no Prometheus 3"
fi
step "done"
