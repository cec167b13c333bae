#!/usr/bin/env bash
# Builds the npm package ibm_db into a folder outside the checkout, once, for the tests of the project `db2`:
#   tools.sh unixodbc FOLDER    compiled against unixODBC, so that it reaches the stand-in of Db2
#   tools.sh clidriver FOLDER   its own prebuilt binary with IBM's driver, which is in the Python package ibm_db
# Neither is part of the checkout, of a build or of an image.
set -euo pipefail

kind=$1
folder=$2
here=$(cd "$(dirname "$0")" && pwd)
version=$(node -p "require('$here/../../package.json').peerDependencies.ibm_db")
wheel_version=3.3.0

require() {
  command -v "$1" >/dev/null || { echo "Missing: $1 (on Debian: apt-get install $2)." >&2; exit 1; }
}

# The headers of the running Node, or of Debian's.
find_headers() {
  local include
  for include in "$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")/include/node" /usr/include/node; do
    [ ! -f "$include/node_api.h" ] || { echo "$include"; return; }
  done
  echo 'Missing: the headers of Node (on Debian: apt-get install libnode-dev).' >&2
  return 1
}

build_unixodbc() {
  require g++ g++
  require odbcinst 'unixodbc-dev odbcinst'
  require java default-jre-headless
  odbcinst -q -d -n 'PostgreSQL Unicode' >/dev/null || { echo 'Missing: odbc-postgresql (on Debian: apt-get install it).' >&2; exit 1; }
  local headers
  headers=$(find_headers)
  g++ -shared -fPIC -O1 -std=c++17 -w -fpermissive -DNAPI_DISABLE_CPP_EXCEPTIONS -DBUILDING_NODE_EXTENSION \
    -DNODE_GYP_MODULE_NAME=odbc_bindings -I"$here" -I"$headers" -I"$1/node-addon-api" \
    "$1"/ibm_db/src/*.cpp -o "$1/ibm_db/build/Release/odbc_bindings.node" -lodbc
}

build_clidriver() {
  require python3 python3-pip
  local wheels
  wheels=$(mktemp -d "$building/wheels.XXXXXX")
  python3 -m pip download --quiet --no-deps --only-binary=:all: --implementation cp --python-version 311 --abi cp311 \
    --platform manylinux_2_34_x86_64 --dest "$wheels" "ibm_db==$wheel_version" >&2
  python3 - "$1/ibm_db" "$wheels"/*.whl <<'PYTHON'
import sys, zipfile
package, wheel = sys.argv[1:]
with zipfile.ZipFile(wheel) as file:
    file.extractall(f'{package}/installer', [n for n in file.namelist() if n.startswith(('clidriver/', 'ibm_db.libs/'))])
with zipfile.ZipFile(f'{package}/build.zip') as file, open(f'{package}/build/Release/odbc_bindings.node', 'wb') as binary:
    binary.write(file.read('build/Release/odbc_bindings_linux.node'))
PYTHON
  rm -r "$wheels"
}

# What was built from other versions or another header is built again.
stamp="$version $wheel_version $(cat "$0" "$here/sqlcli1.h" | sha256sum | cut -c1-16) $(node -p process.versions.modules)"
[ "$(cat "$folder/stamp" 2>/dev/null || true)" != "$stamp" ] || exit 0

mkdir -p "$(dirname "$folder")"
building=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$building"' EXIT
npm install --prefix "$building" --ignore-scripts --no-audit --no-fund --loglevel=error "ibm_db@$version" >&2
mkdir -p "$building/node_modules/ibm_db/build/Release"
"build_$kind" "$building/node_modules"
echo "$stamp" >"$building/stamp"
rm -rf "$folder"
mv "$building" "$folder"
