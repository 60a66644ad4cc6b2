#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# All benchmarks of a build folder; prints the report and keeps it, with its pictures, in
# bench/report beside the build folder. Ends with 1 if a benchmark failed; the others run all the same.
set -euo pipefail
build=$1
here=$(dirname "$0")
folder=$(dirname "$build")/bench
failed=$folder/failed
rm -rf "$folder/report" "$folder"/*.json "$failed"
mkdir -p "$folder/report"

# section TITLE COMMAND...: a section of the report with what the command prints.
section() {
  local title=$1 start=$SECONDS
  shift
  printf '## %s\n\n' "$title"
  "$@" || { printf '\n**This benchmark failed.**\n' && echo "$*" >> "$failed"; }
  printf '\n`%s` took %d s.\n\n' "$*" $((SECONDS - start))
}

versions() {
  echo "| program | version |"
  echo "|---|---|"
  echo "| $("$build/ekiden" --version | head -1 | sed 's/ / | /') |"
  echo "| compiler | $("$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")" --version | head -1) |"
  echo "| node | $(node --version) |"
  dpkg-query -W -f '| ${Package} | ${Version} |\n' nginx gunicorn python3 python3-flask \
    python3-flask-caching python3-pandas python3-numpy python3-redis redis-server liblmdb0 wrk
}

{
  echo "# Ekiden benchmarks"
  echo
  echo "$(date -u +%F), $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)," \
    "Linux $(uname -r). Client and server share the cores: compare ratios, not absolute figures." \
    "Load average at the start: $(cut -d' ' -f1 /proc/loadavg). \`make bench\` makes this report."
  echo
  section "The cheapest callback" node "$here/http_bench.mjs" "$build"
  section "Callbacks in Python" node "$here/python_bench.mjs" "$build"
  section "A full worker beside idle ones" node "$here/full_worker_bench.mjs" "$build"
  section "How evenly workers are loaded" node "$here/accept_bench.mjs" "$build"
  section "Start and replacement" node "$here/start_bench.mjs" "$build"
  section "Reloads" node "$here/reload_bench.mjs" "$build"
  section "Memory" node "$here/memory_bench.mjs" "$build"
  section "A page of 10,000 components" node "$here/page_bench.mjs" "$build"
  section "Dispatch among many callbacks" node "$here/dispatch_bench.mjs" "$build"
  section "What more workers and connections cost" node "$here/cost_bench.mjs" "$build"
  section "Large values" node "$here/large_bench.mjs" "$build"
  section "Compressed answers" node "$here/compress_bench.mjs" "$build"
  section "A cold key" node "$here/cold_bench.mjs" "$build"
  section "From an edit to the page" node "$here/edit_bench.mjs" "$build" \
    "$(sed -n 's/^EKIDEN_NODE_MODULES:INTERNAL=//p' "$build/CMakeCache.txt")"
  # A peer of the next section, by Debian's own interpreter: the packages are Debian's.
  /usr/bin/python3 "$here/flask_caching_bench.py" > "$folder/flask_caching.txt" ||
    : > "$folder/flask_caching.txt"
  section "Shared cache" "$build/tests/cache_bench" "$folder/flask_caching.txt" "$folder/cache.json"
  node "$here/pictures.mjs" "$folder" "$folder/report"
  printf '## Versions\n\n'
  versions
} | tee "$folder/report/report.md"
[ ! -e "$failed" ]
