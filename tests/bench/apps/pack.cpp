// SPDX-License-Identifier: MIT
// Answers of several kinds and sizes, which the browser may have compressed. They are made in
// set-up, so that a request costs little besides.
#include <cmath>
#include <cstddef>
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/html.hpp>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace ekiden;

namespace {

/// With as many digits as measured values have; others for another `step`.
std::vector<double> measured(std::size_t count, double step = 0.7) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = std::sin(static_cast<double>(i) * step);
  return values;
}

Json table_of(int rows) {
  const std::vector<std::string> cities{"Seoul", "Busan", "Incheon", "Daegu", "Daejeon"};
  std::mt19937 random(1);
  Json::Array table;
  for (int id = 0; id < rows; ++id) {
    table.push_back(Json{{"id", id},
                         {"city", cities[random() % cities.size()]},
                         {"amount", static_cast<int>(random() % 1000)},
                         {"price", static_cast<double>(random() % 10'000) / 100}});
  }
  return table;
}

Json list_of(int items) {
  std::vector<Component> list;
  for (int i = 0; i < items; ++i) {
    list.push_back(
        html::Div({html::H4("Row " + std::to_string(i)), html::Div("sold").className("cell")}));
  }
  return Json(Children(std::move(list)));
}

Json figure_of(std::size_t points) {
  std::vector<double> x(points);
  std::iota(x.begin(), x.end(), 0.0);
  const Frame df({{"x", x}, {"y", measured(points)}});
  return Json(Figure(Scattergl().mode("markers").x(df["x"]).y(df["y"])));
}

}  // namespace

EKIDEN_APP(app) {
  app.compress();
  const std::vector<std::pair<std::string, Json>> answers{
      {"table", table_of(100)},
      {"figure", Json(Figure(Scatter().x(Json(measured(500))).y(Json(measured(500, 1.3)))))},
      {"components", list_of(330)},
      {"points", figure_of(1'000'000)}};
  std::vector<Component> stores;
  stores.push_back(dcc::Store("in"));
  for (const auto& answer : answers) {
    stores.push_back(dcc::Store(answer.first));
    app.callback(Output{answer.first, "data"}, Input{"in", "data"},
                 [value = answer.second](Json) { return value; });
  }
  app.layout(html::Div(std::move(stores)));
}
