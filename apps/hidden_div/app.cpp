// SPDX-License-Identifier: MIT
// Example 1 of "Sharing data between callbacks": one callback cleans the data, a hidden div of the
// page keeps them as JSON, and two other callbacks get them from there.
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame_io.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>
#include <vector>

using namespace ekiden;

namespace {

/// What the city sold each month, without the reports that are missing.
Frame expensive_clean_step(const Frame& sales, const std::string& city) {
  const Frame reported = sales[(sales["city"] == city) & (sales["sold_kg"] >= 0)];
  return groupby(reported, "date").agg({{"sold_kg", "sum"}});
}

std::vector<Component> create_table(const Frame& dff) {
  const Json records = to_records(dff.head(6));
  std::vector<Component> rows;
  for (const Json& row : *records.as_array()) {
    rows.push_back(html::Tr({html::Td(row["date"]), html::Td(row["sold_kg"])}));
  }
  return {html::Thead(html::Tr({html::Th("Month"), html::Th("Sold, kg")})), html::Tbody(rows)};
}

}  // namespace

EKIDEN_APP(app) {
  const Frame global_df = read_csv("fruit_sales.csv");

  app.title("Hidden div");
  app.layout(html::Div({
      dcc::Graph().id("hidden-graph"),
      html::Table().id("hidden-table"),
      dcc::Dropdown().id("hidden-dropdown").options(global_df["city"].unique()),

      // Hidden div inside the app that stores the intermediate value
      html::Div().id("hidden-intermediate-value").style({{"display", "none"}}),
  }));

  app.callback(Output{"hidden-intermediate-value", "children"}, Input{"hidden-dropdown", "value"},
               [global_df](std::optional<std::string> value) {
                 if (!value) throw PreventUpdate();
                 const Frame cleaned_df = expensive_clean_step(global_df, *value);
                 return to_json(cleaned_df, "split").dump();
               });

  app.callback(Output{"hidden-graph", "figure"}, Input{"hidden-intermediate-value", "children"},
               [](std::string jsonified_cleaned_data) {
                 const Frame dff = read_json(jsonified_cleaned_data, "split");
                 return Figure(Scatter().x(dff["date"]).y(dff["sold_kg"]));
               });

  app.callback(Output{"hidden-table", "children"}, Input{"hidden-intermediate-value", "children"},
               [](std::string jsonified_cleaned_data) {
                 const Frame dff = read_json(jsonified_cleaned_data, "split");
                 return create_table(dff);
               });
}
