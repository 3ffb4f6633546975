#!/bin/sh
# Starts an app of the image in place of this shell: start.sh chunk-scanner, start.sh cli runs list.
set -eu

apps=$(dirname "$0")/../apps
app=${1:-}
if [ ! -f "$apps/$app/dist/main.js" ]; then
  echo "start: found ${app:-nothing}, expected one of: $(ls "$apps" | tr '\n' ' ')" >&2
  exit 64
fi
shift
# The flags of the batchmill command. By default V8 lets its young generation grow to a hundred megabytes; a small one is as
# fast. TimeoutNegativeWarning comes from kafkajs, which sets timers for times that have passed.
exec node --max-semi-space-size=16 --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning \
  "$apps/$app/dist/main.js" "$@"
