# mongo-java-server, which keeps its data in H2, and mongosh, which is MongoDB's own.
mongosh_version=2.12.0
mongosh_node=24.21.0

prepare() {
  local jars
  jars=$(program mongodb)
  java_into java
  mkdir server
  cp "$jars"/*.jar server
  sed 's/"127\.0\.0\.1"/"0.0.0.0"/' "$project/test/servers/mongodb/Main.java" >server/Main.java
  grep -q '"0.0.0.0"' server/Main.java || { echo 'Main.java no longer binds 127.0.0.1'; return 1; }
  npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional --prefix shell "mongosh@$mongosh_version"
  node_into bin "$mongosh_node"
}
