// SPDX-License-Identifier: MIT
// The corrected examples of both guides: the filter is assigned to a new variable of the callback.
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>

using namespace ekiden;

EKIDEN_APP(app) {
  const Frame df({
      {"a", {1, 2, 3}},
      {"b", {4, 1, 4}},
      {"c", {"x", "y", "z"}},
  });
  const Frame students({
      {"student_id", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
      {"score", {1, 5, 2, 5, 2, 3, 1, 5, 1, 5}},
  });

  app.title("Local filter");
  app.layout(html::Div({
      html::H3("Rows of a category"),
      dcc::Dropdown().id("filter-dropdown").options(df["c"].unique()).value("x"),
      html::Div().id("filter-output"),

      html::H3("Students by score"),
      dcc::Dropdown(Json::array({1, 2, 3, 4, 5}), 1).id("filter-score").clearable(false),
      "was scored by this many students:",
      html::Div().id("filter-students"),
  }));

  app.callback(Output{"filter-output", "children"}, Input{"filter-dropdown", "value"},
               [df](std::optional<std::string> value) {
                 // Safely assigns the filter to a new variable.
                 const Frame filtered_df = df[df["c"] == value.value_or("")];
                 return filtered_df.size();
               });

  app.callback(Output{"filter-students", "children"}, Input{"filter-score", "value"},
               [students](int value) {
                 const Frame filtered = students[students["score"] == value];
                 return filtered.size();
               });
}
