// SPDX-License-Identifier: MIT
// The guide's `dcc.Store`: one callback cleans the data, the browser keeps them, others get them
// from there. Stores of the three kinds show how long each keeps them; a fourth has the same data
// as typed arrays instead of decimal text.
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame_io.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

using namespace ekiden;

namespace {

/// What the city sold each month, without the reports that are missing.
Frame slow_processing_step(const Frame& sales, const std::string& city) {
  const Frame reported = sales[(sales["city"] == city) & (sales["sold_kg"] >= 0)];
  return groupby(reported, "date").agg({{"sold_kg", "sum"}});
}

Figure create_figure(Data dates, Data sold, const char* title) {
  return Figure(Scatter().x(std::move(dates)).y(std::move(sold)))
      .update_layout({{"title", Json{{"text", title}}},
                      {"height", 240},
                      {"margin", Json{{"l", 50}, {"r", 10}, {"b", 30}, {"t", 40}}}});
}

std::vector<Component> create_table(const Frame& dff) {
  const Json records = to_records(dff.head(3));
  std::vector<Component> rows;
  for (const Json& row : *records.as_array()) {
    rows.push_back(html::Tr({html::Td(row["date"]), html::Td(row["sold_kg"])}));
  }
  return {html::Thead(html::Tr({html::Th("Month"), html::Th("Sold, kg")})), html::Tbody(rows)};
}

std::string contents(const std::optional<std::string>& data) {
  if (!data) return "empty";
  return std::to_string(read_json(*data, "split").size()) + " months, " +
         std::to_string(data->size()) + " bytes";
}

Component line(const char* kept, const char* kind, const char* id) {
  return html::Tr({html::Td(html::Code(kind)), html::Td(kept), html::Td().id(id)});
}

}  // namespace

EKIDEN_APP(app) {
  const Frame global_df = read_csv("fruit_sales.csv");

  app.title("Store");
  app.layout(html::Div({
      dcc::Dropdown().id("store-dropdown").options(global_df["city"].unique()),
      dcc::Graph().id("store-graph"),
      html::Table().id("store-table"),
      dcc::Graph().id("store-graph-binary"),

      html::Table({line("until the page is loaded again", "memory", "store-has-memory"),
                   line("until the tab is closed", "session", "store-has-session"),
                   line("until it is deleted", "local", "store-has-local")}),

      dcc::Store("store-memory"),
      dcc::Store("store-session").storage_type("session"),
      dcc::Store("store-local").storage_type("local"),
      dcc::Store("store-binary"),
  }));

  app.callback({Output{"store-memory", "data"}, Output{"store-session", "data"},
                Output{"store-local", "data"}, Output{"store-binary", "data"}},
               Input{"store-dropdown", "value"}, [global_df](std::optional<std::string> value) {
                 if (!value) throw PreventUpdate();
                 const Frame cleaned_df = slow_processing_step(global_df, *value);
                 const std::string json = to_json(cleaned_df, "split").dump();
                 return std::tuple(
                     json, json, json,
                     Json{{"date", cleaned_df["date"]}, {"sold_kg", cleaned_df["sold_kg"]}});
               });

  app.callback(Output{"store-graph", "figure"}, Input{"store-memory", "data"},
               [](std::string jsonified_cleaned_data) {
                 const Frame dff = read_json(jsonified_cleaned_data, "split");
                 return create_figure(dff["date"], dff["sold_kg"], "From JSON");
               });
  app.callback(Output{"store-table", "children"}, Input{"store-memory", "data"},
               [](std::string jsonified_cleaned_data) {
                 return create_table(read_json(jsonified_cleaned_data, "split"));
               });

  // The browser reads typed arrays as they are: nothing is parsed here.
  app.callback(
      Output{"store-graph-binary", "figure"}, Input{"store-binary", "data"},
      [](Json data) { return create_figure(data["date"], data["sold_kg"], "From typed arrays"); });

  // A Store that had something when the page was loaded says so by its time stamp.
  for (const std::string kind : {"memory", "session", "local"}) {
    app.callback(Output{"store-has-" + kind, "children"},
                 Input{"store-" + kind, "modified_timestamp"}, State{"store-" + kind, "data"},
                 [](Json, std::optional<std::string> data) { return contents(data); });
  }
}
