// SPDX-License-Identifier: MIT
// What the renderer makes of outputs, states and children.
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

constexpr std::size_t kOutputs = 50;

Json many_outputs() {
  Json::Array children{html::Button("click").id("button")};
  for (std::size_t i = 0; i < kOutputs; ++i) {
    children.push_back(html::Div().id("output-" + std::to_string(i)));
  }
  return children;
}

template <std::size_t... I>
void many_outputs_callback(App& app, std::index_sequence<I...>) {
  app.callback(outputs(Output{"output-" + std::to_string(I), "children"}...),
               Input{"button", "n_clicks"}, [](std::optional<int> clicks) {
                 if (!clicks || *clicks == 0) throw PreventUpdate();
                 return std::tuple{std::to_string(I) + "=" +
                                   std::to_string(static_cast<int>(I) + *clicks)...};
               });
}

void outputs_on_many_components(App& app) {
  app.layout(html::Div(many_outputs()));
  many_outputs_callback(app, std::make_index_sequence<kOutputs>());
}

void in_a_sandbox(App& app) {
  outputs_on_many_components(app);
  app.default_headers({{"Access-Control-Allow-Origin", "*"},
                       {"Access-Control-Allow-Headers", "Content-Type, X-CSRFToken"}});
  // The frame's origin is "null", so the browser asks before it sends JSON.
  app.before_request([](const HttpRequest& request) -> std::optional<HttpResponse> {
    if (request.method != "OPTIONS") return std::nullopt;
    return HttpResponse{.status = 204};
  });
  app.route("GET", "/frame", [](const HttpRequest&) {
    return HttpResponse{.body =
                            "<!DOCTYPE html><title>Frame</title>"
                            "<link rel=\"icon\" href=\"data:,\">"
                            "<iframe src=\"/\" sandbox=\"allow-scripts\"></iframe>",
                        .content_type = "text/html"};
  });
}

void outputs_on_one_component(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input").value("dash"),
      html::Div(html::Div().id("output")).id("container"),
  }));
  app.callback(
      {Output{"output", "children"}, Output{"output", "style"}, Output{"output", "className"}},
      Input{"input", "value"}, [](std::string value) {
        return std::tuple{value, Json{{"fontFamily", value}}, value};
      });
}

void one_output_as_list(App& app) {
  app.layout(html::Div({dcc::Input().id("input").value(""), html::Div().id("output")}));
  app.callback(outputs(Output{"output", "children"}), Input{"input", "value"},
               [](std::string value) { return std::tuple{"out" + value}; });
}

void inputs_without_callbacks(App& app) {
  app.layout(html::Div({
      dcc::Input().id("named").value(""),
      html::Div(dcc::Input().value("")).id("container"),
  }));
}

std::string both(std::string input, std::string state) { return input + " / " + state; }

void state_and_input(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input").value("input"),
      dcc::Input().id("state").value("state"),
      html::Div().id("output"),
  }));
  app.callback(Output{"output", "children"}, Input{"input", "value"}, State{"state", "value"},
               [](std::string input, std::string state) { return both(input, state); });
}

void state_input_and_click(App& app) {
  app.layout(html::Div({
      html::Button("click").id("button"),
      dcc::Input().id("input").value("input"),
      dcc::Input().id("state").value("state"),
      html::Div().id("output"),
  }));
  app.callback(Output{"output", "children"}, Input{"input", "value"}, Input{"button", "n_clicks"},
               State{"state", "value"},
               [](std::string input, Json, std::string state) { return both(input, state); });
}

void missing_component(App& app) {
  app.suppress_callback_exceptions();
  app.layout(html::Div({dcc::Input().id("input").value("initial value"), html::Div().id("here")}));
  for (const char* output : {"here", "elsewhere"}) {
    app.callback(Output{output, "children"}, Input{"input", "value"},
                 [](std::string value) { return value; });
  }
}

void initial_state(App& app) {
  app.layout(html::Div({
      "text",
      3.14,
      Json(true),
      nullptr,
      html::Div("styled").id("styled").className("a-class").title("tip").style(
          {{"color", "red"}, {"fontSize", 30}}),
      html::Div().id("empty"),
      html::Div(
          {
              html::Div("grandchild").id("a.b.c"),
              html::Div({html::Div("deep").id("deep"), 3.14159, "more text"}).id("mixed"),
              html::Div(html::Div(html::Div({html::Div().id("left"), "", html::Div().id("right")})
                                      .id("pair"))
                            .id("single"))
                  .id("list"),
          })
          .id("nested"),
  }));
}

void zero(App& app) { app.layout(html::Div(0).id("output")); }
void zero_in_a_list(App& app) { app.layout(html::Div(Json::array({0})).id("output")); }

void tabs_and_what_they_hold(App& app) {
  app.layout(html::Div({
      html::Button("enable").id("enable").n_clicks(0),
      html::Button("add").id("add").n_clicks(0),
      dcc::Store("store"),
      dcc::Tabs({dcc::Tab().label("A").value("a").id("tab-a").disabled(true),
                 dcc::Tab().label("B").value("b").id("tab-b").disabled(true)})
          .id("tabs")
          .value("a"),
  }));
  app.callback(Output{"store", "data"}, Input{"enable", "n_clicks"}, [](int clicks) {
    return clicks > 0 ? Json{{"ready", true}} : Json();
  });
  app.callback(Output{"tabs", "children"}, Input{"add", "n_clicks"},
               CallbackOptions{.prevent_initial_call = true}, [](int clicks) {
                 const std::string name = std::to_string(clicks);
                 Patch tabs;
                 tabs.append(dcc::Tab().label(name).value(name).id("tab-" + name));
                 return tabs;
               });
  app.callback({Output{"tab-a", "disabled"}, Output{"tab-b", "disabled"}}, Input{"store", "data"},
               [](Json data) {
                 return std::tuple{data.is_null(), data.is_null()};
               });
}

