// SPDX-License-Identifier: MIT
// Callbacks in their simplest forms.
#include <array>
#include <cstddef>
#include <ekiden/dash_table.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cases.hpp"

using namespace ekiden;

namespace {

void one_request_per_key(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input").value("initial value"),
      html::Div(html::Div({1.5, nullptr, "string", html::Div().id("output-1")})),
  }));
  app.callback(Output{"output-1", "children"}, Input{"input", "value"},
               [](std::string value) { return value; });
}

void children_with_callbacks_of_their_own(App& app) {
  app.suppress_callback_exceptions();
  app.layout(html::Div({
      dcc::Input().id("input").value("initial value"),
      html::Div().id("output"),
  }));
  app.callback(Output{"output", "children"}, Input{"input", "value"}, [](Json) {
    return html::Div({
        dcc::Input().id("sub-input-1").value("sub input initial value"),
        html::Div().id("sub-output-1"),
    });
  });
  app.callback(Output{"sub-output-1", "children"}, Input{"sub-input-1", "value"},
               [](std::string value) { return value; });
}

std::array<Json, 8> all_kinds_of_children() {
  return {
      nullptr,
      "a string",
      123,
      123.45,
      Json::array({6, 7, 8}),
      Json::array({"a", "list", "of", "strings"}),
      Json::array({"strings", 2, "numbers"}),
      Json::array({"a string", html::Div("and a div")}),
  };
}

void children_of_each_kind(App& app) {
  app.layout(html::Div({html::Button("next").id("btn"), html::Div("init").id("out")}));
  app.callback(Output{"out", "children"}, Input{"btn", "n_clicks"},
               [kinds = all_kinds_of_children()](std::optional<std::size_t> n) -> Update<> {
                 if (!n || *n > kinds.size()) return no_update;
                 return kinds[*n - 1];
               });
}

void options_from_a_callback(App& app) {
  app.layout(
      html::Div({html::Button("more").id("btn"), dcc::Dropdown().id("dd"), html::Div().id("out")}));
  app.callback(Output{"dd", "options"}, Input{"btn", "n_clicks"}, [](std::optional<int> n) {
    Json::Array options;
    for (int i = 0; i < n.value_or(0); ++i) {
      options.push_back({{"label", "opt" + std::to_string(i)}, {"value", i}});
    }
    return options;
  });
  app.callback(Output{"out", "children"}, Input{"dd", "options"},
               [](std::vector<Json> options) { return options.size(); });
}

/// A property that the page itself changes while the first callbacks are under way.
template <bool kRefresh>
void location_and_table(App& app) {
  app.layout(html::Div({
      dcc::Location("loc").refresh(kRefresh),
      html::Button("Update path").id("btn"),
      dash_table::DataTable().id("t").columns(Json::array({{{"name", "a"}, {"id", "a"}}})),
      html::Div().id("out"),
  }));
  app.callback(Output{"t", "data"}, Input{"loc", "pathname"}, [](std::optional<std::string> path) {
    return Json::array({{{"a", path.value_or("none") + ":a"}}});
  });
  app.callback(Output{"out", "children"}, Input{"loc", "pathname"}, Input{"t", "data"},
               [](std::optional<std::string> path, Json data) {
                 return data.dump() + " - " + path.value_or("none");
               });
  app.callback(Output{"loc", "pathname"}, Input{"btn", "n_clicks"}, [](std::optional<int> n) {
    if (!n) throw PreventUpdate();
    return "/" + std::to_string(*n);
  });
}

void data_and_aria_attributes(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input").value("initial value"),
      html::Div(html::Div({1.5, nullptr, "string",
                           html::Div()
                               .id("output-1")
                               .prop("data-cb", "initial value")
                               .prop("aria-cb", "initial value")})),
  }));
  app.callback({Output{"output-1", "data-cb"}, Output{"output-1", "aria-cb"}},
               Input{"input", "value"}, [](std::string value) { return std::pair(value, value); });
  app.callback(Output{"output-1", "children"}, Input{"output-1", "data-cb"},
               [](std::string data) { return data; });
}

void button_that_waits_for_a_click(App& app) {
  app.layout(html::Div({html::Button("Click Me").id("button"), html::Div().id("output")}));
  app.callback(Output{"output", "children"}, Input{"button", "n_clicks"},
               [](std::optional<int> clicks) {
                 if (!clicks) throw PreventUpdate();
                 return "Click";
               });
}

