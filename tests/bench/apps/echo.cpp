// SPDX-License-Identifier: MIT
// The smallest callback there is: what the server itself costs. One that takes 50 ms. And one that
// holds its thread until somebody writes into a named pipe.
#include <chrono>
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <fstream>
#include <string>
#include <thread>

using namespace ekiden;

EKIDEN_APP(app) {
  app.layout(html::Div({dcc::Input().id("in").value("x"), html::Div().id("out"),
                        html::Div().id("slow"), html::Div().id("held")}));
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [](std::string value) { return "You have selected " + value; });
  app.callback(Output{"slow", "children"}, Input{"in", "value"}, [](std::string value) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return value;
  });
  app.callback(Output{"held", "children"}, Input{"in", "value"}, [](std::string pipe) {
    std::string line;
    std::getline(std::ifstream(pipe), line);
    return line;
  });
}
