// SPDX-License-Identifier: MIT
// The dashboard of caching_signaling without its signal: four graphs ask for the same expensive
// value at the same moment, from any worker, and it is still computed once.
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/html.hpp>
#include <ekiden/memoize.hpp>

using namespace ekiden;
using namespace std::chrono_literals;

EKIDEN_APP(app) {
  std::vector<std::string> category;
  for (const auto& [fruit, rows] :
       {std::pair{"apples", 500}, {"oranges", 1000}, {"figs", 2000}, {"pineapples", 1500}})
    category.insert(category.end(), static_cast<std::size_t>(rows), fruit);

  std::mt19937_64 random{std::random_device{}()};
  std::normal_distribution<double> normal;
  std::vector<double> x(category.size()), y(category.size());
  for (double& value : x) value = normal(random);
  for (double& value : y) value = normal(random);
  const Frame df({{"category", category}, {"x", x}, {"y", y}});

  const auto global_store =
      app.cache().memoize("global_store", [df](std::string value) -> Frame {
        std::printf("Computing value with %s\n", value.c_str());  // simulate an expensive query
        std::this_thread::sleep_for(5s);
        return df[df["category"] == value];
      });

  const std::vector<Trace> traces = {
      Scatter().mode("markers").marker({{"opacity", 0.5}, {"size", 14}}),
      Scatter().mode("lines").line({{"shape", "spline"}, {"width", 0.5}}),
      Trace("histogram2d"),
      Trace("histogram2dcontour"),
  };
  std::vector<Component> graphs;
  for (const Trace& trace : traces) {
    const std::string id = "direct-graph-" + std::to_string(graphs.size() + 1);
    graphs.push_back(html::Div(dcc::Graph().id(id)).className("six columns"));
    app.callback(Output{id, "figure"}, Input{"direct-dropdown", "value"},
                 [global_store, trace](std::string value) {
                   const Frame filtered = global_store(value);
                   return Figure(Trace(trace).x(filtered["x"]).y(filtered["y"]))
                       .update_layout(
                           {{"margin", Json{{"l", 20}, {"r", 10}, {"b", 20}, {"t", 10}}}});
                 });
  }

  app.layout(html::Div({
      dcc::Dropdown()
          .id("direct-dropdown")
          .options(df["category"].unique())
          .value("apples")
          .clearable(false),
      html::Div(graphs).className("row"),
  }));
}
