// SPDX-License-Identifier: MIT
#include <ekiden/app.hpp>

using namespace ekiden;

EKIDEN_APP(app) {
  app.layout("no components");
  app.callback(Output{"nowhere", "children"}, Input{"also-nowhere", "value"},
               [](std::string text) { return text; });
}
