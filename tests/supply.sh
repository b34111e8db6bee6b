#!/usr/bin/env bash
# What Wattledger is built from: advisories, licences, bans and sources of its crates (deny.toml), and advisories of the app's packages.
#
# Advisories come from tests/supply, those of crates also from the checkout of the RustSec database that WATTLEDGER_ADVISORY_DB names. cargo-deny
# is taken from the PATH, or built into a folder beside the build; where it cannot be, that is said and counted. `npm audit`, which knows the tools
# that build the app as well, asks the registry, so it runs only with WATTLEDGER_NPM_AUDIT=1.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2
skipped() { echo "SKIPPED: $*" | tee -a "${WATTLEDGER_SKIPPED:-/dev/null}"; }

tools="${CARGO_TARGET_DIR:-target}/cargo-deny"
deny="$(command -v cargo-deny || echo "$tools/bin/cargo-deny")"
if [ ! -x "$deny" ]; then
    timeout 900 cargo install --quiet --debug --locked --no-default-features --root "$tools" "cargo-deny@$version" || true
fi
if [ -x "$deny" ]; then
    folder="$(mktemp -d)"
    trap 'rm -rf "$folder"' EXIT
    database="${WATTLEDGER_ADVISORY_DB:-}"
    if [ -z "$database" ]; then
        tar -xJf tests/supply/advisory-db.tar.xz -C "$folder"
        database="$folder/advisory-db"
        git -C "$database" init --quiet --initial-branch main
        git -C "$database" add --all
        git -C "$database" -c user.name=snapshot -c user.email= commit --quiet --message snapshot
    fi
    # cargo-deny fetches the database with git, which finds it here instead.
    export GIT_CONFIG_COUNT=1
    export GIT_CONFIG_KEY_0="url.file://$(realpath "$database").insteadOf"
    export GIT_CONFIG_VALUE_0=https://github.com/RustSec/advisory-db
    sed "s|^\[advisories\]|&\ndb-path = \"$folder/fetched\"|" deny.toml >"$folder/deny.toml"
    "$deny" --workspace --locked --config "$folder/deny.toml" check --hide-inclusion-graph
else
    skipped "advisories, licences and sources of crates: cargo-deny $version cannot be installed here"
fi

if [ -d dashboards/node_modules/semver ]; then
    xz -dc tests/supply/jsrepository.json.xz | node dashboards/scripts/advisories.mjs
else
    skipped "advisories of what the app ships: the app's packages are not installed (npm --prefix dashboards ci)"
fi
if [ "${WATTLEDGER_NPM_AUDIT:-}" = 1 ]; then
    npm --prefix dashboards audit --package-lock-only
else
    skipped "advisories of what builds the app: npm audit asks the registry, which WATTLEDGER_NPM_AUDIT=1 allows"
fi
