// SPDX-License-Identifier: MIT
// The guides' callbacks over data: a filter of a global frame, and graphs of what a global store
// keeps. peer_pandas.py does the same with pandas, over the same numbers.
#include <cstddef>
#include <cstdint>
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/frame_ops.hpp>
#include <ekiden/html.hpp>
#include <ekiden/memoize.hpp>
#include <ekiden/worker_local.hpp>
#include <random>
#include <string>
#include <vector>

using namespace ekiden;

namespace {

/// splitmix64: the same numbers from the same seed in every language.
std::uint64_t mix(std::uint64_t number) {
  number = (number + 1) * 0x9e3779b97f4a7c15U;
  number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9U;
  number = (number ^ number >> 27) * 0x94d049bb133111ebU;
  return number ^ number >> 31;
}

/// Of each 50 rows 5 are apples, 10 oranges, 20 figs and 15 pineapples, in an order of their own.
const char* category_of(std::uint64_t row) {
  const std::uint64_t place = (row % 50 * 7 + mix(row / 50)) % 50;
  return place < 5 ? "apples" : place < 15 ? "oranges" : place < 35 ? "figs" : "pineapples";
}

/// 14 bits as a multiple of 1/1024: sums of these are exact in whatever order they are added.
double value_of(std::uint64_t bits) { return (static_cast<double>(bits % 16384) - 8192) / 1024; }

Frame make_data(std::size_t rows) {
  std::vector<std::string> category(rows);
  std::vector<std::int64_t> day(rows);
  std::vector<double> x(rows), y(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint64_t bits = mix(row);
    category[row] = category_of(row);
    day[row] = static_cast<std::int64_t>((bits >> 32) % 50);
    x[row] = value_of(bits);
    y[row] = value_of(bits >> 16);
  }
  return Frame({{"category", std::move(category)},
                {"day", std::move(day)},
                {"x", std::move(x)},
                {"y", std::move(y)}});
}

Figure points(const Frame& frame) {
  return Figure(Scatter()
                    .mode("markers")
                    .marker({{"opacity", 0.5},
                             {"size", 14},
                             {"line", Json{{"border", "thin darkgrey solid"}}}})
                    .x(frame["x"])
                    .y(frame["y"]))
      .update_layout({{"margin", Json{{"l", 20}, {"r", 10}, {"b", 20}, {"t", 10}}}});
}

Frame by_day(const Frame& frame) {
  return groupby(frame, "day").agg({{"x", "sum"}, {"y", "mean"}});
}

Figure days(const Frame& totals, const std::string& mean = "y") {
  return Figure(
      {Bar().x(totals["day"]).y(totals["x"]), Scatter().x(totals["day"]).y(totals[mean])});
}

void add_filter(App& app, const std::string& output, const Frame& df) {
  app.callback(Output{output, "children"}, Input{"in", "value"}, [df](std::string value) {
    const Frame filtered_df = df[df["category"] == value];
    return filtered_df.size();
  });
}

}  // namespace

EKIDEN_APP(app) {
  app.layout(html::Div({dcc::Input().id("in").value("figs"), html::Div().id("filter-small"),
                        html::Div().id("filter-large"), dcc::Graph().id("graph-small"),
                        dcc::Graph().id("graph-large"), dcc::Graph().id("graph-anew"),
                        dcc::Graph().id("graph-totals")}));

  add_filter(app, "filter-small", make_data(1'000));
  add_filter(app, "filter-large", make_data(10'000'000));

  const auto add_store = [&app](const std::string& name, const Frame& df) {
    return app.cache().memoize(
        name, [df](std::string value) -> Frame { return df[df["category"] == value]; });
  };
  const auto small_store = add_store("small_store", make_data(1'000));
  const auto large_store = add_store("large_store", make_data(1'000'000));
  const auto totals = app.cache().memoize(
      "totals", [large_store](std::string value) -> Frame { return by_day(large_store(value)); });

  app.callback(Output{"graph-small", "figure"}, Input{"in", "value"},
               [small_store](std::string value) { return points(small_store(value)); });
  app.callback(Output{"graph-large", "figure"}, Input{"in", "value"},
               [large_store](std::string value) { return days(by_day(large_store(value))); });
  // A column of another name each time, so that nothing is remembered from the request before.
  const worker_local<std::uint64_t> serial(
      [] { return std::uint64_t{std::random_device()()} << 32; });
  app.callback(Output{"graph-anew", "figure"}, Input{"in", "value"},
               [large_store, serial](std::string value) {
                 const std::string mean = "y" + std::to_string(++*serial.lease());
                 const Frame sums =
                     groupby(large_store(value), "day").agg({{"x", "sum"}, {mean, "y", "mean"}});
                 return days(sums, mean);
               });
  app.callback(Output{"graph-totals", "figure"}, Input{"in", "value"},
               [totals](std::string value) { return days(totals(value)); });
}
