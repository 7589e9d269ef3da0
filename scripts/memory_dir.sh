#!/bin/sh
# Prints the directory for the temporary files of the tests: /dev/shm, which is in memory, where it has room and programs
# can be started in it, else the usual one. A PostgreSQL of a test creates and removes a thousand files, and on a disk that
# takes longer than the test.
set -eu

needed=8388608 # KiB
usual=${TMPDIR:-/tmp}

free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ "${free:-0}" -lt $needed ] || ! probe=$(mktemp /dev/shm/probe.XXXXXX 2>/dev/null); then
  echo "$usual"
  exit 0
fi
trap 'rm -f "$probe"' EXIT
printf '#!/bin/sh\n' >"$probe"
chmod 700 "$probe"
if "$probe" 2>/dev/null; then echo /dev/shm; else echo "$usual"; fi
