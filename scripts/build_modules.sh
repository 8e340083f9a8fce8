#!/bin/sh
# Builds the Rust modules of the starter registry and prints their digests.
#
#   scripts/build_modules.sh            into registries/starter/modules
#   scripts/build_modules.sh --check    somewhere else, from nothing; fails when the bytes differ
#                                       from those in registries/starter/modules
#
# The toolchain comes from scripts/wasm_toolchain.sh; MISTPM_WASM_TOOLCHAIN names another folder
# for it. Crates come from cargo's registry as Cargo.lock says. The same sources give the same
# bytes in any folder: paths are kept out, one unit of code, one version of everything.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
modules=$root/registries/starter/modules
names="jinja template"

toolchain=$("$root/scripts/wasm_toolchain.sh" ${MISTPM_WASM_TOOLCHAIN:+"$MISTPM_WASM_TOOLCHAIN"})
export LD_LIBRARY_PATH="$toolchain/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export RUSTC="$toolchain/usr/bin/rustc"
export CARGO_HOME="${CARGO_HOME:-$HOME/.cargo}"
# the standard library is built along, for size; that needs switches of the compiler's developers
export RUSTC_BOOTSTRAP=1

# build SOURCES TARGET
build() {
    cd "$1"
    cargo=$toolchain/usr/bin/cargo
    "$cargo" fetch --quiet --locked
    flags="-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none"
    flags="$flags --remap-path-prefix=$1=/modules --remap-path-prefix=$toolchain=/toolchain"
    for index in "$CARGO_HOME"/registry/src/*/; do
        flags="$flags --remap-path-prefix=${index%/}=/crates"
    done
    RUSTFLAGS=$flags nice "$cargo" build --quiet --locked --release --jobs 1 --target-dir "$2" \
        --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort -Zbuild-std-features= \
        --config "target.wasm32-unknown-unknown.linker='$toolchain/usr/bin/wasm-ld-14'"
    built=$2/wasm32-unknown-unknown/release
}

case ${1-} in
"")
    build "$root/registries/starter/src" "$toolchain/target"
    for name in $names; do
        install -m 644 "$built/$name.wasm" "$modules/$name.wasm"
    done
    (cd "$modules" && sha256sum $(printf '%s.wasm ' $names))
    ;;
--check)
    elsewhere=$(mktemp -d)
    trap 'rm -rf "$elsewhere"' EXIT
    cp -R "$root/registries/starter/src" "$elsewhere/sources"
    build "$elsewhere/sources" "$elsewhere/target"
    (cd "$built" && sha256sum $(printf '%s.wasm ' $names))
    for name in $names; do
        cmp "$built/$name.wasm" "$modules/$name.wasm"
    done
    ;;
*)
    echo "usage: scripts/build_modules.sh [--check]" >&2
    exit 64
    ;;
esac