Component section(int number) {
  return html::Div({
                       html::H1("Section " + std::to_string(number)),
                       html::Button("swap")
                           .id({{"type", "swap"}, {"n", number}})
                           .className("swap-" + std::to_string(number))
                           .n_clicks(0),
                       dcc::Dropdown()
                           .options({"A", "B", "C"})
                           .id({{"type", "dropdown"}, {"n", number}})
                           .className("dropdown-" + std::to_string(number))
                           .multi(true)
                           .value(Json::array({})),
                   })
      .id({{"type", "section"}, {"n", number}});
}

void reordered_children(App& app) {
  app.layout(html::Div({section(0), section(1)}).id("main"));
  app.callback(Output{"main", "children"}, Input{{{"type", "swap"}, {"n", ALL}}, "n_clicks"},
               State{"main", "children"}, CallbackOptions{.prevent_initial_call = true},
               [](std::vector<int>, std::vector<Json> children) {
                 return std::vector<Json>(children.rbegin(), children.rend());
               });
}

Json labelled(int number) {
  return Json{
      {"label",
       Json::array(
           {html::Button("click").id({{"type", "button"}, {"n", number}}).className("label-button"),
            html::Span().id({{"type", "text"}, {"n", number}}).className("label-text")})},
      {"value", number}};
}

void components_in_labels(App& app) {
  app.layout(html::Div({
      html::Button("add").id("add"),
      dcc::Checklist().id("options").options(Json::array({labelled(0), labelled(1), labelled(2)})),
  }));
  app.callback(Output{"options", "options"}, Input{"add", "n_clicks"}, State{"options", "options"},
               CallbackOptions{.prevent_initial_call = true}, [](Json, std::vector<Json> options) {
                 options.push_back(labelled(static_cast<int>(options.size())));
                 return options;
               });
  app.callback(Output{{{"type", "text"}, {"n", MATCH}}, "children"},
               Input{{{"type", "button"}, {"n", MATCH}}, "n_clicks"},
               [](Json clicks) { return clicks; });
}

void counted(App& app, const char* property_of) {
  app.clientside_callback("(_, count) => parseInt(count) + 1", Output{"counter", "children"},
                          Input{property_of, "value"}, State{"counter", "children"},
                          CallbackOptions{.prevent_initial_call = true});
}

void options_beside_value(App& app) {
  app.layout(html::Div({html::Button("3 or 2").id("button").n_clicks(0),
                        dcc::Checklist().id("list"), html::Div(0).id("counter")}));
  counted(app, "list");
  app.callback(Output{"list", "options"}, Input{"button", "n_clicks"}, [](int clicks) {
    std::vector<std::string> options{"a", "b", "c"};
    if (clicks % 2 == 1) options.pop_back();
    return options;
  });
}

void options_while_searching(App& app) {
  app.layout(
      html::Div({dcc::Dropdown().id("dropdown"), html::Button("reset").id("button").n_clicks(0),
                 html::Div(0).id("counter")}));
  counted(app, "dropdown");
  app.callback(Output{"dropdown", "options"}, Input{"dropdown", "search_value"},
               [](std::optional<std::string> search) {
                 std::vector<std::string> found;
                 for (const char* name : {"apple", "pear", "plum", "kiwi"}) {
                   if (std::string(name).find(search.value_or("")) != std::string::npos) {
                     found.emplace_back(name);
                   }
                 }
                 return found;
               });
  app.callback(Output{"dropdown", "value"}, Input{"button", "n_clicks"},
               [](int) -> Json { return nullptr; });
}

/// 1,000 callbacks on patterns of 500 groups, and one that shows that the page works.
void many_callbacks(App& app) {
  Json::Array groups{dcc::Input().id("input").value("start"), html::Div().id("output")};
  for (int group = 0; group < 500; ++group) {
    groups.push_back(html::Details({
        html::Summary("Group " + std::to_string(group)),
        dcc::Input().id({{"type", "in"}, {"group", group}, {"n", 0}}).value("text"),
        html::Div().id({{"type", "out"}, {"group", group}, {"n", 0}}),
    }));
    const Input inputs{{{"type", "in"}, {"group", group}, {"n", ALL}}, "value"};
    const CallbackOptions later{.prevent_initial_call = true};
    app.callback(Output{{{"type", "out"}, {"group", group}, {"n", ALL}}, "children"}, inputs, later,
                 [](std::vector<std::string> values) { return values; });
    app.callback(Output{{{"type", "out"}, {"group", (group + 1) % 500}, {"n", ALL}}, "title"},
                 inputs, later, [](std::vector<std::string> values) { return values; });
  }
  app.layout(html::Div(Json(std::move(groups))));
  app.clientside_callback("value => value.length", Output{"output", "children"},
                          Input{"input", "value"});
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"rdmo001", outputs_on_many_components},
                       {"rdmo002", outputs_on_one_component},
                       {"rdmo003", one_output_as_list},
                       {"rdmo005", inputs_without_callbacks},
                       {"rdsi001", state_and_input},
                       {"rdsi002", state_input_and_click},
                       {"rddp001", missing_component},
                       {"rddd001", initial_state},
                       {"rddd002", zero},
                       {"rddd002-list", zero_in_a_list},
                       {"rdif001", in_a_sandbox},
                       {"dcl001", tabs_and_what_they_hold},
                       {"roc001", reordered_children},
                       {"rdcap002", components_in_labels},
                       {"rdcap003", options_beside_value},
                       {"rdcap004", options_while_searching},
                       {"benchmarking", many_callbacks},
                   });
}
