#!/bin/sh
# Builds the programs and runs internal/cmd/demo, which shows the main job from end to end.
# KEEP=1 leaves the platform running and prints how to continue by hand. CONSOLE=1 does so too, and opens the console with
# single sign-on at an OpenID provider on this machine.
set -eu

cd "$(dirname "$0")/.."
cli=$(scripts/terraform.sh)

began=$(date +%s)
echo "Building four programs. The first time this takes about four minutes on two cores, most of it for the first two."
built() { printf '%s (%s s)\n' "$1" "$(($(date +%s) - began))"; }
go mod download
built "1/5 downloaded the modules"
make -s build-provider
built "2/5 built the provider: bin/terraform-provider-quickconnect"
make -s build-platform
built "3/5 built the platform: bin/quickconnectd"
(cd examples/receivers/go && GOWORK=off CGO_ENABLED=0 go build -o ../../../bin/quickconnect-receiver .)
built "4/5 built a receiver of webhooks: bin/quickconnect-receiver"
CGO_ENABLED=0 go build -o bin/demo ./internal/cmd/demo
built "5/5 built the demo: bin/demo"
if [ "${CONSOLE:-}" = 1 ]; then
  (cd internal/oidcserver && GOWORK=off CGO_ENABLED=0 go build -o ../../bin/oidcserver .)
  built "and an OpenID provider for the console: bin/oidcserver"
fi
echo

# With exec, a signal reaches the demo itself, which stops the programs that it started.
if [ "${CONSOLE:-}" = 1 ]; then
  exec bin/demo -terraform "$cli" -console
fi
if [ "${KEEP:-}" = 1 ]; then
  exec bin/demo -terraform "$cli" -keep
fi
exec bin/demo -terraform "$cli"
