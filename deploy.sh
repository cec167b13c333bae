#!/usr/bin/env bash
# Deploys the system to an OpenWhisk namespace and its pages to an S3-compatible bucket; see usage below.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
  cat <<'TEXT'
Usage: ./deploy.sh [COMMAND] [--dry-run]

  deploy     (default) builds, deploys the actions, the triggers and the rules, creates or upgrades the tables, uploads
             the pages and checks with real requests that all of it answers; may be run again at any time
  undeploy   removes the actions, the triggers, the rules and the pages; leaves the bucket alone, and the data too unless
             it is told the installation's name: undeploy --delete-data='NAME' drops all tables first
  rotate     changes TOKEN_KEY, and DATABASE_URL to DATABASE_URL_NEXT if that is set, without downtime
  status     says what is deployed and whether it answers

  --dry-run  checks everything and shows what deploy or undeploy would do, but changes nothing
  --help     this text

Variables come from the environment and from deploy.env (or the file that DEPLOY_ENV names), which wins.
docs/configuration.md lists them. APIHOST, AUTH and NAMESPACE may be in ~/.wskprops instead.
TEXT
}

step() { echo "== $*"; }
# fail SENTENCE…: the sentences, unless a program has said them already.
fail() {
  [ $# -eq 0 ] || printf '   %s\n' "$@" >&2
  echo 'Stopped. Run ./deploy.sh again when that is put right: it goes on from what is there.' >&2
  exit 1
}
helper() { node dist/deploy/main.js "$@" || fail; }

# Every name that the platform's tools or the manifest know must be in the environment of wskdeploy.
read_variables() {
  DEPLOY_ENV=${DEPLOY_ENV:-deploy.env}
  local wskprops=${WSK_CONFIG_FILE:-${HOME:-}/.wskprops} name value
  if [ -f "$wskprops" ]; then
    while IFS='=' read -r name value; do
      case $name in APIHOST | AUTH | NAMESPACE) [ -n "${!name:-}" ] || declare -gx "$name=$value" ;; esac
    done <"$wskprops"
  fi
  set -a
  # shellcheck source=/dev/null
  if [ -f "$DEPLOY_ENV" ]; then . "$(realpath "$DEPLOY_ENV")"; fi
  : "${PAGES_URL:=}" "${ALLOWED_ORIGINS:=${PAGES_URL%/}}" "${ALLOW_PRIVATE_ADDRESSES:=}"
  : "${TRUSTED_IDENTITIES:=}" "${DEMO_GITHUB_URL:=}" "${DEMO_WEBHOOK_URL:=}" "${NOW:=}"
  : "${COLLECT_STARTS_PER_MINUTE:=}" "${COLLECT_CONCURRENCY:=}"
  : "${DDE_API_URL:=}" "${DDE_CLIENT_ID:=}" "${DDE_CLIENT_SECRET:=}"
  # An interrupted rotation: everything must open what either key sealed.
  if [ -n "${TOKEN_KEY_NEXT:-}" ]; then TOKEN_KEY="${TOKEN_KEY:-} $TOKEN_KEY_NEXT"; fi
  export DEPLOY_PID=$$
  set +a
}

# `wsk project` is the same program as wskdeploy.
find_deployer() {
  if [ -n "${WSKDEPLOY:-}" ]; then deployer=("$WSKDEPLOY")
  elif command -v wskdeploy >/dev/null; then deployer=(wskdeploy)
  elif command -v wsk >/dev/null; then deployer=(wsk project)
  else deployer=(); fi
  deployer_name="${deployer[*]##*/}"
}

node_is_missing() {
  if ! command -v node >/dev/null; then echo 'node is missing: install Node 20.17 or newer.'
  elif ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 17) ? 0 : 1)'
  then echo "node is $(node --version): install Node 20.17 or newer."
  elif [ ! -d node_modules/esbuild ]; then echo 'The packages are missing: run npm ci.'
  else return 1; fi
}

# The credentials, which may hold a secret, go no further than to the program that reads them.
read_app_id() {
  [ -n "${APPID_CREDENTIALS:-}" ] || return 0
  local lines
  lines=$(node dist/deploy/main.js app-id) || fail
  { read -r ISSUER; read -r CLIENT_ID; read -r SCOPE; } <<<"$lines"
  export ISSUER CLIENT_ID SCOPE
  unset APPID_CREDENTIALS
}

# Where no database is named, the deployed package's stays: of the last deployment, or of a service that is bound to it.
read_database() {
  [ -z "${DATABASE_URL:-}" ] || return 0
  DATABASE_URL=$(node dist/deploy/main.js database) || DATABASE_URL=
  export DATABASE_URL
}

