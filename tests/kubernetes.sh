#!/usr/bin/env bash
# Budgets in Kubernetes as deploy/kubernetes/README.md sets them up, with the commands of that page: the gate as its pod runs it, asked over TLS
# as an API server asks, and then a real API server with its controllers.
#
# The gate needs nginx, envsubst, openssl, curl and python3. The cluster is the one of the kubeconfig that WATTLEDGER_TEST_KUBECONFIG names; it must be
# one to try things on, and must reach this machine under WATTLEDGER_TEST_ADDRESS (localhost unless said). Or WATTLEDGER_TEST_KUBERNETES names a folder
# with kube-apiserver and kube-controller-manager, which are then started here. What misses something says so and ends well. Everything that is started
# here is ended here, by its id, and what is made in the cluster is deleted.
set -euo pipefail
cd "$(dirname "$0")/.."
repository="$PWD"

folder="$(mktemp -d)"
started=()
made_in_cluster=""
skipped() { echo "SKIPPED: $*" | tee -a "${WATTLEDGER_SKIPPED:-/dev/null}"; }
clean() {
    if [ -n "$made_in_cluster" ]; then
        kubectl delete validatingwebhookconfiguration,clusterrole,clusterrolebinding wattledger wattledger-reader --ignore-not-found >/dev/null 2>&1 || true
        kubectl delete namespace wattledger wattledger-try wattledger-closed --wait=false --ignore-not-found >/dev/null 2>&1 || true
    fi
    for id in "${started[@]}"; do kill "$id" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap clean EXIT
step() { echo "== $SECONDS s: $*"; }
fail() { echo "FAILED: $*"; tail -n 20 "$folder"/*.log 2>/dev/null; exit 1; }
await() { # what, command...: for a minute at most
    local what="$1"; shift
    for _ in $(seq 600); do if "$@" >/dev/null 2>&1; then return 0; fi; sleep 0.1; done
    fail "waited a minute for $what"
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
for program in nginx envsubst openssl curl python3; do
    command -v "$program" >/dev/null || { skipped "budgets in Kubernetes: $program is not installed"; exit 0; }
done

target="${CARGO_TARGET_DIR:-$repository/target}/debug"
[ -x "$target/wattledger" ] || cargo build --workspace --locked --bins
export PATH="$target:$PATH"
address="${WATTLEDGER_TEST_ADDRESS:-localhost}"

step "the service, with a certificate of an authority of its own"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE \
    -keyout "$folder/service.key" -out "$folder/service.crt" 2>"$folder/openssl.log"
cat >"$folder/service.toml" <<TOML
tls_certificate = "$folder/service.crt"
tls_key = "$folder/service.key"
[kubernetes]
unconfirmed_hold_s = 5
[ledger]
close_every_s = 1
TOML
wattledger serve --config "$folder/service.toml" --data "$folder/data" --listen 127.0.0.1:0 >"$folder/service.log" 2>&1 &
service="$!"; started+=("$service")
await "the service" grep -q '^listening on' "$folder/service.log"
WATTLEDGER_SERVER="https://localhost:$(sed -n 's/^listening on .*://p' "$folder/service.log")"
export WATTLEDGER_CA_FILE="$folder/service.crt"
WATTLEDGER_TOKEN="$(sed -n 's/^admin token: //p' "$folder/service.log")"
export WATTLEDGER_SERVER WATTLEDGER_TOKEN

# The page, followed in a folder with its files.
page="$folder/page"
cp -r deploy/kubernetes "$page"
cd "$page"
# The shell lines of the page's block with this number.
block() { awk -v wanted="$1" '/^ *```sh$/ { number += 1; inside = 1; next } /^ *```$/ { inside = 0 } inside && number == wanted { sub(/^   /, ""); print }' README.md; }

step "step 1: a token"
printed="$(bash -ec "$(block 1 | sed -n 1p)")"
token="$(grep -o 'wl_[A-Za-z0-9_-]*' <<<"$printed" | head -n 1)"
[ -n "$token" ] || fail "no token in: $printed"
bash -ec "$(block 1 | sed -n 2p | sed "s/wl_…/$token/")"
[ "$(cat token.txt)" = "$token" ] || fail "token.txt holds something else"

step "step 3: a certificate"
certificate="$(block 3 | grep -v kubectl)"
authority="$(bash -ec "$certificate" 2>openssl.log | tail -n 1)"
openssl x509 -in tls.crt -noout -checkhost gate.wattledger.svc | grep -q 'does match' || fail "the certificate is for another name"
[ "$(base64 -d <<<"$authority")" = "$(cat tls.crt)" ] || fail "what the page prints is no certificate in base64"

step "the gate, as its pod runs it"
gate_port="$(free_port)"
mkdir -p nginx/conf.d tls
# The template of the ConfigMap, filled in as the image does it. Only its port and its paths are those of this machine.
awk '/default.conf.template: \|/ { inside = 1; next } /^---/ { inside = 0 } inside { sub(/^    /, ""); print }' gate.yaml >nginx/template
WATTLEDGER_TOKEN="$token" envsubst '${WATTLEDGER_SERVER} ${WATTLEDGER_TOKEN} ${WATTLEDGER_CA_FILE}' <nginx/template |
    sed "s#listen 8443 ssl#listen $gate_port ssl#; s#/etc/gate/tls/#$page/#" >nginx/conf.d/default.conf
cat >nginx/nginx.conf <<CONF
daemon off;
pid $page/nginx/pid;
error_log $folder/gate.log;
events {}
http {
  client_body_temp_path $page/nginx/body; proxy_temp_path $page/nginx/proxy; fastcgi_temp_path $page/nginx/f; uwsgi_temp_path $page/nginx/u; scgi_temp_path $page/nginx/s;
  include $page/nginx/conf.d/*.conf;
}
CONF
start_gate() { nginx -p "$page/nginx" -c "$page/nginx/nginx.conf" -e "$folder/gate.log" & gate="$!"; started+=("$gate"); }
start_gate
# As an API server asks: with the CA of the webhook's configuration, under the name of the Service.
ask() { curl -sS --max-time 20 --cacert tls.crt --resolve "gate.wattledger.svc:$gate_port:127.0.0.1" -H 'Content-Type: application/json' "$@"; }
at_gate="https://gate.wattledger.svc:$gate_port"
await "the gate" ask --fail "$at_gate/healthz"
[ "$(ask -o /dev/null -w '%{http_code}' "$at_gate/heartbeat")" = 204 ] || fail "the heartbeat is not answered"
[ "$(ask -o /dev/null -w '%{http_code}' "$at_gate/api/v1/jobs")" = 404 ] || fail "the gate serves more than reviews"
review() { sed "s/\"uid\": \"[^\"]*\"/\"uid\": \"$1\"/" "$repository/tests/it/kubernetes/recorded/admissionreview-v1-real-03-create-job-dryrun.json"; }
review r1 | ask --data-binary @- "$at_gate/admission/kubernetes" >answer.json
python3 - <<'PY' || fail "$(cat answer.json)"
import json
answer = json.load(open("answer.json"))
assert answer["kind"] == "AdmissionReview" and answer["response"]["uid"] == "r1" and answer["response"]["allowed"] is True, answer
PY
undecided() { # what: the answer is a Status of Kubernetes, for which failurePolicy decides
    python3 -c 'import json; status = json.load(open("answer.json")); assert status["kind"] == "Status" and status["code"] == 503 and "Wattledger" in status["message"], status' ||
        fail "$1: $(cat answer.json)"
}
head -c 5000000 /dev/zero | ask --data-binary @- "$at_gate/admission/kubernetes" >answer.json
undecided "a body that is too large"
wattledger token list --json >tokens.json
revoked="$(python3 -c 'import json; tokens = json.load(open("tokens.json")); tokens = tokens.get("items", tokens) if isinstance(tokens, dict) else tokens; print(next(token["id"] for token in tokens if token["name"] == "kubernetes"))')"
if [ "${WATTLEDGER_TEST_KUBECONFIG:-}${WATTLEDGER_TEST_KUBERNETES:-}" = "" ]; then
    wattledger token revoke "$revoked" >/dev/null
    review r2 | ask --data-binary @- "$at_gate/admission/kubernetes" >answer.json
    undecided "a token that was revoked"
    kill "$service"; wait "$service" || true
    review r3 | ask --data-binary @- "$at_gate/admission/kubernetes" >answer.json
    undecided "a service that is away"
    skipped "budgets in a real cluster: neither WATTLEDGER_TEST_KUBECONFIG nor WATTLEDGER_TEST_KUBERNETES names one"
    exit 0
fi
# shellcheck source=tests/kubernetes/cluster.sh
source "$repository/tests/kubernetes/cluster.sh"
try_cluster
