#!/usr/bin/env bash
# Jaeger's own OTLP receiver, memory store and query API in one small process, built from its Go module by main.go. The
# page of its UI is a placeholder, unless UI_ASSETS names a built one; the JSON API is complete.
# Settings: JAEGER_OTLP_PORT (4318), JAEGER_QUERY_PORT (16686).
source "$(dirname "${BASH_SOURCE[0]}")/../verbs.sh"

name=jaeger
version='1.62.0'
port=$(port_from JAEGER_QUERY_PORT 16686)
otlp_port=$(port_from JAEGER_OTLP_PORT 4318)
addresses=("TEST_JAEGER=http://127.0.0.1:$port" "TEST_OTLP=http://127.0.0.1:$otlp_port")
ports=("JAEGER_QUERY_PORT=$port" "JAEGER_OTLP_PORT=$otlp_port")
download='Go modules, built here: one to three minutes, 23 MB on disk'
made_from=(go.mod go.sum main.go)
start_seconds=30

needs_to_start() { :; }
needs_to_install() { need_go; }
install_into() { (cd "$here" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o "$1/jaeger" .); }
prepare() { :; }
# nothing uses gRPC here: any free port will do
launch() {
  command=(env "OTLP_HTTP=127.0.0.1:$otlp_port" OTLP_GRPC=127.0.0.1:0 "QUERY_HTTP=127.0.0.1:$port" QUERY_GRPC=127.0.0.1:0
    GOMEMLIMIT=256MiB "$home/install/jaeger")
}
answers() { query_http "$port" /api/services | grep -q ' 200 ' && listening "$otlp_port"; }

recipe "$@"
