#!/bin/sh
# Imports the key in GPG_PRIVATE_KEY, whose passphrase is in GPG_PASSPHRASE, and prints GPG_FINGERPRINT=… for goreleaser.
# The passphrase goes through a pipe, and gpg-agent keeps it: no argument list has it.
set -eu

GNUPGHOME=${GNUPGHOME:-$HOME/.gnupg}
export GNUPGHOME
mkdir -p -m 700 "$GNUPGHOME"
echo allow-preset-passphrase >>"$GNUPGHOME/gpg-agent.conf"
printf '%s\n' "$GPG_PRIVATE_KEY" | gpg --batch --quiet --import

keys=$(gpg --batch --with-colons --with-keygrip --list-secret-keys)
fingerprint=$(echo "$keys" | awk -F: '$1 == "fpr" { print $10; exit }')
algorithm=$(echo "$keys" | awk -F: '$1 == "sec" { print $4; exit }')
if [ "$algorithm" != 1 ]; then
  echo "scripts/import_signing_key.sh: the key is not RSA, and the Terraform registry takes no other" >&2
  exit 1
fi
preset=$(gpgconf --list-dirs libexecdir)/gpg-preset-passphrase
echo "$keys" | awk -F: '$1 == "grp" { print $10 }' | while read -r grip; do
  printf '%s' "$GPG_PASSPHRASE" | "$preset" --preset "$grip"
done
echo "GPG_FINGERPRINT=$fingerprint"
