#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# All benchmarks of a build folder; prints the report and keeps it in <build>/bench/report.md.
set -euo pipefail
build=$1
here=$(dirname "$0")
mkdir -p "$build/bench"
{
  echo "# Ekiden benchmarks"
  echo
  echo "$(date -u +%F), $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)," \
    "Linux $(uname -r). Client and server share the cores: compare ratios, not absolute figures." \
    "Load average at the start: $(cut -d' ' -f1 /proc/loadavg)."
  echo
  node "$here/http_bench.mjs" "$build"
  echo
  for bench in python full_worker accept start reload memory; do
    node "$here/${bench}_bench.mjs" "$build"
    echo
  done
  modules=$(sed -n 's/^EKIDEN_NODE_MODULES:INTERNAL=//p' "$build/CMakeCache.txt")
  node "$here/edit_bench.mjs" "$build" "$modules"
  echo
  # Debian's own interpreter: the packages are Debian's.
  /usr/bin/python3 "$here/flask_caching_bench.py" > "$build/bench/flask_caching.txt" ||
    : > "$build/bench/flask_caching.txt"
  "$build/tests/cache_bench" "$build/bench/flask_caching.txt"
} | tee "$build/bench/report.md"
