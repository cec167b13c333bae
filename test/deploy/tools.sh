#!/usr/bin/env bash
# Builds Apache's wskdeploy, as pinned by test/deploy/tools/go.mod, into a cache folder outside the checkout, once, and
# prints its path. Needs Go 1.19 or newer and its module proxy.
set -euo pipefail

source_folder=$(cd "$(dirname "$0")/tools" && pwd)
version=$(awk '$2 == "github.com/apache/openwhisk-wskdeploy" { print $3 }' "$source_folder/go.mod")
cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/github-traffic-analytics
binary=$cache/wskdeploy-$version

if [ ! -x "$binary" ]; then
  command -v go >/dev/null || { echo 'Missing: Go 1.19 or newer (on Debian: apt-get install golang-go).' >&2; exit 1; }
  mkdir -p "$cache"
  # Two that build at once do not get in each other's way.
  building=$(mktemp "$cache/building.XXXXXX")
  trap 'rm -f "$building"' EXIT
  (cd "$source_folder" && CGO_ENABLED=0 GOFLAGS=-mod=readonly GOTOOLCHAIN=local go build -buildvcs=false -o "$building" \
    github.com/apache/openwhisk-wskdeploy >&2)
  chmod 755 "$building"
  mv "$building" "$binary"
fi
echo "$binary"
