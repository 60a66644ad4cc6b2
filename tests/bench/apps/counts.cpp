// SPDX-License-Identifier: MIT
// What counts.mjs counts: the smallest callback, one that finds its result in the cache, and one
// that filters a frame. A fourth marks where one of its phases ends and the next begins.
#include <unistd.h>

#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/html.hpp>
#include <ekiden/memoize.hpp>
#include <string>
#include <vector>

using namespace ekiden;

namespace {

Frame make_data() {
  const std::vector<std::string> names{"apples", "oranges", "figs", "pineapples"};
  std::vector<std::string> category;
  std::vector<double> x, y;
  for (int i = 0; i < 1000; ++i) {
    category.push_back(names[static_cast<std::size_t>(i) % names.size()]);
    x.push_back(i);
    y.push_back(i * 0.5);
  }
  return Frame({{"category", category}, {"x", x}, {"y", y}});
}

}  // namespace

EKIDEN_APP(app) {
  app.layout(html::Div({dcc::Input().id("in").value("figs"), html::Div().id("echo"),
                        html::Div().id("hit"), dcc::Graph().id("filter"), html::Div().id("mark")}));

  app.callback(Output{"echo", "children"}, Input{"in", "value"},
               [](std::string value) { return "You have selected " + value; });

  const auto length = app.cache().memoize(
      "length", [](std::string value) { return static_cast<int>(value.size()); });
  app.callback(Output{"hit", "children"}, Input{"in", "value"},
               [length](std::string value) { return length(value); });

  const Frame df = make_data();
  app.callback(Output{"filter", "figure"}, Input{"in", "value"}, [df](std::string value) {
    const Frame filtered = df[df["category"] == value];
    return Figure(Scatter().x(filtered["x"]).y(filtered["y"]));
  });

  // Callgrind writes down what it has counted when this system call is made, which also shows in
  // its list of system calls. Nothing else makes it.
  app.callback(Output{"mark", "children"}, Input{"in", "value"},
               [](std::string) { return ::getppid() >= 0; });
}
