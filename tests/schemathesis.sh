#!/usr/bin/env bash
# The running service against its own OpenAPI document: no 5xx, no status, media type or body that is not documented.
#
# Needs schemathesis 4 (`pip install schemathesis`, in a virtual environment); SCHEMATHESIS names its program where `st` is not in the
# PATH. WATTLEDGER_LONG=20 makes 20 times as many requests. Without the program it says so and ends well.
set -euo pipefail
cd "$(dirname "$0")/.."

st="${SCHEMATHESIS:-st}"
if ! command -v "$st" >/dev/null; then
    echo "SKIPPED: schemathesis is not installed; CONTRIBUTING.md says how"
    exit 0
fi
program="${CARGO_TARGET_DIR:-target}/debug/wattledger"
[ -x "$program" ] || cargo build --locked --bin wattledger
folder="$(mktemp -d)"
trap 'kill "${service:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT

rates=(requests_per_s request_burst batches_per_s batch_burst failures_per_s failure_burst)
{ echo "[limits]"; printf '%s = 1000000\n' "${rates[@]}"; } >"$folder/service.toml"
"$program" serve --listen 127.0.0.1:0 --data "$folder/data" --config "$folder/service.toml" \
    >"$folder/said" 2>"$folder/log" &
service=$!
until grep -q '^listening on' "$folder/said"; do
    kill -0 "$service" || { cat "$folder/log"; exit 1; }
    sleep 0.1
done
token="$(sed -n 's/^admin token: //p' "$folder/said")"
server="$(sed -n 's/^listening on //p' "$folder/said")"

# Something to be found by lists and reports.
curl -sSf -o /dev/null -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
    --data-binary @docs/wire-example.json "$server/api/v1/batches"

# A stream has no end to wait for; its test opens it.
(cd "$folder" && "$st" run "$server/openapi.json" -H "Authorization: Bearer $token" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --phases examples,coverage,fuzzing --exclude-path /api/v1/events --suppress-health-check all \
    --max-examples "$((40 * ${WATTLEDGER_LONG:-1}))" --continue-on-failure --warnings off --no-color)
if grep -E '"level":"ERROR"' "$folder/log"; then
    echo "the service logged errors"
    exit 1
fi
