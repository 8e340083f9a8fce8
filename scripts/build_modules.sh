#!/bin/sh
# Builds the Rust modules of the starter registry and prints their digests.
#
#   scripts/build_modules.sh            into registries/starter/modules, and for the wheel
#   scripts/build_modules.sh --check    somewhere else, from nothing; fails when the bytes differ
#                                       from those in registries/starter/modules
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
sources=$root/registries/starter/src
modules=$root/registries/starter/modules
release=wasm32-unknown-unknown/release

case ${1-} in
"")
    target=${XDG_CACHE_HOME:-$HOME/.cache}/mistpm/modules
    "$root/scripts/wasm_cargo.sh" "$sources" "$target"
    for name in jinja template; do
        install -m 644 "$target/$release/$name.wasm" "$modules/$name.wasm"
    done
    # the wheel has its own copy: `mistpm pack` makes template packages of it
    install -m 644 "$modules/template.wasm" "$root/mistpm/package/data/template.wasm"
    (cd "$modules" && sha256sum jinja.wasm template.wasm)
    ;;
--check)
    elsewhere=$(mktemp -d)
    trap 'rm -rf "$elsewhere"' EXIT
    mkdir "$elsewhere/sources"
    (cd "$sources" && cp -R Cargo.* engine template "$elsewhere/sources")
    "$root/scripts/wasm_cargo.sh" "$elsewhere/sources" "$elsewhere/target"
    (cd "$elsewhere/target/$release" && sha256sum jinja.wasm template.wasm)
    for name in jinja template; do
        cmp "$elsewhere/target/$release/$name.wasm" "$modules/$name.wasm"
    done
    ;;
*)
    echo "usage: scripts/build_modules.sh [--check]" >&2
    exit 64
    ;;
esac
