#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs each fuzz target of a build for some seconds: run.sh BUILD_DIR SECONDS. What it finds stays
# in BUILD_DIR/fuzz/corpus for the next time; an input that fails, in BUILD_DIR/fuzz.
set -euo pipefail

if [ $# -ne 2 ]; then
  echo "usage: run.sh BUILD_DIR SECONDS" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
programs=$1/fuzz
seconds=$2

# libFuzzer's own driver keeps one string until the end.
echo "leak:fuzzer::FuzzerDriver" > "$programs/known_leaks"
export LSAN_OPTIONS="suppressions=$programs/known_leaks:print_suppressions=0"

ran=0
for source in "$here"/*_fuzz.cpp; do
  name=$(basename "$source" .cpp)
  if [ ! -x "$programs/$name" ]; then
    echo "run.sh: $programs/$name is missing; build the target ekiden_fuzz" >&2
    exit 1
  fi
  corpus=$programs/corpus/$name
  mkdir -p "$corpus"
  corpora=("$corpus")
  if [ -d "$here/${name%_fuzz}_corpus" ]; then corpora+=("$here/${name%_fuzz}_corpus"); fi
  echo "$name: $seconds s"
  log=$programs/$name.log
  if ! "$programs/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
       -artifact_prefix="$programs/$name-" "${corpora[@]}" >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    echo "run.sh: $name failed; its input is in $programs" >&2
    exit 1
  fi
  tail -n 1 "$log"
  ran=$((ran + 1))
done
echo "$ran fuzz targets found nothing"
