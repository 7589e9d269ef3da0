#!/bin/sh
# The service is not started by an installation: look at /etc/quickconnectd/quickconnectd.env first. An upgrade restarts one
# that runs.
set -e
[ "$1" = configure ] || exit 0
[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload
if [ -n "$2" ]; then
  systemctl try-restart quickconnectd.service
fi
