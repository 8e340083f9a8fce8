#!/bin/sh
# Builds the modules in this folder again.
#
# The Rust ones with the repository's own toolchain (scripts/wasm_toolchain.sh), the C and Zig ones
# with the Zig compiler of PyPI: python3 -m pip install ziglang==0.17.1
set -eu

here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for kind in plain bindgen; do
    "$here/../../../scripts/wasm_cargo.sh" "$here/mistletoe/$kind" "$scratch/target"
    release=$scratch/target/wasm32-unknown-unknown/release
    install -m 644 "$release/namespace_$kind.wasm" "$here/namespace-$kind-0.1.0.mist-pack.wasm"
done

export ZIG_GLOBAL_CACHE_DIR="$scratch/zig" ZIG_LOCAL_CACHE_DIR="$scratch/zig"
cd "$here"
python3 -m ziglang cc -target wasm32-freestanding -Oz -nostdlib -std=c17 -Wall -Wextra -s \
    -Wl,--no-entry -o storefront-1.0.0.mist-pack.wasm c/storefront.c
python3 -m ziglang build-exe -target wasm32-freestanding -O ReleaseSmall -fstrip -fno-entry -rdynamic \
    -femit-bin=cronjob-1.0.0.mist-pack.wasm zig/cronjob.zig
chmod 644 ./*.wasm