template <std::size_t I>
using TextOf = std::string;

/// One callback of as many inputs as there are numbers: input-0, input-1, …
template <std::size_t... I>
void list_all_inputs(App& app, const char* output, std::index_sequence<I...>) {
  app.callback(Output{output, "children"}, Input{"input-" + std::to_string(I), "value"}...,
               [](TextOf<I>... values) { return Json::array({std::move(values)...}).dump(); });
}

Component ten_inputs() {
  Json::Array inputs;
  for (int i = 0; i < 10; ++i) {
    const std::string number = std::to_string(i);
    inputs.push_back(dcc::Input().value("Input " + number).id("input-" + number));
  }
  return html::Div(Json(std::move(inputs)));
}

void ten_inputs_of_the_layout(App& app) {
  app.layout(html::Div({ten_inputs(), html::Div().id("container"), dcc::RadioItems()}));
  list_all_inputs(app, "container", std::make_index_sequence<10>());
}

void ten_inputs_that_come_later(App& app) {
  app.suppress_callback_exceptions();
  app.layout(html::Div({
      html::Button("Display Content").id("display-content"),
      html::Div().id("container"),
      dcc::RadioItems(),
  }));
  app.callback(Output{"container", "children"}, Input{"display-content", "n_clicks"},
               [](std::optional<int> clicks) -> Json {
                 if (!clicks) return "";
                 return html::Div({ten_inputs(), html::Div().id("dynamic-output")});
               });
  list_all_inputs(app, "dynamic-output", std::make_index_sequence<10>());
}

void two_outputs(App& app) {
  app.layout(html::Div({
      html::Button("Click").id("input").n_clicks(0),
      html::Div().id("output1"),
      html::Div().id("output2"),
  }));
  app.callback({Output{"output1", "children"}, Output{"output2", "children"}},
               Input{"input", "n_clicks"}, [](int n) { return std::tuple(n, n + 1); });
}

void clicks_and_their_times(App& app) {
  app.layout(html::Div({
      html::Div().id("container"),
      html::Button("Click 1").id("button-1").n_clicks(0).n_clicks_timestamp(-1),
      html::Button("Click 2").id("button-2").n_clicks(0).n_clicks_timestamp(-1),
  }));
  app.callback(Output{"container", "children"}, Input{"button-1", "n_clicks"},
               Input{"button-1", "n_clicks_timestamp"}, Input{"button-2", "n_clicks"},
               Input{"button-2", "n_clicks_timestamp"}, [](int n1, double, int n2, double) {
                 return std::to_string(n1) + ", " + std::to_string(n2);
               });
}

void output_that_is_its_input(App& app) {
  app.layout(html::Div({
      html::Div("0").id("input-text"),
      dcc::Input().id("input").type("number").value(0),
  }));
  app.callback(Output{"input", "value"}, Input{"input", "value"},
               [](int value) { return callback_context().triggered() ? value + 1 : value; });
  app.callback(Output{"input-text", "children"}, Input{"input", "value"},
               [](int value) { return std::to_string(value); });
}

void store_beside_the_layout(App& app) {
  app.layout({
      html::Div({
          dcc::Input().id("input").value("initial value"),
          html::Div(html::Div({1.5, nullptr, "string", html::Div().id("output-1")})),
      }),
      dcc::Store("extra-store").data(123),
  });
  app.callback(Output{"output-1", "children"}, Input{"input", "value"},
               Input{"extra-store", "data"},
               [](std::string value, int data) { return value + " with " + std::to_string(data); });
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbsc001", one_request_per_key},
                       {"cbsc002", children_with_callbacks_of_their_own},
                       {"cbsc005", children_of_each_kind},
                       {"cbsc006", options_from_a_callback},
                       {"cbsc007", location_and_table<false>},
                       {"cbsc007-refresh", location_and_table<true>},
                       {"cbsc008", data_and_aria_attributes},
                       {"cbsc010", button_that_waits_for_a_click},
                       {"cbsc011", ten_inputs_of_the_layout},
                       {"cbsc012", ten_inputs_that_come_later},
                       {"cbsc013", two_outputs},
                       {"cbsc014", clicks_and_their_times},
                       {"cbsc015", output_that_is_its_input},
                       {"cbsc016", store_beside_the_layout},
                   });
}
