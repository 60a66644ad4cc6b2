// SPDX-License-Identifier: MIT
// The smallest callback there is: what the server itself costs.
#include <string>

#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>

using namespace ekiden;

EKIDEN_APP(app) {
  app.layout(html::Div({dcc::Input().id("in").value("x"), html::Div().id("out")}));
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [](std::string value) { return "You have selected " + value; });
}
