#!/bin/sh
# Puts together the toolchain that the Rust modules are built with, and prints its folder.
#
#   scripts/wasm_toolchain.sh [FOLDER]
#
# The packages of registries/starter/src/toolchain.txt are downloaded with apt-get, checked against
# their recorded digests and unpacked in FOLDER (default: mistpm/wasm-toolchain in the user's
# cache), about 490 MB. Nothing is installed and root is not needed. A folder that is complete is
# left as it is.
set -eu

record=$(cd "$(dirname "$0")/.." && pwd)/registries/starter/src/toolchain.txt
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/mistpm/wasm-toolchain}

fail() {
    echo "wasm_toolchain: $1" >&2
    exit 1
}

complete() {
    [ -f "$folder/toolchain.txt" ] && cmp -s "$folder/toolchain.txt" "$record"
}

# unpack ARCHIVE: of the compiler's sources only the standard library is of use
unpack() {
    case $(basename "$1") in
    rust-web-src_*)
        dpkg --fsys-tarfile "$1" |
            tar -x -C "$folder" --wildcards './usr/lib/rustlib/src/*' './usr/src/rustc-*/library/*'
        ;;
    *) dpkg -x "$1" "$folder" ;;
    esac
}

# fetch NAME [VERSION DIGEST]: into the working directory, then unpacked
fetch() {
    apt-get -q -o APT::Sandbox::User=root download "$1${2:+=$2}" >apt.log 2>&1 || {
        cat apt.log >&2
        fail "Debian has no $1 ${2-}: is this Debian 12 with its security updates, after apt-get update?"
    }
    archive=$(find . -name "$1_*.deb")
    if [ -n "${3-}" ]; then
        echo "$3  $archive" | sha256sum --check --quiet >&2 || fail "$1 $2 has other bytes than recorded"
    fi
    unpack "$archive"
    rm "$archive"
}

if ! complete; then
    [ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || fail "this needs Debian 12 on amd64"
    rm -rf "$folder"
    mkdir -p "$folder/archives"
    folder=$(cd "$folder" && pwd)
    cd "$folder/archives"
    sed 's/#.*//' "$record" | while read -r name version digest; do
        [ -n "$name" ] || continue
        # a library without a recorded version is only taken where it is not installed
        if [ -z "$version" ] && dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q '^install ok installed'; then
            continue
        fi
        echo "wasm_toolchain: fetching $name $version" >&2
        fetch "$name" "$version" "$digest"
    done
    cd /
    rm -r "$folder/archives"
    cp "$record" "$folder/toolchain.txt"
fi
cd "$folder"
pwd
