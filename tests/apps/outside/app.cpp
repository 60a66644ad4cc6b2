// SPDX-License-Identifier: MIT
#include <string>

#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>

using namespace ekiden;

EKIDEN_APP(app) {
  app.title("Outside");
  app.layout(html::Div({dcc::Input().id("name").value("you"), html::Div().id("greeting")}));
  app.callback(Output{"greeting", "children"}, Input{"name", "value"},
               [](std::string name) { return "Hello " + name; });
}
