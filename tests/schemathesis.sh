#!/usr/bin/env bash
# The running service against its own OpenAPI document: no 5xx, no status, media type or body that is not documented.
#
# Schemathesis 4 is taken from SCHEMATHESIS (its program `st`), or installed with pip into a folder beside the build; without Python or the
# registry this says that it was skipped and ends well. WATTLEDGER_LONG=20 makes 20 times as many requests, WATTLEDGER_SEED others.
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-target}"
tools="$target/schemathesis"
st="${SCHEMATHESIS:-$tools/bin/st}"
if ! command -v "$st" >/dev/null && [ -z "${SCHEMATHESIS:-}" ]; then
    python3 -m venv --clear "$tools" >/dev/null && timeout 300 "$tools/bin/pip" install --quiet 'schemathesis==4.32.5' || true
fi
if ! command -v "$st" >/dev/null; then
    echo "SKIPPED: the API against its document: schemathesis cannot be installed here (python3 with venv, and PyPI)" |
        tee -a "${WATTLEDGER_SKIPPED:-/dev/null}"
    exit 0
fi
st="$(realpath "$(command -v "$st")")"
program="$target/debug/wattledger"
cargo build --quiet --locked --bin wattledger
folder="$(mktemp -d)"
trap 'kill "${service:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT

rates=(requests_per_s request_burst batches_per_s batch_burst failures_per_s failure_burst)
{ echo "ledger.close_every_s = 1"; echo "[limits]"; printf '%s = 1000000\n' "${rates[@]}"; } >"$folder/service.toml"
"$program" serve --listen 127.0.0.1:0 --data "$folder/data" --config "$folder/service.toml" \
    >"$folder/said" 2>"$folder/log" &
service=$!
until grep -q '^listening on' "$folder/said"; do
    kill -0 "$service" || { cat "$folder/log"; exit 1; }
    sleep 0.1
done
token="$(sed -n 's/^admin token: //p' "$folder/said")"
server="$(sed -n 's/^listening on //p' "$folder/said")"

# Something to be found by lists, reports and numbers: most are 1.
post() {
    curl -sS --fail-with-body -o "$folder/answer" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
        --data-binary "$2" "$server/api/v1$1" || { cat "$folder/answer"; exit 1; }
}
post /sites '{"name":"fra","zone":"DE","pue":1.25}'
post /sites/fra/price '{"per_mwh":90,"currency":"EUR","since":"2026-01-01"}'
post /nodes/gpu-node-7.example/site '{"site":"fra"}'
post /batches @docs/wire-example.json
post /jobs/finetune-7b.3/steps '{"steps":7}'
post /budgets '{"name":"models","scope":"project","project":"language-models","unit":"energy","limit_mj":36000000000,"period":"month","mode":"block"}'
admission() { printf '{"key":"k%s","project":"language-models","accelerator":"A100","count":1,"hours":%s,"power_w":1000,"intensity":400}' "$1" "$1"; }
post /admissions "$(admission 1)"
post /admissions "$(admission 200)"
post /admissions/2/requests '{"name":"tester","reason":"a deadline"}'
until curl -sSf -H "Authorization: Bearer $token" "$server/api/v1/ledger/entries" | grep -q energy_mj; do sleep 0.1; done
post /periods '{"from":"2026-01-05","to":"2026-01-06"}'

# A stream has no end to wait for; its test opens it.
(cd "$folder" && "$st" run "$server/openapi.json" -H "Authorization: Bearer $token" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --phases examples,coverage,fuzzing --exclude-path /api/v1/events --suppress-health-check all \
    --max-examples "$((40 * ${WATTLEDGER_LONG:-1}))" --seed "${WATTLEDGER_SEED:-1}" --continue-on-failure --warnings off --no-color)
if grep -E '"level":"ERROR"' "$folder/log"; then
    echo "the service logged errors"
    exit 1
fi
