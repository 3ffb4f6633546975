#!/usr/bin/env bash
# Milvus Lite's server: newer than the standalone one, and lenient where real servers refuse. Started only by name.
# Settings: MILVUS_LITE_PORT (19530), PYTHON (python3).
source "$(dirname "${BASH_SOURCE[0]}")/../verbs.sh"

name=milvus-lite
version='3.2.2'
port=$(port_from MILVUS_LITE_PORT 19530)
addresses=("TEST_MILVUS_LITE=milvus://127.0.0.1:$port")
ports=("MILVUS_LITE_PORT=$port")
download='by pip, 455 MB on disk'
made_from=(requirements.txt)
start_seconds=60

needs_to_start() { :; }
needs_to_install() { need_python 3.10; }
install_into() { install_wheels "$1"; }
prepare() { :; }
launch() {
  command=("$home/install/bin/milvus-lite" server --data-dir "$instance/data" --host 127.0.0.1 --port "$port")
}
# HTTP/2's preface and empty settings: a gRPC server answers with its own settings
answers() { [ -n "$(query "$port" 9 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0')" ]; }

recipe "$@"
