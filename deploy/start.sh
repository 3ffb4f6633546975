#!/bin/sh
# Starts an app in place of this shell, in the image and in a clone that is built: start.sh chunk-scanner, start.sh cli runs list.
set -eu

bundle=$(dirname "$0")/../packages/bundle/dist
app=${1:-}
if [ ! -f "$bundle/apps/$app.js" ]; then
  echo "start: found ${app:-nothing}, expected one of: $(ls "$bundle/apps" | sed 's/\.js$//' | tr '\n' ' ')" >&2
  exit 64
fi
shift
# By default V8 lets its young generation grow to a hundred megabytes. 16 are as fast for the whole engine in one process, where 4 cost a
# twelfth more processor time; a service is as fast with 4, and starts in less memory.
case $app in
  all-in-one | cli | simulator) young=16 ;;
  *) young=4 ;;
esac
# TimeoutNegativeWarning comes from kafkajs, which sets timers for times that have passed.
# Garbage may grow to as much as is in use, and not to a multiple of it.
exec node --max-semi-space-size=$young --heap-growing-percent=100 \
  --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning "$bundle/$app.js" "$@"
