#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What bash offers after some words, by config/bash-completion/ekiden.
set -u
source "$1/config/bash-completion/ekiden"
PATH=$(dirname "$2"):$PATH
failed=0

# offers "WORDS" EXPECTED...: the last word, perhaps empty, is the one to complete.
offers() {
  local line=$1; shift
  read -ra COMP_WORDS <<<"$line"
  [[ $line == *' ' ]] && COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _ekiden
  local one
  for one in "$@"; do
    if ! printf '%s\n' "${COMPREPLY[@]}" | grep -qx -- "$one"; then
      echo "after '$line' there is no '$one' among: ${COMPREPLY[*]}"
      failed=1
    fi
  done
}

offers "ekiden --work" --workers --worker-connections
offers "ekiden --no-dev" --no-dev-tools-ui
offers "ekiden cach" caching_signaling cache
offers "ekiden -w 2 local" local_filter
offers "ekiden cache " ls stats clear evict
offers "ekiden --log-level " debug critical
offers "ekiden --seal w" warn
offers "ekiden --proxy-protocol v" v1 v2
exit $failed
