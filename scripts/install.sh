#!/bin/sh
# Builds the programs and puts them into place, so that `terraform init` and `tofu init` find the provider without any
# configuration:
#
#   PREFIX/bin/quickconnectd                                  the platform; PREFIX is ~/.local unless set
#   PREFIX/bin/quickconnect                                   the operator's command
#   PLUGINS/HOST/quickconnect/quickconnect/VERSION/OS_ARCH/   the provider; PLUGINS is ~/.terraform.d/plugins unless set
#
# Terraform and OpenTofu look into ~/.terraform.d/plugins by themselves and then ask no registry for this provider. The version
# is 0.0.N, where N counts the commits, so that every build of a new commit is a newer version.
set -eu

cd "$(dirname "$0")/.."
prefix=${PREFIX:-$HOME/.local}
plugins=${PLUGINS:-$HOME/.terraform.d/plugins}
version=${VERSION:-0.0.$(git rev-list --count HEAD 2>/dev/null || echo 0)}

make -s build VERSION="$version"
mkdir -p "$prefix/bin"
for program in quickconnectd quickconnect; do
  cp "bin/$program" "$prefix/bin/$program.new"
  mv "$prefix/bin/$program.new" "$prefix/bin/$program" # replaces a program that runs
  echo "$program: $prefix/bin/$program"
done
for host in registry.terraform.io registry.opentofu.org; do
  dir=$plugins/$host/quickconnect/quickconnect/$version/$(go env GOOS)_$(go env GOARCH)
  mkdir -p "$dir"
  cp bin/terraform-provider-quickconnect "$dir/terraform-provider-quickconnect_v$version.new"
  mv "$dir/terraform-provider-quickconnect_v$version.new" "$dir/terraform-provider-quickconnect_v$version"
  echo "provider $version: $dir"
done
case ":$PATH:" in
*":$prefix/bin:"*) ;;
*) echo "$prefix/bin is not on the PATH: add it, or call the programs by their whole paths." ;;
esac
echo "To remove them: rm -r $prefix/bin/quickconnectd $prefix/bin/quickconnect $plugins/registry.*/quickconnect"
