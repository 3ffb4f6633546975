#!/usr/bin/env bash
# Apache Kafka in KRaft mode, one node that is broker and controller, from the jars on Maven Central.
# Settings: KAFKA_PORT (9092), KAFKA_CONTROLLER_PORT (9093), KAFKA_HEAP (512m); KAFKA_PROPERTIES, a file of further
# properties, which win; KAFKA_SCRAM, a user for SCRAM as NAME:PASSWORD, made with the data.
source "$(dirname "${BASH_SOURCE[0]}")/../verbs.sh"

name=kafka
version=4.4.0
port=$(port_from KAFKA_PORT 9092)
controller_port=${KAFKA_CONTROLLER_PORT:-$((port + 1))}
addresses=("TEST_KAFKA=kafka://127.0.0.1:$port")
ports=("KAFKA_PORT=$port" "KAFKA_CONTROLLER_PORT=$controller_port")
download='jars by Maven, 43 MB on disk'
made_from=(pom.xml)
start_seconds=60

needs_to_start() { need_java; }
needs_to_install() { need_java && need_maven; }
install_into() { install_jars "$1"; }

prepare() {
  java_options=(-Djava.awt.headless=true "-Dlog4j2.configurationFile=$here/log4j2.properties" -cp "$home/install/*")
  sed -e "s|@PORT@|$port|g" -e "s|@CONTROLLER_PORT@|$controller_port|g" -e "s|@DATA@|$instance/data|" \
    "$here/server.properties" >"$instance/server.properties"
  [ -z "${KAFKA_PROPERTIES:-}" ] || cat "$KAFKA_PROPERTIES" >>"$instance/server.properties"
  local scram=()
  [ -z "${KAFKA_SCRAM:-}" ] || for each in SCRAM-SHA-256 SCRAM-SHA-512; do
    scram+=(--add-scram "$each=[name=${KAFKA_SCRAM%%:*},password=${KAFKA_SCRAM#*:}]")
  done
  [ -e "$instance/data/meta.properties" ] ||
    java -Xmx128m -XX:TieredStopAtLevel=1 "${java_options[@]}" kafka.tools.StorageTool format \
      --cluster-id MkU3OEVBNTcwNTJENDM2Qg -c "$instance/server.properties" "${scram[@]}" >"$instance/log" 2>&1 ||
    fail "its data folder could not be formatted: $(cat "$instance/log")"
}

launch() {
  command=(java "-Xms${KAFKA_HEAP:-512m}" "-Xmx${KAFKA_HEAP:-512m}" -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError
    "${java_options[@]}" kafka.Kafka "$instance/server.properties")
}

# "started" is logged after the broker is unfenced, so that the first request succeeds; then ApiVersions is requested.
answers() {
  grep -q 'Kafka Server started' "$instance/log" &&
    [ -n "$(query "$port" 8 '\0\0\0\x0a\0\x12\0\0\0\0\0\x01\xff\xff')" ]
}

recipe "$@"
