// SPDX-License-Identifier: MIT
// What callbacks learn from their context.
#include <algorithm>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cases.hpp"

using namespace ekiden;

namespace {

void cookie_of_the_response(App& app) {
  app.layout(html::Div({dcc::Input().id("input").value("ab"), html::Div().id("output")}));
  app.callback(Output{"output", "children"}, Input{"input", "value"}, [](std::string value) {
    callback_context().set_cookie("dash_cookie", value + "-cookie");
    return value + " - output";
  });
}

Component five_buttons() {
  Json::Array buttons;
  for (int i = 1; i <= 5; ++i) {
    const std::string id = "btn-" + std::to_string(i);
    buttons.push_back(html::Button(id).id(id));
  }
  return html::Div({html::Div(Json(std::move(buttons))), html::Div().id("output")});
}

/// One callback for the five, whatever their values: `text` tells of its context.
template <class F>
void on_each_button(App& app, F text) {
  app.layout(five_buttons());
  app.callback(Output{"output", "children"}, Input{"btn-1", "n_clicks"}, Input{"btn-2", "n_clicks"},
               Input{"btn-3", "n_clicks"}, Input{"btn-4", "n_clicks"}, Input{"btn-5", "n_clicks"},
               [text](Json, Json, Json, Json, Json) -> std::string {
                 if (!callback_context().triggered()) throw PreventUpdate();
                 return text(callback_context());
               });
}

void which_button_how_often(App& app) {
  on_each_button(app, [](const CallbackContext& ctx) {
    const auto trigger = ctx.triggered().front();
    return trigger.prop_id.substr(0, trigger.prop_id.find('.')) + " for the " +
           trigger.value.dump() + " time";
  });
}

void which_button(App& app) {
  on_each_button(app, [](const CallbackContext& ctx) {
    const Json id = ctx.triggered_id(), all = ctx.triggered_prop_ids();
    return id.dump() + " of " + all.dump();
  });
}

void truth_of_the_triggers(App& app) {
  app.layout(html::Div({html::Button("click!").id("btn"), html::Div().id("out")}));
  app.callback(Output{"out", "children"}, Input{"btn", "n_clicks"}, [](Json) {
    const auto triggered = callback_context().triggered();
    return std::string(triggered ? "true" : "false") + ": " + std::to_string(triggered.size()) +
           ' ' + triggered.front().prop_id + ' ' + triggered.front().value.dump();
  });
}

/// The properties that triggered the callback, sorted: the browser sends them in any order.
std::string triggers() {
  std::vector<std::string> ids;
  for (const auto& trigger : callback_context().triggered()) ids.push_back(trigger.prop_id);
  std::sort(ids.begin(), ids.end());
  std::string text;
  for (const std::string& id : ids) text += (text.empty() ? "" : " ") + id;
  return text;
}

void boxes_in_boxes(App& app) {
  const auto box = [](const char* id, const char* colour, Children children) {
    return html::Div(std::move(children))
        .id(id)
        .style({{"backgroundColor", colour}, {"padding", "50px"}});
  };
  app.layout(box("div0", "tomato",
                 {
                     html::Button("Button 0").id("btn0"),
                     box("div1", "skyblue",
                         {
                             html::Button("Button 1").id("btn1"),
                             box("div2", "gold",
                                 {
                                     html::Div().id("div3"),
                                     html::Button("Button 2").id("btn2"),
                                 }),
                         }),
                 }));
  app.callback(Output{"div3", "children"}, Input{"div1", "n_clicks"}, Input{"div2", "n_clicks"},
               Input{"btn0", "n_clicks"}, Input{"btn1", "n_clicks"}, Input{"btn2", "n_clicks"},
               CallbackOptions{.prevent_initial_call = true},
               [](Json div1, Json div2, Json btn0, Json btn1, Json btn2) {
                 return triggers() + ' ' + Json::array({div1, div2, btn0, btn1, btn2}).dump();
               });
}

void sum_of_two_numbers(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input-number-1").type("number").value(0),
      dcc::Input().id("input-number-2").type("number").value(0),
      dcc::Input().id("sum-number").type("number").value(0).disabled(true),
      html::Div().id("sum-triggers"),
      html::Div().id("results"),
  }));
  app.callback({Output{"sum-number", "value"}, Output{"sum-triggers", "children"}},
               Input{"input-number-1", "value"}, Input{"input-number-2", "value"},
               [](int one, int two) { return std::pair(one + two, triggers()); });
  app.callback(Output{"results", "children"}, Input{"input-number-1", "value"},
               Input{"input-number-2", "value"}, Input{"sum-number", "value"},
               [](int one, int two, int sum) {
                 return std::to_string(one) + " + " + std::to_string(two) + " = " +
                        std::to_string(sum) + ": " + triggers();
               });
}

void button_with_an_object_for_an_id(App& app) {
  app.layout(html::Div({
      html::Button("Click me").id({{"type", "btn"}, {"index", "myindex"}}),
      html::Div().id("output"),
  }));
  app.callback(Output{"output", "children"}, Input{{{"type", "btn"}, {"index", ALL}}, "n_clicks"},
               [](std::vector<Json>) -> Json {
                 const CallbackContext& ctx = callback_context();
                 if (!ctx.triggered()) return nullptr;
                 const Json ids = ctx.triggered_prop_ids();
                 if (!(ids.as_object()->front().second == ctx.triggered_id())) return "differs";
                 return ctx.triggered_id()["index"];
               });
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbcx001", cookie_of_the_response},
                       {"cbcx002", which_button_how_often},
                       {"cbcx004", truth_of_the_triggers},
                       {"cbcx005", boxes_in_boxes},
                       {"cbcx006", sum_of_two_numbers},
                       {"cbcx007", which_button},
                       {"cbcx008", button_with_an_object_for_an_id},
                   });
}
