// SPDX-License-Identifier: MIT
// What clientside functions are told of their call. The named functions are in
// assets/clientside_context.
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <string>
#include <utility>

#include "cases.hpp"

using namespace ekiden;

namespace {

/// A button of its own and three of a pattern; the output shows what `name` reads.
void buttons(App& app, const char* name) {
  app.layout(html::Div({
      html::Button("single").id("single"),
      html::Button("row 0").id({{"row", 0}}),
      html::Button("row 1").id({{"row", 1}}),
      html::Button("row 2").id({{"row", 2}}),
      html::Div().id("output"),
  }));
  app.clientside_callback({"context", name}, Output{"output", "children"},
                          Input{"single", "n_clicks"}, Input{{{"row", ALL}}, "n_clicks"});
}

/// The same with fields, whose values are States.
void fields(App& app, const char* name) {
  app.layout(html::Div({
      dcc::Input().id("single"),
      dcc::Input().id({{"row", 0}}),
      dcc::Input().id({{"row", 1}}),
      dcc::Input().id({{"row", 2}}),
      html::Div().id("output"),
  }));
  app.clientside_callback({"context", name}, Output{"output", "children"},
                          Input{"single", "n_submit"}, Input{{{"row", ALL}}, "n_submit"},
                          State{"single", "value"}, State{{{"row", ALL}}, "value"});
}

void triggered(App& app) { buttons(app, "triggered"); }
void triggered_id(App& app) { buttons(app, "triggeredId"); }
void inputs(App& app) { buttons(app, "inputs"); }
void inputs_list(App& app) { buttons(app, "inputsList"); }
void states(App& app) { fields(app, "states"); }
void states_list(App& app) { fields(app, "statesList"); }

const CallbackOptions later{.prevent_initial_call = true};

void two_buttons_two_outputs(App& app) {
  app.layout(html::Div({
      html::Button("left").id("left"),
      html::Button("right").id("right"),
      html::Pre().id("first"),
      html::Pre().id("second"),
  }));
}

void list_of_one_output(App& app) {
  two_buttons_two_outputs(app);
  app.clientside_callback(
      "() => JSON.stringify(window.dash_clientside.callback_context.outputs_list)",
      Output{"first", "children"}, Input{"left", "n_clicks"}, later);
}

void list_of_two_outputs(App& app) {
  two_buttons_two_outputs(app);
  app.clientside_callback(R"(
      () => {
        const list = JSON.stringify(window.dash_clientside.callback_context.outputs_list);
        return [list, list];
      })",
                          {Output{"first", "children"}, Output{"second", "children"}},
                          Input{"left", "n_clicks"}, later);
}

void list_of_two_outputs_of_which_one_stays(App& app) {
  two_buttons_two_outputs(app);
  app.clientside_callback(R"(
      () => {
        const {no_update, callback_context: {outputs_list, triggered_id}} = window.dash_clientside;
        const list = JSON.stringify(outputs_list);
        return triggered_id === 'left' ? [list, no_update] : [no_update, list];
      })",
                          {Output{"first", "children"}, Output{"second", "children"}},
                          Input{"left", "n_clicks"}, Input{"right", "n_clicks"}, later);
}

void list_of_no_outputs(App& app) {
  two_buttons_two_outputs(app);
  app.clientside_callback(R"(
      () => {
        const {set_props, callback_context} = window.dash_clientside;
        set_props('first', {children: JSON.stringify(callback_context.outputs_list)});
        set_props('second', {children: `type: ${typeof callback_context.outputs_list}`});
      })",
                          Input{"left", "n_clicks"}, later);
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"clsd009", triggered},
                       {"clsd010", inputs},
                       {"clsd011", inputs_list},
                       {"clsd012", states},
                       {"clsd013", states_list},
                       {"clsd020", triggered_id},
                       {"clol001", list_of_one_output},
                       {"clol002", list_of_two_outputs},
                       {"clol003", list_of_two_outputs_of_which_one_stays},
                       {"clol004", list_of_no_outputs},
                   });
}
