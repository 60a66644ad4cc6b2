// SPDX-License-Identifier: MIT
// Example 2 of "Sharing data between callbacks": what the other callbacks will need is computed up
// front, so that only this crosses the network.
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame_io.hpp>
#include <ekiden/html.hpp>
#include <string>

using namespace ekiden;

namespace {

Frame expensive_query_step(const Frame& sales, const std::string& city) {
  return sales[(sales["city"] == city) & (sales["sold_kg"] >= 0)];
}

/// One of the datasets that `clean_data` has packed.
Frame dataset(const std::string& jsonified_cleaned_data, std::string_view name) {
  const Json datasets = Json::parse(jsonified_cleaned_data);
  return read_json(datasets[name], "split");
}

Figure create_figure(Trace trace, const Frame& dff, const char* title) {
  return Figure(trace.x(dff["date"]).y(dff["sold_kg"]))
      .update_layout({{"title", Json{{"text", title}}},
                      {"height", 260},
                      {"margin", Json{{"l", 50}, {"r", 10}, {"b", 30}, {"t", 40}}}});
}

}  // namespace

EKIDEN_APP(app) {
  const Frame global_df = read_csv("fruit_sales.csv");

  app.title("Aggregations");
  app.layout(html::Div({
      dcc::Dropdown(global_df["city"].unique(), "Kyoto").id("upfront-dropdown").clearable(false),
      dcc::Graph().id("upfront-graph-1"),
      dcc::Graph().id("upfront-graph-2"),
      dcc::Graph().id("upfront-graph-3"),
      html::Div().id("upfront-intermediate-value").style({{"display", "none"}}),
  }));

  app.callback(Output{"upfront-intermediate-value", "children"}, Input{"upfront-dropdown", "value"},
               [global_df](std::string value) {
                 // an expensive query step
                 const Frame cleaned_df = expensive_query_step(global_df, value);

                 // a few filter steps that compute the data as the other callbacks need them
                 const Frame df_1 = cleaned_df[cleaned_df["fruit"] == "apples"];
                 const Frame df_2 = cleaned_df[cleaned_df["fruit"] == "oranges"];
                 const Frame df_3 = cleaned_df[cleaned_df["fruit"] == "figs"];

                 const Json datasets{
                     {"df_1", to_json(df_1, "split").dump()},
                     {"df_2", to_json(df_2, "split").dump()},
                     {"df_3", to_json(df_3, "split").dump()},
                 };
                 return datasets.dump();
               });

  app.callback(Output{"upfront-graph-1", "figure"}, Input{"upfront-intermediate-value", "children"},
               [](std::string jsonified_cleaned_data) {
                 return create_figure(Scatter(), dataset(jsonified_cleaned_data, "df_1"), "Apples");
               });
  app.callback(Output{"upfront-graph-2", "figure"}, Input{"upfront-intermediate-value", "children"},
               [](std::string jsonified_cleaned_data) {
                 return create_figure(Bar(), dataset(jsonified_cleaned_data, "df_2"), "Oranges");
               });
  app.callback(Output{"upfront-graph-3", "figure"}, Input{"upfront-intermediate-value", "children"},
               [](std::string jsonified_cleaned_data) {
                 return create_figure(Scatter().mode("markers"),
                                      dataset(jsonified_cleaned_data, "df_3"), "Figs");
               });
}
