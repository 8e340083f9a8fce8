#!/bin/sh
# Makes sure that there is a browser for the tests that look at pages: Debian's chromium and its driver.
# Where that cannot be it says why, and the tests say it too; it never fails.
set -u

if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "no browser: chromium and chromedriver are missing, and there is no apt-get; tests of pages are skipped"
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "no browser: installing chromium and chromium-driver takes root; tests of pages are skipped"
    exit 0
fi
echo "installing Debian's chromium and chromium-driver for the tests of pages"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { $as_root timeout 300 apt-get update && $as_root timeout 900 env DEBIAN_FRONTEND=noninteractive apt-get install \
    --yes --no-install-recommends chromium chromium-driver; } >"$log" 2>&1; then
    tail -n 3 "$log"
    echo "no browser: chromium could not be installed; tests of pages are skipped"
fi
