#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Reads the includes of the source folders and fails on any arrow that the layout does not allow.
set -u
cd "$1"
failures=0

# forbid WHAT PATTERN PATH...: no file under PATH may match PATTERN.
forbid() {
  local what=$1 pattern=$2 found
  shift 2
  found=$(grep -rnE --include='*.hpp' --include='*.cpp' "$pattern" "$@")
  if [ -n "$found" ]; then
    printf '%s:\n%s\n' "$what" "$found"
    failures=1
  fi
}
others() { ls -d "$1"/* | grep -v "^$1/$2$"; }

forbid 'shared/ knows no HTTP, JSON, Dash or upper layer' \
  '#include [<"](worker/|server/|ekiden/|boost/(asio|beast)|rapidjson)' shared
forbid 'worker/ knows no server' '#include [<"]server/' worker
forbid 'Asio and Beast live in worker/http/' '#include <boost/(asio|beast)' \
  $(others worker http) server apps
forbid 'RapidJSON lives in worker/json/' '#include <rapidjson' $(others worker json) server apps
forbid 'server/ meets worker/ in mold.cpp only; of the public API the control socket has Json' \
  '#include [<"](worker/|ekiden/([^j]|j[^s]|js[^o]))' $(others server mold.cpp)
forbid 'public headers are thin, but for the one of Boost.Interprocess' '#include [<"](boost|rapidjson|fmt|spdlog|shared/|worker/)' \
  $(others worker/include/ekiden interprocess.hpp)
forbid 'apps include the public API only' '#include [<"](shared|worker|server)/' apps
exit $failures
