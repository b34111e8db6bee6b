#!/usr/bin/env bash
# Builds a release from a clean checkout into the folder that is given: programs, their checksums, and a bill of materials for each part.
#
# The same commit, Rust and C compiler give the same bytes wherever the checkout lies: paths of this machine are mapped away, and nothing takes the
# time. Needs cargo-cyclonedx (`cargo install --locked cargo-cyclonedx`) and npm for the bills of materials; WATTLEDGER_SBOM=0 leaves them out.
set -euo pipefail
out="$(realpath -m "${1:?name the folder to build into}")"
cd "$(dirname "$0")/../.."

SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)"
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC CARGO_INCREMENTAL=0
here="$(pwd -P)"
cargo_home="${CARGO_HOME:-$HOME/.cargo}"
target="${CARGO_TARGET_DIR:-$here/target}"
sysroot="$(rustc --print sysroot)"
separator=$'\x1f'
export CARGO_ENCODED_RUSTFLAGS="--remap-path-prefix=$cargo_home=/cargo$separator--remap-path-prefix=$sysroot=/rust$separator--remap-path-prefix=$target=/target$separator--remap-path-prefix=$here=/wattledger"
export CFLAGS="${CFLAGS:-} -ffile-prefix-map=$cargo_home=/cargo -ffile-prefix-map=$target=/target -ffile-prefix-map=$here=/wattledger"

profile="${WATTLEDGER_PROFILE:-release}"
cargo build --workspace --locked --profile "$profile" --bin wattledger --bin wattledger-agent
folder="$profile"
[ "$profile" != dev ] || folder=debug
mkdir -p "$out"
cp "$target/$folder/wattledger" "$target/$folder/wattledger-agent" "$out/"
if [ "${WATTLEDGER_SBOM:-1}" != 0 ]; then
    cargo cyclonedx --format json --spec-version 1.5 --target "$(rustc -vV | sed -n 's/^host: //p')" --override-filename wattledger-sbom
    for package in . collectors; do
        name="$(sed -n 's/^name = "\(.*\)"/\1/p' "$package/Cargo.toml" | head -n 1)"
        mv "$package/wattledger-sbom.json" "$out/$name.cdx.json"
    done
    find crates -name wattledger-sbom.json -delete
    npm --prefix dashboards sbom --package-lock-only --omit dev --sbom-format cyclonedx --sbom-type application >"$out/app.cdx.json"
fi
cd "$out"
sha256sum -- * | grep -v ' SHA256SUMS$' >"$out.sums"
mv "$out.sums" SHA256SUMS
cat SHA256SUMS