# Says everything that is missing at once. The program that knows the variables has to be built for that.
check() {
  step 'Building, and checking the tools and the variables'
  local problems
  if ! problems=$(node_is_missing); then
    node build.mjs --quiet || fail 'The build failed, see above.'
    read_database
    problems=$(node dist/deploy/main.js check) || fail
  fi
  find_deployer
  if [ ${#deployer[@]} -eq 0 ] || ! command -v "${deployer[0]}" >/dev/null; then
    problems+="${problems:+$'\n'}   ${WSKDEPLOY:-wskdeploy} is missing: install Apache's wskdeploy or wsk, or name it with WSKDEPLOY."
  fi
  [ -z "$problems" ] || { echo "$problems" >&2; fail; }
  read_app_id
}

# prepare preflight|access: the latter asks for what is there only.
prepare() {
  check
  step 'Checking the access to the namespace and the bucket'
  helper "$1"
}

# The key travels in a file that only this user can read, not in the list of processes.
work=
locked=
clean_up() {
  [ -z "$locked" ] || node dist/deploy/main.js unlock || true
  [ -z "$work" ] || rm -rf "$work"
  rm -f manifest.image.yaml
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

with_scheme() { case $1 in http://* | https://*) echo "${1%/}" ;; *) echo "https://${1%/}" ;; esac; }

wskdeploy_run() {
  work=${work:-$(mktemp -d)}
  (umask 077 && printf 'APIHOST=%s\nAUTH=%s\nNAMESPACE=%s\n' "$(with_scheme "$APIHOST")" "$AUTH" "$NAMESPACE" >"$work/wskprops")
  "${deployer[@]}" "$@" --config "$work/wskprops" --projectname traffic ||
    fail "$deployer_name failed, see above. What it had done until then stays."
}

# The manifest for actions in an image of their own. wskdeploy takes `docker:` for an image even when the variable in it is
# empty, and finds the bundles beside the manifest, so this is another file here.
write_manifest() {
  [ -n "${ACTION_IMAGE:-}" ] || { echo manifest.yaml; return; }
  # shellcheck disable=SC2016
  sed 's|runtime: nodejs:20|docker: ${ACTION_IMAGE}|' manifest.yaml >manifest.image.yaml
  echo manifest.image.yaml
}

lock() {
  helper lock
  locked=yes
}

deploy() {
  prepare preflight
  if [ -n "$dry_run" ]; then
    step "What $deployer_name would deploy"
    # The plan shows the values of all parameters, so it gets none that are secret.
    DATABASE_URL=SECRET TOKEN_KEY=SECRET INIT_SECRET=SECRET DDE_CLIENT_SECRET=SECRET wskdeploy_run sync --preview --manifest "$(write_manifest)"
    step "What would be uploaded to $COS_BUCKET"
    helper plan
    return
  fi
  lock
  step "Deploying the actions, the triggers and the rules to $NAMESPACE with $deployer_name"
  wskdeploy_run sync --manifest "$(write_manifest)"
  step 'Creating or upgrading the tables'
  helper upgrade
  step "Uploading the pages to $COS_BUCKET"
  helper upload
  step 'Checking that the deployed system answers'
  helper verify
  [ -z "${TOKEN_KEY_NEXT:-}" ] || echo 'A rotation was interrupted: run ./deploy.sh rotate to complete it.'
}

undeploy() {
  prepare preflight
  if [ -n "$dry_run" ]; then
    [ -z "$delete_data" ] || step 'All data would be deleted'
    step "What would be removed: the package traffic of $NAMESPACE with its triggers and rules, and the pages in $COS_BUCKET"
    helper status
    return
  fi
  lock
  if [ -n "$delete_data" ]; then
    step 'Deleting all data'
    helper delete-data
  fi
  step "Removing the actions, the triggers and the rules from $NAMESPACE with $deployer_name"
  wskdeploy_run undeploy
  step "Removing the pages from $COS_BUCKET"
  helper remove-pages
}

rotate() {
  [ -f "$DEPLOY_ENV" ] || fail "$DEPLOY_ENV is missing: rotate keeps the new values there."
  prepare access
  lock
  step 'Rotating'
  helper rotate
}

status() {
  prepare access
  step 'Status'
  helper status
}

command=deploy
dry_run=
delete_data=
for argument in "$@"; do
  case $argument in
    deploy | undeploy | rotate | status) command=$argument ;;
    --dry-run) dry_run=yes ;;
    --delete-data=*) delete_data=yes && export DELETE_DATA=${argument#*=} ;;
    -h | --help | help) usage; exit 0 ;;
    *) echo "deploy.sh does not know \"$argument\"." >&2; usage >&2; exit 2 ;;
  esac
done
case $dry_run$command in yesrotate | yesstatus) echo '--dry-run is for deploy and undeploy.' >&2; exit 2 ;; esac
case $delete_data$command in yesundeploy | deploy | rotate | status | undeploy) ;; *)
  echo '--delete-data is for undeploy.' >&2; exit 2 ;;
esac
read_variables
"$command"
