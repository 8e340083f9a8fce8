#!/bin/sh
# Builds the committed components in this folder again: modules with the repository's own toolchain
# (scripts/wasm_cargo.sh) and the Zig compiler of PyPI (python3 -m pip install ziglang==0.17.1), made
# components by jco of npm, which needs Node.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

jco=@bytecodealliance/jco@1.35.0
npm install --silent --no-fund --no-audit --prefix "$scratch/npm" "$jco"

export ZIG_GLOBAL_CACHE_DIR="$scratch/zig" ZIG_LOCAL_CACHE_DIR="$scratch/zig"
cd "$here"
python3 -m ziglang cc -target wasm32-wasi -mexec-model=reactor -Oz -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -s \
    -o "$scratch/facts.wasm" c/facts.c
cp "$here/c/component.mjs" "$scratch/npm/"
node "$scratch/npm/component.mjs" "$scratch/facts.wasm" "$here/../../../specs/mistpm.wit" "$here/facts-1.0.0.wasm"

"$here/../../../scripts/wasm_cargo.sh" "$here/rust" "$scratch/rust"
node "$scratch/npm/node_modules/$(dirname "$jco")/jco/dist/jco.js" new \
    "$scratch/rust/wasm32-unknown-unknown/release/settings.wasm" -o "$here/settings-1.0.0.wasm"
chmod 644 "$here"/*.wasm
