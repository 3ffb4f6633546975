#!/bin/sh
echo 'This is mongo-java-server, which is not MongoDB.'
exec java -Xmx1g -XX:+ExitOnOutOfMemoryError -cp '/opt/mongo-java-server/*' /opt/mongo-java-server/Main.java 27017 /data/db/h2
