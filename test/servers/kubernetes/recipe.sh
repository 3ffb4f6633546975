#!/usr/bin/env bash
# Kubernetes' API server and etcd in one process, built from their Go modules by main.go, with the custom resources of KEDA
# and the ServiceMonitor beside it. The token of its user is in data/ beside the log, its certificate in data/certificates/.
# Settings: KUBERNETES_PORT (16443), KUBERNETES_ETCD_PORT (12379).
source "$(dirname "${BASH_SOURCE[0]}")/../verbs.sh"

name=kubernetes
version='1.37.2'
port=$(port_from KUBERNETES_PORT 16443)
etcd_port=$(port_from KUBERNETES_ETCD_PORT 12379)
addresses=("TEST_KUBERNETES=https://127.0.0.1:$port")
ports=("KUBERNETES_PORT=$port" "KUBERNETES_ETCD_PORT=$etcd_port")
download='Go modules, built here: six to twelve minutes, 120 MB on disk and 4 GB in the caches of Go'
made_from=(recipe.sh go.mod go.sum main.go definitions/go.mod definitions/go.sum)
start_seconds=60

needs_to_start() { :; }
needs_to_install() { need go 1.26 "$(go env GOVERSION 2>/dev/null | sed 's/^go//' || true)" golang; }
install_into() { # DIR
  cd "$here/definitions"
  mkdir "$1/definitions"
  cp "$(folder_of github.com/kedacore/keda/v2)"/config/crd/bases/keda.sh_{scaledobjects,triggerauthentications}.yaml \
    "$(folder_of github.com/kedacore/keda/v2)/schema/generated/scalers-schema.json" \
    "$(folder_of github.com/prometheus-operator/prometheus-operator)/example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml" \
    "$1/definitions"
  cd "$here"
  CGO_ENABLED=0 go build -trimpath -buildvcs=false \
    -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=v$version" -o "$1/kubernetes" .
}
folder_of() { # MODULE
  go mod download -json "$1" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'
}
prepare() { chmod 700 "$instance/data"; }
launch() { command=("$home/install/kubernetes" serve "$instance/data" "$port" "$etcd_port"); }
answers() { "$home/install/kubernetes" answers "$instance/data" "$port" >/dev/null 2>&1; }

recipe "$@"
