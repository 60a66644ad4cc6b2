// SPDX-License-Identifier: MIT
// The guide's two ways to share an expensive query between outputs. Above, one callback with
// several outputs: it queries again when only the unit changes. Below, a callback that queries, and
// others that share its result: the unit is theirs alone.
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame_io.hpp>
#include <ekiden/from_sql.hpp>
#include <ekiden/html.hpp>
#include <ekiden/memoize.hpp>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

using namespace ekiden;

namespace {

std::vector<double> temperatures(const Frame& readings, const std::string& unit) {
  const auto celsius = readings["celsius"].as<double>();
  std::vector<double> values(celsius.begin(), celsius.end());
  if (unit == "°F") {
    for (double& value : values) value = value * 9 / 5 + 32;
  }
  return values;
}

Figure create_figure(const Frame& readings, const std::string& unit) {
  return Figure(Scatter().x(readings["hour"]).y(temperatures(readings, unit)))
      .update_layout({{"height", 220},
                      {"margin", Json{{"l", 50}, {"r", 10}, {"b", 40}, {"t", 10}}},
                      {"xaxis", Json{{"title", Json{{"text", "hour"}}}}},
                      {"yaxis", Json{{"title", Json{{"text", unit}}}}}});
}

std::vector<Component> create_table(const Frame& readings, const std::string& unit) {
  const Frame summary = describe(Frame({{"value", temperatures(readings, unit)}}));
  Json::Array cells;
  for (const std::size_t row : {3U, 1U, 7U}) {  // min, mean, max
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %s", summary["value"].as<double>()[row], unit.c_str());
    cells.push_back(html::Td(text));
  }
  return {html::Thead(html::Tr({html::Th("lowest"), html::Th("mean"), html::Th("highest")})),
          html::Tbody(html::Tr(cells))};
}

/// The controls and outputs of one way; ids begin with `prefix`.
Component section(const std::string& prefix, const char* title) {
  return html::Div({
      html::H3(title),
      dcc::DatePickerSingle()
          .id(prefix + "-date")
          .date("2022-04-01")
          .min_date_allowed("2022-04-01")
          .max_date_allowed("2022-04-30")
          .display_format("YYYY-MM-DD"),
      dcc::RadioItems({"°C", "°F"}, "°C").id(prefix + "-unit").inline_(true),
      dcc::Graph().id(prefix + "-graph"),
      html::Table().id(prefix + "-table"),
      html::Div({"Queries so far: ", html::B().id(prefix + "-queries")}),
  });
}

}  // namespace

EKIDEN_APP(app) {
  const std::string database = std::filesystem::absolute("weather.db");

  // Every query counts, whichever worker runs it.
  const auto slow_query = [database, &cache = app.cache()](const std::string& date,
                                                           const std::string& counter) {
    cache.inc(counter);
    return from_sql(database, "select hour, celsius from reading where date = ? order by hour",
                    {date});
  };
  const auto queries = [&cache = app.cache()](const std::string& counter) {
    return cache.get<std::int64_t>(counter).value_or(0);
  };

  app.title("Weather");
  app.layout(html::Div({
      section("weather-once", "One callback with several outputs"),
      section("weather-shared", "A callback whose result others share"),
      dcc::Store("weather-shared-readings"),
  }));

  app.callback({Output{"weather-once-graph", "figure"}, Output{"weather-once-table", "children"},
                Output{"weather-once-queries", "children"}},
               Input{"weather-once-date", "date"}, Input{"weather-once-unit", "value"},
               [slow_query, queries](std::string date, std::string unit) {
                 const Frame readings = slow_query(date, "weather-once");
                 return std::tuple(create_figure(readings, unit), create_table(readings, unit),
                                   queries("weather-once"));
               });

  app.callback(
      {Output{"weather-shared-readings", "data"}, Output{"weather-shared-queries", "children"}},
      Input{"weather-shared-date", "date"}, [slow_query, queries](std::string date) {
        const Frame readings = slow_query(date, "weather-shared");
        return std::tuple(to_json(readings, "split"), queries("weather-shared"));
      });
  app.callback(Output{"weather-shared-graph", "figure"}, Input{"weather-shared-readings", "data"},
               Input{"weather-shared-unit", "value"}, [](Json readings, std::string unit) {
                 return create_figure(read_json(readings, "split"), unit);
               });
  app.callback(Output{"weather-shared-table", "children"}, Input{"weather-shared-readings", "data"},
               Input{"weather-shared-unit", "value"}, [](Json readings, std::string unit) {
                 return create_table(read_json(readings, "split"), unit);
               });
}
