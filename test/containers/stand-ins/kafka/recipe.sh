# The broker's jars, with a Java. KafkaDockerWrapper, which is one of them, turns the environment into properties as it does
# in the official image.
prepare() { # VERSION
  local jars
  jars=$(program kafka)
  [ -e "$jars/kafka_2.13-$1.jar" ] || { echo "found $(cd "$jars" && ls kafka_2.13-*), expected Kafka $1"; return 1; }
  java_into java
  mkdir -p kafka/libs kafka/config
  cp "$jars"/*.jar kafka/libs
}
