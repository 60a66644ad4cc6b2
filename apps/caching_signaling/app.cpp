// SPDX-License-Identifier: MIT
// Example 3 of "Sharing data between callbacks": an expensive result is computed once, kept where
// all workers find it, and a hidden signal tells four graphs that it is there.
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/html.hpp>
#include <ekiden/memoize.hpp>

using namespace ekiden;
using namespace std::chrono_literals;

namespace {

Frame make_data(std::size_t n) {
  std::vector<std::string> category;
  category.insert(category.end(), 5 * n, "apples");
  category.insert(category.end(), 10 * n, "oranges");
  category.insert(category.end(), 20 * n, "figs");
  category.insert(category.end(), 15 * n, "pineapples");

  std::mt19937_64 random{std::random_device{}()};
  std::normal_distribution<double> normal;
  const auto randn = [&] {
    std::vector<double> values(category.size());
    for (double& value : values) value = normal(random);
    return values;
  };
  return Frame({{"category", category}, {"x", randn()}, {"y", randn()}});
}

}  // namespace

EKIDEN_APP(app) {
  const Frame df = make_data(100);

  app.layout(html::Div({
      dcc::Dropdown()
          .id("dropdown")
          .options(df["category"].unique())
          .value("apples")
          .clearable(false),
      html::Div({
          html::Div(dcc::Graph().id("graph-1")).className("six columns"),
          html::Div(dcc::Graph().id("graph-2")).className("six columns"),
      }).className("row"),
      html::Div({
          html::Div(dcc::Graph().id("graph-3")).className("six columns"),
          html::Div(dcc::Graph().id("graph-4")).className("six columns"),
      }).className("row"),

      // hidden signal value
      html::Div().id("signal").style({{"display", "none"}}),
  }));

  // Expensive computations go into this "global store": its results are kept in memory that all
  // worker processes share, for all time.
  const auto global_store =
      app.cache().memoize("global_store", [df](std::string value) -> Frame {
        std::printf("Computing value with %s\n", value.c_str());  // simulate an expensive query
        std::this_thread::sleep_for(5s);
        return df[df["category"] == value];
      });

  const auto generate_figure = [global_store](const std::string& value, Trace trace) {
    const Frame filtered = global_store(value);
    return Figure(trace.x(filtered["x"]).y(filtered["y"]))
        .update_layout({{"margin", Json{{"l", 20}, {"r", 10}, {"b", 20}, {"t", 10}}}});
  };

  // Computes the value and sends a signal when done.
  app.callback(Output{"signal", "children"}, Input{"dropdown", "value"},
               [global_store](std::string value) {
                 global_store(value);
                 return value;
               });

  // The graphs get data that `compute_value` has put into the global store already.
  app.callback(Output{"graph-1", "figure"}, Input{"signal", "children"},
               [generate_figure](std::string value) {
                 return generate_figure(
                     value, Scatter().mode("markers").marker(
                                {{"opacity", 0.5},
                                 {"size", 14},
                                 {"line", Json{{"border", "thin darkgrey solid"}}}}));
               });
  app.callback(Output{"graph-2", "figure"}, Input{"signal", "children"},
               [generate_figure](std::string value) {
                 return generate_figure(
                     value, Scatter().mode("lines").line({{"shape", "spline"}, {"width", 0.5}}));
               });
  app.callback(Output{"graph-3", "figure"}, Input{"signal", "children"},
               [generate_figure](std::string value) {
                 return generate_figure(value, Trace("histogram2d"));
               });
  app.callback(Output{"graph-4", "figure"}, Input{"signal", "children"},
               [generate_figure](std::string value) {
                 return generate_figure(value, Trace("histogram2dcontour"));
               });
}
