// SPDX-License-Identifier: MIT
// The smallest callback there is: what the server itself costs. And one that holds its thread.
#include <chrono>
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <string>
#include <thread>

using namespace ekiden;

EKIDEN_APP(app) {
  app.layout(
      html::Div({dcc::Input().id("in").value("x"), html::Div().id("out"), html::Div().id("slow")}));
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [](std::string value) { return "You have selected " + value; });
  app.callback(Output{"slow", "children"}, Input{"in", "value"}, [](std::string value) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return value;
  });
}
