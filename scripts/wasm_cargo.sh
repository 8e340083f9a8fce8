#!/bin/sh
# Builds a crate, or a workspace of crates, to WebAssembly for size; the same sources give the same
# bytes in any folder.
#
#   scripts/wasm_cargo.sh SOURCES TARGET
#
# SOURCES is the folder with Cargo.toml and Cargo.lock; the modules are then in
# TARGET/wasm32-unknown-unknown/release. The toolchain comes from scripts/wasm_toolchain.sh;
# MISTPM_WASM_TOOLCHAIN names another folder for it. Crates come from cargo's registry.
set -eu

sources=$(cd "$1" && pwd)
target=$2
toolchain=$("$(dirname "$0")/wasm_toolchain.sh" ${MISTPM_WASM_TOOLCHAIN:+"$MISTPM_WASM_TOOLCHAIN"})
export LD_LIBRARY_PATH="$toolchain/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export RUSTC="$toolchain/usr/bin/rustc"
export CARGO_HOME="${CARGO_HOME:-$HOME/.cargo}"
# the standard library is built along, without what a panic would print: nobody could read it;
# that needs switches of the compiler's developers
export RUSTC_BOOTSTRAP=1
flags="-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none"

cd "$sources"
cargo=$toolchain/usr/bin/cargo
"$cargo" fetch --quiet --locked
# paths of this machine are kept out of the modules; the folder of a crate registry is named after
# the registry's address, and is there once something was fetched
flags="$flags --remap-path-prefix=$sources=/sources --remap-path-prefix=$toolchain=/toolchain"
for registry in "$CARGO_HOME"/registry/src/*/; do
    flags="$flags --remap-path-prefix=${registry%/}=/crates"
done
RUSTFLAGS=$flags exec nice "$cargo" build --quiet --locked --release --jobs 1 --target-dir "$target" \
    --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort -Zbuild-std-features= \
    --config "target.wasm32-unknown-unknown.linker='$toolchain/usr/bin/wasm-ld-14'"
