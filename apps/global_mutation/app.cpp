// SPDX-License-Identifier: MIT
// The wrong examples of both guides: callbacks that modify a variable outside of their scope. Do
// not do this. Ekiden lets no such write happen; only `--seal off` shows what would come of it.
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>

using namespace ekiden;

namespace {

Frame df({
    {"a", {1, 2, 3}},
    {"b", {4, 1, 4}},
    {"c", {"x", "y", "z"}},
});

Frame students({
    {"student_id", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
    {"score", {1, 5, 2, 5, 2, 3, 1, 5, 1, 5}},
});

}  // namespace

EKIDEN_APP(app) {
  app.title("Global mutation");
  app.layout(html::Div({
      html::H3("Rows of a category"),
      dcc::Dropdown().id("mutation-dropdown").options(df["c"].unique()).value("x"),
      html::Div().id("mutation-output"),

      html::H3("Students by score"),
      dcc::Dropdown(Json::array({1, 2, 3, 4, 5}), 1).id("mutation-score").clearable(false),
      "was scored by this many students:",
      html::Div().id("mutation-students"),

      html::Button("How many students are there?").id("mutation-ask"),
      html::Div().id("mutation-all"),
  }));

  app.callback(Output{"mutation-output", "children"}, Input{"mutation-dropdown", "value"},
               [](std::optional<std::string> value) {
                 // `df` is a variable outside of the scope of this function.
                 df = df[df["c"] == value.value_or("")];  // do not do this, this is not safe!
                 return df.size();
               });

  app.callback(Output{"mutation-students", "children"}, Input{"mutation-score", "value"},
               [](int value) {
                 students = students[students["score"] == value];  // nor this
                 return students.size();
               });

  // Modifies nothing; how right it is depends on what the others did in the same worker.
  app.callback(Output{"mutation-all", "children"}, Input{"mutation-ask", "n_clicks"},
               [](std::optional<int>) { return students.size(); });
}
