#!/bin/sh
# Starts an app of the image in place of this shell: start.sh chunk-scanner, start.sh cli runs list.
set -eu

apps=$(dirname "$0")/../apps
app=${1:-}
if [ ! -f "$apps/$app/dist/main.js" ]; then
  echo "start: found ${app:-nothing}, wanted one of: $(ls "$apps" | tr '\n' ' ')" >&2
  exit 64
fi
shift
# As the batchmill command does: V8 lets its nursery grow to a hundred megabytes, a small one is as quick. The warning
# is kafkajs's, which sets timers for times that have passed.
exec node --max-semi-space-size=16 --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning \
  "$apps/$app/dist/main.js" "$@"
