#!/bin/bash
# Builds a release of the last commit twice, in two clones and with two build caches, without network, and checks it:
# names, sums, signature, what is in the archives, the Debian package, the bills of materials and the image. Needs git, gpg,
# unzip, dpkg-deb and systemd-analyze, and about an hour on two cores, most of it for the second build without a cache.
#
#   CACHE=1 scripts/release_check.sh   the second build uses the cache: minutes, and only the linker runs again
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
version=0.0.$(git -C "$root" rev-list --count HEAD)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "release-check: $*" >&2
  exit 1
}

# A key for this check alone: RSA, as the registry wants.
export GNUPGHOME=$work/gnupg SNAPSHOT_VERSION=$version
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-generate-key check@example.com rsa2048 sign 1d
GPG_FINGERPRINT=$(gpg --batch --with-colons --list-secret-keys | awk -F: '$1 == "fpr" { print $10; exit }')
export GPG_FINGERPRINT

release() { # DIRECTORY
  git clone -q --no-local "$root" "$1"
  mkdir "$1/bin"
  ln -s "$root/bin/tools" "$1/bin/tools"
  (cd "$1" && GOFLAGS='' bin/tools/goreleaser release --snapshot --clean --parallelism 1 >"$1.log" 2>&1) ||
    { tail -n 40 "$1.log" >&2; fail "goreleaser failed"; }
}

(cd "$root" && go mod download && go mod download -C internal/tools/image && bin/tools/goreleaser check)
export GOPROXY=off GOTOOLCHAIN=local # from here on nothing is downloaded
release "$work/first"
if [ "${CACHE:-}" = 1 ]; then release "$work/second"; else GOCACHE=$work/cache release "$work/second"; fi

cd "$work/first/dist"
sums=terraform-provider-quickconnect_${version}_SHA256SUMS
released() { (cd "$1" && sha256sum -- *_SHA256SUMS *.zip *.tar.gz *.deb *.cdx.json); }
diff <(released .) <(released "$work/second/dist") || fail "two builds of a commit differ"
cp ../terraform-registry-manifest.json "terraform-provider-quickconnect_${version}_manifest.json"
sha256sum --quiet -c "$sums"
for file in "$sums" *.tar.gz *.deb *.cdx.json; do
  gpg --batch --quiet --verify "$file.sig" "$file" 2>/dev/null || fail "the signature of $file is not good"
done
! head -c 15 "$sums.sig" | grep -q BEGIN || fail "the signature is text, and the registry takes a binary one"
diff <(printf '%s\n' *.zip *_manifest.json | sort) <(awk '{ print $2 }' "$sums" | sort) ||
  fail "$sums is not of the zips and the manifest alone"

for zip in *.zip; do
  case $zip in *_windows_*) suffix=.exe ;; *) suffix= ;; esac
  [ "$(unzip -Z1 "$zip")" = "terraform-provider-quickconnect_v$version$suffix" ] || fail "$zip has more than the program"
done
for sbom in *.cdx.json; do
  grep -q '"bomFormat": "CycloneDX"' "$sbom" && grep -q 'pkg:golang/github.com/' "$sbom" || fail "$sbom lists no modules"
done
for archive in quickconnect*_*.tar.gz; do
  tar tzf "$archive" | sort | tr '\n' ' ' | grep -qx "LICENSE THIRD_PARTY_NOTICES ${archive%%_*} " || fail "$archive"
done

deb=quickconnectd_${version}_amd64.deb
dpkg-deb -x "$deb" "$work/deb"
# Into files first: grep -q ends a pipe early.
dpkg-deb -c "$deb" >"$work/contents"
dpkg-deb --info "$deb" conffiles >"$work/conffiles"
grep -q '^-rw------- .*/etc/quickconnectd/quickconnectd.env$' "$work/contents" || fail "$deb: others can read the environment"
grep -qx /etc/quickconnectd/quickconnectd.env "$work/conffiles" || fail "$deb overwrites the environment"
cmp "$work/deb/usr/bin/quickconnectd" platform_linux_amd64_v1/quickconnectd
cmp "$work/deb/usr/bin/quickconnect" command_linux_amd64_v1/quickconnect
unit=$work/deb/usr/lib/systemd/system/quickconnectd.service
sed "s|/usr/bin/quickconnectd|$work/deb&|" "$unit" >"$work/quickconnectd.service"
systemd-analyze verify "$work/quickconnectd.service"
exposure=$(systemd-analyze security --offline=true --threshold=15 "$unit") ||
  fail "the unit is open: $exposure"

cd "$root"
go test -C internal/tools/image .
make -s image VERSION="$version"
# make, which the other tests use, builds what goreleaser does.
for arch in amd64 arm64; do
  cmp "bin/image/$arch" "$work/first/dist/"platform_linux_"$arch"_*/quickconnectd
done
files=$(find "$work/first/dist" -maxdepth 1 \( -name '*.zip' -o -name '*.tar.gz' -o -name '*.deb' \) | wc -l)
echo "release-check: $files archives and packages of $version, built twice, are equal and complete"
