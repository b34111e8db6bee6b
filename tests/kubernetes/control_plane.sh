# Starts etcd, kube-apiserver and kube-controller-manager on loopback, without nodes: pods are made and stay pending. To be sourced by tests/kubernetes.sh,
# which has `folder`, `started`, `await` and `free_port`.
#
# $1 is a folder with the three programs; etcd is taken from PATH where it has none. Sets KUBECONFIG.
start_control_plane() {
    local programs="$1" etcd_port peer_port port controllers_port
    local etcd="$programs/etcd"
    [ -x "$etcd" ] || etcd="$(command -v etcd)"
    etcd_port="$(free_port)"; peer_port="$(free_port)"; port="$(free_port)"; controllers_port="$(free_port)"
    "$etcd" --data-dir "$folder/etcd" --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
        --listen-peer-urls "http://127.0.0.1:$peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
        --initial-cluster "default=http://127.0.0.1:$peer_port" >"$folder/etcd.log" 2>&1 &
    started+=("$!")
    openssl genrsa -out "$folder/accounts.key" 2048 2>/dev/null
    openssl rsa -in "$folder/accounts.key" -pubout -out "$folder/accounts.pub" 2>/dev/null
    printf '%s\n' 'administrator,administrator,1,"system:masters"' 'controllers,system:kube-controller-manager,2,' >"$folder/tokens.csv"
    "$programs/kube-apiserver" --etcd-servers "http://127.0.0.1:$etcd_port" --bind-address 127.0.0.1 --secure-port "$port" \
        --cert-dir "$folder/apiserver" --endpoint-reconciler-type none --service-cluster-ip-range 10.96.0.0/16 \
        --authorization-mode RBAC --token-auth-file "$folder/tokens.csv" --service-account-issuer https://kubernetes.default.svc \
        --service-account-key-file "$folder/accounts.pub" --service-account-signing-key-file "$folder/accounts.key" \
        >"$folder/apiserver.log" 2>&1 &
    started+=("$!")
    await "the API server's certificate" test -s "$folder/apiserver/apiserver.crt"
    export KUBECONFIG="$folder/administrator.kubeconfig"
    kubeconfig administrator "$port" >"$KUBECONFIG"
    kubeconfig controllers "$port" >"$folder/controllers.kubeconfig"
    await "the API server" kubectl get --raw /readyz
    "$programs/kube-controller-manager" --kubeconfig "$folder/controllers.kubeconfig" --authentication-kubeconfig "$folder/controllers.kubeconfig" \
        --authorization-kubeconfig "$folder/controllers.kubeconfig" --bind-address 127.0.0.1 --secure-port "$controllers_port" \
        --cert-dir "$folder/controllers" --leader-elect=false --use-service-account-credentials \
        --service-account-private-key-file "$folder/accounts.key" --root-ca-file "$folder/apiserver/apiserver.crt" \
        >"$folder/controllers.log" 2>&1 &
    started+=("$!")
    await "the controllers" kubectl -n default get serviceaccount default
}

# The kubeconfig of a user whose token is its name.
kubeconfig() {
    cat <<YAML
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://127.0.0.1:$2", certificate-authority: "$folder/apiserver/apiserver.crt"}}]
users: [{name: "$1", user: {token: "$1"}}]
contexts: [{name: test, context: {cluster: test, user: "$1"}}]
current-context: test
YAML
}
