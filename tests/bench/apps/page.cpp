// SPDX-License-Identifier: MIT
// A large page: as many components in the layout, and as many callbacks, as the environment says.
#include <cstdlib>
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <string>
#include <vector>

using namespace ekiden;

namespace {

int number_of(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? 0 : std::atoi(text);
}

}  // namespace

EKIDEN_APP(app) {
  const int callbacks = number_of("EKIDEN_BENCH_CALLBACKS");
  const int components = number_of("EKIDEN_BENCH_COMPONENTS");
  std::vector<Component> children;
  children.push_back(dcc::Input().id("in").value("x"));
  for (int i = 0; i < callbacks; ++i) children.push_back(html::Div().id("out" + std::to_string(i)));
  for (int i = callbacks + 2; i < components; ++i) {
    children.push_back(html::Span("Component number " + std::to_string(i)).className("item"));
  }
  app.layout(html::Div(children));
  for (int i = 0; i < callbacks; ++i) {
    app.callback(Output{"out" + std::to_string(i), "children"}, Input{"in", "value"},
                 [](std::string value) { return "You have selected " + value; });
  }
}
