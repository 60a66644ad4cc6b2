#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the Debian packages that are missing for the named purposes: build, test, all, bench,
# load.
# Says what it installs; asks before apt would remove anything. Quick when nothing is missing.
set -euo pipefail

packages_for() {
  case "$1" in
    build) echo g++ cmake ninja-build ccache libboost1.81-dev rapidjson-dev libcli11-dev \
                libspdlog-dev libfmt-dev zlib1g-dev libbrotli-dev libssl-dev liblmdb-dev \
                libhiredis-dev libsqlite3-dev ;;
    test) echo libgtest-dev libgmock-dev chromium-headless-shell fonts-liberation redis-server nginx wrk \
               logrotate python3-pandas python3-yaml systemd valgrind ;;
    all) echo clang-14 libclang-rt-14-dev clang-format-14 ;;
    bench) echo nginx redis-server wrk gunicorn python3-flask python3-flask-caching python3-pandas \
                python3-redis ;;
    load) echo wrk ;;
    *) echo "setup.sh: unknown purpose '$1' (known: build test all bench load)" >&2; exit 2 ;;
  esac
}

installed() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

# Node from anywhere will do if it is Debian 12's version or newer.
node_is_recent() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ]
}

missing=()
for purpose in "$@"; do
  for package in $(packages_for "$purpose"); do
    installed "$package" || missing+=("$package")
  done
  if [ "$purpose" = build ] && ! node_is_recent; then missing+=(nodejs npm); fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "Missing packages: ${missing[*]}. Install them as root, or install sudo." >&2
    exit 1
  }
  as_root=(sudo)
fi
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@"; }

echo "Installing Debian packages: ${missing[*]}"
apt update
plan=$(apt-get --simulate --no-install-recommends install "${missing[@]}")
removed=$(sed -n 's/^Remv \([^ ]*\).*/\1/p' <<<"$plan")
if [ -n "$removed" ]; then
  echo "This would remove:" $removed
  answer=${EKIDEN_ALLOW_REMOVAL:-}
  if [ -z "$answer" ] && [ -t 0 ]; then read -r -p "Remove them? [yes/no] " answer; fi
  if [ "$answer" != yes ]; then
    echo "Nothing was changed. Set EKIDEN_ALLOW_REMOVAL=yes to allow it." >&2
    exit 1
  fi
fi
apt --no-install-recommends install "${missing[@]}" >/dev/null
