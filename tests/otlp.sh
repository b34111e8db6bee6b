#!/usr/bin/env bash
# Metrics by OTLP to a real collector of OpenTelemetry: what a service sends is there to the joule, although the collector is started late and
# killed in between.
#
# Needs a collector with the receiver `otlp` and the exporter `debug`, named by WATTLEDGER_TEST_OTELCOL (otelcol of the project's releases, or
# built from the modules go.opentelemetry.io/collector/{otelcol,receiver/otlpreceiver,exporter/debugexporter}), and python3. Without it it says so
# and ends well. Everything that is started here is ended here, by its id.
set -euo pipefail
cd "$(dirname "$0")/.."

folder="$(mktemp -d)"
started=()
trap 'for id in "${started[@]}"; do kill "$id" 2>/dev/null || true; done; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
collector="${WATTLEDGER_TEST_OTELCOL:-}"
if [ ! -x "$collector" ]; then
    echo "SKIPPED: metrics by OTLP to a real collector: WATTLEDGER_TEST_OTELCOL names none" | tee -a "${WATTLEDGER_SKIPPED:-/dev/null}"
    exit 0
fi
await() { # what, command...: for a minute at most
    local what="$1"; shift
    for _ in $(seq 600); do if "$@" >/dev/null 2>&1; then return 0; fi; sleep 0.1; done
    echo "FAILED: waited a minute for $what"; tail -n 20 "$folder"/*.log; exit 1
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

target="${CARGO_TARGET_DIR:-target}/debug"
[ -x "$target/wattledger" ] && [ -x "$target/wattledger-agent" ] || cargo build --workspace --locked --bins
receiver="127.0.0.1:$(free_port)"
printf '[series.otlp]\nurl = "http://%s/v1/metrics"\n' "$receiver" >"$folder/sent.toml"
"$target/wattledger" serve --config "$folder/sent.toml" --data "$folder/sent" --listen 127.0.0.1:0 >"$folder/sent.log" 2>&1 &
started+=("$!")
await "the service" grep -q '^listening on' "$folder/sent.log"
service="$(sed -n 's/^listening on //p' "$folder/sent.log")"
sed -n 's/^admin token: //p' "$folder/sent.log" >"$folder/sent.token"
cat >"$folder/agent.toml" <<TOML
server = "$service"
token_file = "$folder/sent.token"
name = "sent-01"
sources = ["synthetic:gpus=2,watts=300,sensor=instant"]
spool = "$folder/spool"
run_spools = "$folder/runs"
metering_file = "$folder/metering.json"
window_ms = 1000
push_every_s = 1
TOML
"$target/wattledger-agent" --config "$folder/agent.toml" >"$folder/agent.log" 2>&1 &
agent="$!"; started+=("$agent")
cat >"$folder/collector.yaml" <<YAML
receivers: {otlp: {protocols: {http: {endpoint: "$receiver"}}}}
exporters: {debug: {verbosity: detailed, sampling_initial: 1000000}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {metrics: {receivers: [otlp], exporters: [debug]}}
YAML
metrics() { curl -sS --fail --max-time 20 -H "Authorization: Bearer $(cat "$folder/sent.token")" "$service/metrics"; }
is_waiting() { metrics | awk '/^wattledger_export_behind_seconds/ && $2 > 2 { found = 1 } END { exit !found }'; }
is_sent() { metrics | awk '/^wattledger_export_behind_seconds/ && $2 == 0 { found = 1 } END { exit !found }'; }
receive() { "$collector" --config "$folder/collector.yaml" >>"$folder/collector.log" 2>&1 & started+=("$!"); received_by="$!"; }
await "metrics to wait" is_waiting
receive
await "metrics" grep -q 'Name: hw.energy' "$folder/collector.log"
kill "$received_by"; wait "$received_by" || true
await "metrics to wait again" is_waiting
kill "$agent"; wait "$agent" || true
receive
await "everything to be sent" is_sent
metered="$(metrics | awk '/^wattledger_open_energy_joules/ || /^wattledger_ledger_energy_joules.*part="it"/ { sum += $2 } END { printf "%.3f", sum }')"
is_whole() { python3 tests/otlp/judge.py "$folder/collector.log" "$metered"; }
await "the whole energy" is_whole
python3 tests/otlp/judge.py "$folder/collector.log" "$metered"
metrics | grep '^wattledger_export_samples_total'
