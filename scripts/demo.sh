#!/bin/sh
# Builds the programs and runs internal/cmd/demo, which shows the main job from end to end.
# KEEP=1 leaves the platform running and prints how to continue by hand.
set -eu

cd "$(dirname "$0")/.."
cli=$(scripts/terraform.sh)

began=$(date +%s)
echo "Building the provider, the platform, a receiver and the demo (a first build takes about four minutes on two cores) …"
make -s build
CGO_ENABLED=0 go build -o bin/demo ./internal/cmd/demo
(cd examples/receivers/go && GOWORK=off CGO_ENABLED=0 go build -o ../../../bin/quickconnect-receiver .)
echo "Built in $(($(date +%s) - began)) s."
echo

# With exec, a signal reaches the demo itself, which stops the programs that it started.
if [ "${KEEP:-}" = 1 ]; then
  exec bin/demo -terraform "$cli" -keep
fi
exec bin/demo -terraform "$cli"
