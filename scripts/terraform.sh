#!/bin/sh
# Prints the path of a Terraform CLI with write-only arguments (1.11 or newer): the one that QC_CLI names, else terraform from
# the PATH, else tofu from the PATH, else Terraform, which hc-install downloads into bin/tools. All other output goes to
# standard error.
set -eu

pinned=1.11.4 # the version to download

root=$(cd "$(dirname "$0")/.." && pwd)

# new_enough CLI: succeeds if the CLI is 1.11 or newer. tofu prints the same JSON key as terraform.
new_enough() {
  version=$(CHECKPOINT_DISABLE=1 "$1" version -json 2>/dev/null | sed -n 's/.*"terraform_version": *"\([0-9.]*\).*/\1/p')
  major=${version%%.*}
  rest=${version#*.}
  minor=${rest%%.*}
  case $major$minor in '' | *[!0-9]*) return 1 ;; esac
  [ "$major" -gt 1 ] || { [ "$major" -eq 1 ] && [ "$minor" -ge 11 ]; }
}

if [ -n "${QC_CLI:-}" ]; then
  # A wrong choice must not end in tests with another CLI.
  if ! path=$(command -v "$QC_CLI") || ! new_enough "$path"; then
    echo "scripts/terraform.sh: QC_CLI is $QC_CLI, which is no terraform or tofu 1.11 or newer that runs" >&2
    exit 1
  fi
  case $path in /*) echo "$path" ;; *) echo "$PWD/$path" ;; esac
  exit 0
fi

for name in terraform tofu; do
  path=$(command -v "$name") || continue
  if new_enough "$path"; then
    echo "$path"
    exit 0
  fi
  echo "scripts/terraform.sh: skipping $path: it is older than 1.11 and has no write-only arguments" >&2
done

dir=$root/bin/tools/terraform-$pinned
if [ ! -x "$dir/terraform" ]; then
  echo "scripts/terraform.sh: there is no terraform on the PATH; downloading Terraform $pinned into $dir" >&2
  make -s -C "$root" bin/tools/hc-install >&2
  mkdir -p "$dir"
  if ! "$root/bin/tools/hc-install" install -version "$pinned" -path "$dir" terraform >&2; then
    echo "scripts/terraform.sh: cannot download Terraform: install terraform or tofu 1.11 or newer and put it on the PATH" >&2
    exit 1
  fi
fi
echo "$dir/terraform"
