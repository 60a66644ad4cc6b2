// SPDX-License-Identifier: MIT
// A result that takes as long to compute as the environment says, and a fast callback beside it.
// Each computation adds a line to a file that the environment names.
#include <chrono>
#include <cstdlib>
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <ekiden/memoize.hpp>
#include <fstream>
#include <string>
#include <thread>

using namespace ekiden;

namespace {

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

}  // namespace

EKIDEN_APP(app) {
  app.layout(
      html::Div({dcc::Input().id("in").value("x"), html::Div().id("out"), html::Div().id("cold")}));
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [](std::string value) { return "You have selected " + value; });
  const std::chrono::milliseconds takes{std::atoi(variable("EKIDEN_BENCH_MS").c_str())};
  const std::string file = variable("EKIDEN_BENCH_FILE");
  const auto computed = app.cache().memoize("computed", [takes, file](std::string key) {
    std::ofstream(file, std::ios::app) << key << '\n';
    std::this_thread::sleep_for(takes);
    return "computed " + key;
  });
  app.callback(Output{"cold", "children"}, Input{"in", "value"},
               [computed](std::string key) { return computed(key); });
}
