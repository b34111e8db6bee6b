#!/usr/bin/env bash
# A release is reproducible: two clones of HEAD in folders of other names and lengths, each built by deploy/release/build.sh, give the same bytes.
#
# Takes two whole builds. WATTLEDGER_PROFILE=dev compares quicker builds, and WATTLEDGER_SKIP_APP=1 leaves the web app out, as for any build.
set -euo pipefail
cd "$(dirname "$0")/.."

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
for clone in one and-another; do
    git clone --quiet . "$folder/$clone/wattledger"
    CARGO_TARGET_DIR="$folder/$clone/built" WATTLEDGER_SBOM=0 "$folder/$clone/wattledger/deploy/release/build.sh" "$folder/out-$clone"
    rm -rf "$folder/$clone"
done
diff "$folder/out-one/SHA256SUMS" "$folder/out-and-another/SHA256SUMS"
echo "reproducible: both builds of $(git rev-parse --short HEAD) are the same"
