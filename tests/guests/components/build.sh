#!/bin/sh
# Builds the committed component in this folder again: a module with the repository's own toolchain
# (scripts/wasm_cargo.sh), made a component by jco of npm, which needs Node.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$here/../../../scripts/wasm_cargo.sh" "$here/rust" "$scratch"
npx --yes @bytecodealliance/jco@1.35.0 new "$scratch/wasm32-unknown-unknown/release/settings.wasm" -o "$here/settings-1.0.0.wasm"
chmod 644 "$here/settings-1.0.0.wasm"
