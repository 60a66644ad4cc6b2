// SPDX-License-Identifier: MIT
// set_props, and callbacks that have no output at all.
#include <ekiden/html.hpp>
#include <optional>
#include <stdexcept>
#include <string>

#include "cases.hpp"

using namespace ekiden;

namespace {

using Clicks = std::optional<int>;

const CallbackOptions kNotAtLoad{.prevent_initial_call = true};

void set_props_besides_an_output(App& app) {
  app.layout(html::Div({
      html::Div().id("output"),
      html::Div().id("other"),
      html::Button("Click").id("button"),
  }));
  app.callback(Output{"output", "children"}, Input{"button", "n_clicks"}, kNotAtLoad,
               [](int clicks) {
                 set_props("other", {{"children", "set besides"}});
                 return "click " + std::to_string(clicks);
               });
}

void no_output(App& app) {
  app.layout(html::Div({
      html::Div().id("said"),
      html::Button("First").id("first"),
      html::Button("Second").id("second"),
      html::Button("Silent").id("silent"),
  }));
  for (const char* button : {"first", "second"}) {
    app.callback(Input{button, "n_clicks"}, kNotAtLoad, [button](int) {
      set_props("said", {{"children", button}});
    });
  }
  app.callback(Input{"silent", "n_clicks"}, kNotAtLoad, [](int) {});
}

void set_props_of_an_object_id(App& app) {
  app.layout(html::Div({
      html::Button("Click").id("button"),
      html::Div(html::Div().id({{"id", "report"}, {"index", 0}})).id("output"),
  }));
  app.callback(Input{"button", "n_clicks"}, kNotAtLoad, [](int clicks) {
    set_props({{"id", "report"}, {"index", 0}}, {{"children", clicks}});
  });
}

void error_without_output(App& app) {
  app.layout(html::Div({html::Button("Start").id("start")}));
  app.callback(Input{"start", "n_clicks"}, kNotAtLoad,
               [](int) { throw std::runtime_error("the harbour is closed"); });
}

void set_props_twice_for_a_component(App& app) {
  app.layout({html::Button("Start").id("start"), html::Div("as it was").id("output")});
  app.callback(Input{"start", "n_clicks"}, kNotAtLoad, [](int) {
    set_props("output", {{"children", "changed"}});
    set_props("output", {{"style", {{"background", "rgb(255, 0, 0)"}}}});
  });
}

void no_output_in_the_browser(App& app) {
  app.layout(Children{html::Button("One").id("one"), html::Button("Two").id("two"),
                      html::Div().id("output")});
  for (const std::string button : {"one", "two"}) {
    app.clientside_callback(
        "(clicks) => dash_clientside.set_props('output', {children: '" + button + " ' + clicks})",
        Input{button, "n_clicks"}, kNotAtLoad);
  }
}

void set_props_starts_callbacks(App& app) {
  app.suppress_callback_exceptions();
  app.layout(html::Div({
      html::Button("Make a button").id("origin"),
      html::Div().id("place"),
      html::Div("no clicks").id("output"),
  }));
  app.callback(Input{"origin", "n_clicks"}, [](Clicks) {
    set_props("place", {{"children", html::Button("Made").id("made").n_clicks(0)}});
  });
  app.callback(Output{"output", "children"}, Input{"made", "n_clicks"}.optional(), kNotAtLoad,
               [](Clicks clicks) { return std::to_string(clicks.value_or(-1)) + " clicks"; });
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"arb001", set_props_besides_an_output},
                       {"arb002", no_output},
                       {"arb004", set_props_of_an_object_id},
                       {"arb005", error_without_output},
                       {"arb006", set_props_twice_for_a_component},
                       {"arb007", no_output_in_the_browser},
                       {"arb008", set_props_starts_callbacks},
                   });
}
