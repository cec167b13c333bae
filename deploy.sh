#!/usr/bin/env bash
# Builds the checkout, then starts deploy/main.ts with the variables of deploy.env.
set -euo pipefail
cd "$(dirname "$0")"

fail() {
  printf '   %s\n' "$1" 'Stopped. Run ./deploy.sh again when this is fixed.' >&2
  exit 1
}

for argument in "$@"; do
  case $argument in -h | --help | help) cat deploy/usage.txt; exit ;; esac
done

command -v node >/dev/null || fail 'node is missing: install Node 20.17 or newer.'
node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 17) ? 0 : 1)' ||
  fail "node is $(node --version): install Node 20.17 or newer."
[ -d node_modules/esbuild ] || fail 'The packages are missing: run npm ci.'

echo '== Building'
node build.mjs --quiet || fail 'The build failed, see above.'

export DEPLOY_ENV=${DEPLOY_ENV:-deploy.env}
set -a
# shellcheck source=/dev/null
if [ -f "$DEPLOY_ENV" ]; then . "$(realpath "$DEPLOY_ENV")"; fi
# Node reads it only when it starts.
if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -f "${OPENWHISK_CA:-}" ]; then NODE_EXTRA_CA_CERTS=$OPENWHISK_CA; fi
set +a
exec node dist/deploy/main.js "$@"
