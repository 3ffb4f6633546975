#!/usr/bin/env bash
# mongo-java-server: speaks MongoDB's protocol, and is not MongoDB (docs/how-to/test-on-real-servers.md says what it lacks).
# Settings: MONGODB_PORT (27017), MONGODB_HEAP (1g), MONGODB_BACKEND: memory, which a restart empties, or h2, which keeps
# its data except the last MONGODB_H2_COMMIT_MS (20) before a kill; MONGODB_OPLOG=1 for change streams.
source "$(dirname "${BASH_SOURCE[0]}")/../verbs.sh"

name=mongodb
version='mongo-java-server 1.47.0'
port=$(port_from MONGODB_PORT 27017)
addresses=("TEST_MONGODB=mongodb://127.0.0.1:$port")
ports=("MONGODB_PORT=$port")
download='jars by Maven, 6 MB on disk'
made_from=(pom.xml)
start_seconds=30

needs_to_start() { need_java; }
needs_to_install() { need_java && need_maven; }
install_into() { install_jars "$1"; }
prepare() { :; }

launch() {
  command=(java "-Xmx${MONGODB_HEAP:-1g}" -XX:+ExitOnOutOfMemoryError -cp "$home/install/*" "$here/Main.java" "$port")
  case ${MONGODB_BACKEND:-memory} in
    memory) ;;
    h2) command+=("$instance/data/h2") ;;
    *) fail "MONGODB_BACKEND is '$MONGODB_BACKEND'; expected memory or h2" ;;
  esac
}

# {hello: 1, $db: "admin"} as one OP_MSG
answers() {
  [ -n "$(query "$port" 16 '\x34\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0\x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0')" ]
}

recipe "$@"
