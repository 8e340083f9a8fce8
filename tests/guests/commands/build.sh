#!/bin/sh
# Builds the committed modules in this folder again.
#
# The C one with the Zig compiler of PyPI (python3 -m pip install ziglang==0.17.1), the Rust one with the
# repository's own toolchain (scripts/wasm_toolchain.sh) and Debian's wasi-libc, downloaded with apt-get.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

export ZIG_GLOBAL_CACHE_DIR="$scratch/zig" ZIG_LOCAL_CACHE_DIR="$scratch/zig"
cd "$here"
python3 -m ziglang cc -target wasm32-wasi -Oz -std=gnu17 -Wall -Wextra -s -o manifest-1.0.0.wasm c/manifest.c

cd "$scratch"
apt-get -q -o APT::Sandbox::User=root download wasi-libc
dpkg -x wasi-libc_*.deb .
libc=$scratch/usr/lib/wasm32-wasi
toolchain=$("$here/../../../scripts/wasm_toolchain.sh" ${MISTPM_WASM_TOOLCHAIN:+"$MISTPM_WASM_TOOLCHAIN"})
export LD_LIBRARY_PATH="$toolchain/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export RUSTC="$toolchain/usr/bin/rustc" RUSTC_BOOTSTRAP=1
flags="-Clink-self-contained=no -Clink-arg=$libc/crt1-command.o -L$libc -Clink-arg=-lc"
flags="$flags --remap-path-prefix=$here/rust=/sources --remap-path-prefix=$toolchain=/toolchain"
for registry in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/; do
    flags="$flags --remap-path-prefix=${registry%/}=/crates"
done
cd "$here/rust"
RUSTFLAGS=$flags nice "$toolchain/usr/bin/cargo" build --quiet --locked --release --jobs 1 --target-dir "$scratch/target" \
    --target wasm32-wasip1 -Zbuild-std=std,panic_abort -Zbuild-std-features= \
    --config "target.wasm32-wasip1.linker='$toolchain/usr/bin/wasm-ld-14'"
install -m 644 "$scratch/target/wasm32-wasip1/release/listing.wasm" "$here/listing-1.0.0.wasm"
chmod 644 "$here"/*.wasm
