// SPDX-License-Identifier: MIT
#include <ekiden/app.hpp>
#include <ekiden/worker_local.hpp>

using namespace ekiden;

EKIDEN_APP(app) {
  const worker_local<int> connections([] { return 1; });
  app.title(std::to_string(*connections.lease()));
}
