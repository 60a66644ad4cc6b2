// SPDX-License-Identifier: MIT
// Callbacks and components whose code is loaded when they are first shown: the table and the
// dropdown, behind a tab.
#include <ekiden/dash_table.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>
#include <tuple>

#include "cases.hpp"

using namespace ekiden;

namespace {

void callback_beside_a_table(App& app) {
  app.layout(html::Div(dcc::Tabs({
      dcc::Tab("one").children({
          html::Button("Update Input").id("btn"),
          html::Div(Children{"Hello"}).id("output"),
      }),
      dcc::Tab("two").children(dash_table::DataTable().id("other-table")),
  })));
  app.callback(Output{"output", "children"}, Input{"btn", "n_clicks"},
               [](std::optional<int> clicks) {
                 if (!clicks) throw PreventUpdate();
                 return "Bye";
               });
}

std::string data_and_clicks(const Json& data, const Json& clicks) {
  return data.dump() + " - " + clicks.dump();
}

void states_of_a_table(App& app) {
  app.layout(html::Div({
      dcc::Tabs({
          dcc::Tab("boo!"),
          dcc::Tab("table").children(dash_table::DataTable()
                                         .id("table")
                                         .columns(Json::array({{{"id", "a"}, {"name", "A"}}}))
                                         .data(Json::array({{{"a", "b"}}}))),
      }),
      html::Button("Update Input").id("btn"),
      html::Div("Hello").id("output"),
      html::Div().id("output2"),
  }));
  app.callback(Output{"output", "children"}, Input{"btn", "n_clicks"}, State{"table", "data"},
               [](Json clicks, Json data) { return data_and_clicks(data, clicks); });
  app.callback(Output{"output2", "children"}, Input{"btn", "n_clicks"},
               State{"table", "derived_viewport_data"},
               [](Json clicks, Json data) { return data_and_clicks(data, clicks); });
}

void input_of_a_dropdown(App& app) {
  app.layout({
      dcc::Tabs({
                    dcc::Tab("one").value("one"),
                    dcc::Tab("two").value("two").children(
                        dcc::Dropdown().id("async").options({"A", "B"}).value("A")),
                })
          .id("tabs")
          .value("one"),
      html::Button("n").id("n"),
      html::Button("d").id("d"),
      dcc::Graph().id("graph"),
      html::Div("Output init").id("output"),
  });
  app.callback({Output{"output", "children"}, Output{"tabs", "value"}}, Input{"n", "n_clicks"},
               Input{"d", "n_clicks"}, Input{"async", "value"},
               [](std::optional<int> n, Json d, std::string value) {
                 return std::tuple(Json::array({n, d, value}).dump(), n > 1 ? "two" : "one");
               });
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbsc003", callback_beside_a_table},
                       {"cbsc004", states_of_a_table},
                       {"cbsc009", input_of_a_dropdown},
                   });
}
