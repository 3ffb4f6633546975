# Jaeger's parts in one program, of test/servers.
prepare() { # VERSION
  grep -qF "github.com/jaegertracing/jaeger v$1" "$project/test/servers/jaeger/go.mod" ||
    { echo "found another Jaeger in test/servers/jaeger/go.mod, expected $1"; return 1; }
  cp "$(program jaeger)/jaeger" .
}
