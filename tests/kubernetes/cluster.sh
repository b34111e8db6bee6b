# The part of tests/kubernetes.sh that needs a cluster; sourced by it, in the folder of the page, with the service and the gate running.

# GPUs for an hour that are held, in all.
held() { curl -sS --fail --cacert "$WATTLEDGER_CA_FILE" -H "Authorization: Bearer $WATTLEDGER_TOKEN" "$WATTLEDGER_SERVER/api/v1/budgets/1" |
    python3 -c "import json, sys; print(round(json.load(sys.stdin)['held_mj'] / $one))"; }
holds() { [ "$(held)" = "$1" ]; }
pods() { [ "$(kubectl -n wattledger-try get pods -l "$1" -o name | wc -l)" = "$2" ]; }
expect() { holds "$1" || fail "$2: $(held) GPUs are held, not $1"; }
denied() { # what, words, command...: the command is refused with these words
    local what="$1" words="$2"; shift 2
    if "$@" >said.txt 2>&1; then fail "$what was let in"; fi
    grep -q 'denied the request: carbon budget: ' said.txt && grep -qF "$words" said.txt || fail "$what: $(cat said.txt)"
}
# What begins with a brace, kubectl takes for JSON.
yaml() { printf -- '---\n%s\n' "$1"; }
pod_spec() { echo "{restartPolicy: Never, nodeSelector: {nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3}, containers: [{name: c, image: registry.example/train, resources: {limits: {nvidia.com/gpu: \"$1\"}}}]}"; }
job() { # name, pods, GPUs of each
    yaml "{apiVersion: batch/v1, kind: Job, metadata: {name: $1, namespace: wattledger-try}, spec: {parallelism: $2, completions: $2, activeDeadlineSeconds: 3600, template: {metadata: {labels: {app: $1}}, spec: $(pod_spec "$3")}}}"
}
deployment() { # name, replicas
    yaml "{apiVersion: apps/v1, kind: Deployment, metadata: {name: $1, namespace: wattledger-try}, spec: {replicas: $2, selector: {matchLabels: {app: $1}}, template: {metadata: {labels: {app: $1}}, spec: $(pod_spec 1 | sed 's/Never/Always/')}}}"
}
apply() { kubectl apply -f - >/dev/null; }

try_cluster() {
    if [ -n "${WATTLEDGER_TEST_KUBECONFIG:-}" ]; then
        export KUBECONFIG="$WATTLEDGER_TEST_KUBECONFIG"
    else
        # shellcheck source=tests/kubernetes/control_plane.sh
        source "$repository/tests/kubernetes/control_plane.sh"
        start_control_plane "$WATTLEDGER_TEST_KUBERNETES"
    fi
    step "a cluster: $(kubectl version -o json | python3 -c 'import json, sys; print(json.load(sys.stdin)["serverVersion"]["gitVersion"])')"
    made_in_cluster=yes
    one="$(curl -sS --fail --cacert "$WATTLEDGER_CA_FILE" -H "Authorization: Bearer $WATTLEDGER_TOKEN" -H 'Content-Type: application/json' "$WATTLEDGER_SERVER/api/v1/estimates" \
        -d '{"accelerator":"h100-sxm5","count":1,"hours":1}' | python3 -c 'import json, sys; print(json.load(sys.stdin)["p95"]["energy_mj"])')"
    curl -sS --fail --cacert "$WATTLEDGER_CA_FILE" -o /dev/null -H "Authorization: Bearer $WATTLEDGER_TOKEN" -H 'Content-Type: application/json' "$WATTLEDGER_SERVER/api/v1/budgets" \
        -d "{\"name\":\"cluster\",\"scope\":\"all\",\"unit\":\"energy\",\"limit_mj\":$((one * 12)),\"period\":\"month\",\"mode\":\"block\",\"default_hours\":1}"
    set_up
    what_fits_and_what_does_not
    what_ends
    what_was_there_before
    without_the_gate
    step "done"
}

