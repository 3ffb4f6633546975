# Formats the data folder the first time, then becomes the broker.
set -eu
setup() {
  java -Xmx128m -XX:TieredStopAtLevel=1 -cp '/opt/kafka/libs/*' kafka.docker.KafkaDockerWrapper setup \
    --default-configs-dir /etc/kafka/docker --mounted-configs-dir /mnt/shared/config --final-configs-dir /opt/kafka/config 2>&1
}
found=$(setup) || grep -qi 'already formatted' <<<"$found" || { echo "$found" >&2; exit 1; }
exec java ${KAFKA_HEAP_OPTS:--Xms256m -Xmx1G} -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true \
  -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.yaml -cp '/opt/kafka/libs/*' kafka.Kafka /opt/kafka/config/server.properties
