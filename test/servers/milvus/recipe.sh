#!/usr/bin/env bash
# Milvus standalone: the real server's binary with embedded etcd and queue, from the last release that was a wheel.
# Settings: MILVUS_PORT (19540), MILVUS_METRICS_PORT (9099, for health checks), PYTHON (python3);
# MILVUS_AUTHORIZATION=true: it wants a login, root:Milvus at first.
source "$(dirname "${BASH_SOURCE[0]}")/../verbs.sh"

name=milvus
version='2.3.5'
port=$(port_from MILVUS_PORT 19540)
metrics_port=$(port_from MILVUS_METRICS_PORT 9099)
addresses=("TEST_MILVUS=milvus://127.0.0.1:$port")
ports=("MILVUS_PORT=$port" "MILVUS_METRICS_PORT=$metrics_port")
download='by pip, 326 MB on disk'
made_from=(requirements.txt standalone.py)
start_seconds=120

needs_to_start() { :; }
needs_to_install() { need_python 3.8; }
install_into() { install_wheels "$1" && "$1/bin/python" "$here/standalone.py" unpack "$1/milvus"; }
prepare() { :; }
launch() {
  command=("$home/install/bin/python" "$here/standalone.py" run "$home/install/milvus" "$instance/data" "$port" "$metrics_port")
}
answers() { query_http "$metrics_port" /healthz | grep -q OK && listening "$port"; }

recipe "$@"