# Steps 2 to 5 of the page. The pods of the gate and the reader run here instead of in the cluster: the Service stands for this machine.
set_up() {
    step "steps 2 to 5"
    kubectl create namespace wattledger-try >/dev/null
    kubectl create namespace wattledger-closed >/dev/null
    kubectl label namespace wattledger-closed wattledger.io/outage=closed >/dev/null
    await "the account of the namespace" kubectl -n wattledger-try get serviceaccount default
    deployment before 2 | apply
    await "the pods of what is there before" pods app=before 2
    bash -ec "$(block 2 | sed "s#https://wattledger.example#$WATTLEDGER_SERVER#")"
    cp "$WATTLEDGER_CA_FILE" ca.crt
    kubectl -n wattledger create configmap gate-ca --from-file=ca.crt
    bash -ec "$(block 3 | grep kubectl)"
    kubectl -n wattledger delete service gate >/dev/null
    yaml "{apiVersion: v1, kind: Service, metadata: {name: gate, namespace: wattledger}, spec: {type: ExternalName, externalName: $address, ports: [{port: $gate_port}]}}" | apply
    for file in webhook-without-conditions.yaml webhook.yaml; do
        sed -i "s#port: 443 }#port: $gate_port }\n      caBundle: $authority#" "$file"
        kubectl apply -f "$file"
    done
    kubectl apply -f reader.yaml
    # An API server takes up a webhook within a second or two.
    await "the webhook" is_asked
}
is_asked() { ! job probe 100 8 | kubectl create --dry-run=server -f -; }

what_fits_and_what_does_not() {
    step "what fits, what does not, and a dry run"
    job big 2 8 >big.yaml
    denied "a Job of 16 GPUs" "Job big, 16 x " kubectl apply -f big.yaml
    grep -q 'What would fit' said.txt || fail "it is not said what would fit: $(cat said.txt)"
    expect 0 "after a denial"
    job train 2 2 >train.yaml
    kubectl apply --dry-run=server -f train.yaml
    expect 0 "after a dry run"
    kubectl apply -f train.yaml
    await "the pods of the Job" pods app=train 2
    expect 4 "a Job with its pods"
    deployment serve 2 | apply
    await "the pods of the Deployment" pods app=serve 2
    expect 6 "a Job and a Deployment"
    denied "a Deployment of 20" "deployments serve with 20 replicas" kubectl -n wattledger-try scale deployment serve --replicas 20
    kubectl -n wattledger-try scale deployment serve --replicas 4
    await "more pods" pods app=serve 4
    expect 8 "a Deployment that grew"
    kubectl -n wattledger-try scale deployment serve --replicas 1
    await "fewer pods" pods app=serve 1
    await "what it no longer takes" holds 5
    kubectl -n wattledger-try patch job train --type merge -p '{"metadata":{"annotations":{"note":"x"}}}'
    expect 5 "an annotation"
}

what_ends() {
    step "what ends"
    kubectl -n wattledger-try delete job train --wait
    await "the end of the Job's hold" holds 1
    local pod
    pod="$(kubectl -n wattledger-try get pods -l app=serve -o name)"
    kubectl -n wattledger-try label "$pod" app=mine --overwrite
    await "a pod in the place of the one that was taken away" pods app=serve 1
    await "both to be held" holds 2
    kubectl -n wattledger-try delete deployment serve --wait
    kubectl -n wattledger-try delete "$pod" --wait
    await "the end of everything that was seen" holds 0
}

what_was_there_before() {
    step "the reader"
    kubectl -n wattledger create token reader >reader.token
    kubectl config view --raw -o jsonpath='{.clusters[0].cluster.certificate-authority-data}' | base64 -d >cluster.crt
    [ -s cluster.crt ] || cp "$(kubectl config view -o jsonpath='{.clusters[0].cluster.certificate-authority}')" cluster.crt
    server="$(kubectl config view -o jsonpath='{.clusters[0].cluster.server}')"
    WATTLEDGER_TOKEN="$token" wattledger kubernetes watch --once --api-server "$server" --api-token-file reader.token --api-ca-file cluster.crt
    expect 2 "what was there before the webhook"
    kubectl -n wattledger-try scale deployment before --replicas 3
    expect 3 "a Scale of what the reader saw"
    denied "a Scale beyond the budget" "deployments before with 30 replicas" kubectl -n wattledger-try scale deployment before --replicas 30
    if wattledger attention | grep -q 'Kubernetes'; then fail "attention: $(wattledger attention)"; fi
}

without_the_gate() {
    step "while the gate does not answer"
    kill "$gate"; wait "$gate" || true
    kubectl -n wattledger-closed run open --image registry.example/x
    denied_by_outage
    job meanwhile 1 3 | apply
    kubectl -n wattledger-try delete deployment before --wait
    start_gate
    await "the gate" ask --fail "$at_gate/healthz"
    step "after it: a revoked token"
    wattledger token revoke "$revoked" >/dev/null
    review r2 | ask --data-binary @- "$at_gate/admission/kubernetes" >answer.json
    undecided "a token that was revoked"
}

# A namespace that is labelled so refuses what would take more.
denied_by_outage() {
    if job refused 1 1 | sed 's/wattledger-try/wattledger-closed/' | kubectl create -f - >said.txt 2>&1; then fail "let in where an outage closes"; fi
    grep -q 'failed calling webhook "closed.budgets.wattledger.io"' said.txt || fail "$(cat said.txt)"
}
