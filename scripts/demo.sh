#!/bin/sh
# The main job from end to end, as internal/cmd/demo tells it: builds the programs and shows them at work.
# KEEP=1 leaves the platform running and prints what is needed to go on by hand.
set -eu

cd "$(dirname "$0")/.."
cli=$(scripts/terraform.sh)

began=$(date +%s)
echo "Building the provider, the platform, a receiver and the demo (a first build takes a minute or two) …"
make -s build
CGO_ENABLED=0 go build -o bin/demo ./internal/cmd/demo
(cd examples/receivers/go && GOWORK=off CGO_ENABLED=0 go build -o ../../../bin/quickconnect-receiver .)
echo "Built in $(($(date +%s) - began)) s."
echo

# exec: a signal reaches the demo itself, which stops what it has started.
if [ "${KEEP:-}" = 1 ]; then
  exec bin/demo -terraform "$cli" -keep
fi
exec bin/demo -terraform "$cli"
