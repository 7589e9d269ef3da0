#!/bin/sh
# The data directory stays, also after a purge: its keyring opens every backup.
set -e
[ "$1" = remove ] || exit 0
[ -d /run/systemd/system ] || exit 0
systemctl disable --now quickconnectd.service
