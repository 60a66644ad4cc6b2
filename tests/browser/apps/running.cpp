// SPDX-License-Identifier: MIT
// Properties that have another value while a callback runs.
#include <ekiden/html.hpp>

#include "cases.hpp"

using namespace ekiden;

namespace {

/// A button whose callback sets `shown` to a bold "on" while it runs.
void start_button(App& app, const char* shown) {
  app.callback(Output{"output", "children"}, Input{"start", "n_clicks"},
               CallbackOptions{
                   .prevent_initial_call = true,
                   .running = {{Output{shown, "children"}, html::B("on").id("content"), "off"}},
               },
               [](int) { return "done"; });
}

void shown_while_running(App& app) {
  app.layout(html::Div({
      html::Div("off").id("running"),
      html::Button("start").id("start"),
      html::Div().id("output"),
  }));
  start_button(app, "running");
}

void nothing_to_show_it(App& app) {
  app.layout(html::Div({html::Button("start").id("start"), html::Div().id("output")}));
  start_button(app, "non_existent_component");
}

void nothing_to_show_it_suppressed(App& app) {
  app.suppress_callback_exceptions();
  nothing_to_show_it(app);
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbsc019", shown_while_running},
                       {"cbsc020", nothing_to_show_it_suppressed},
                       {"cbsc021", nothing_to_show_it},
                   });
}
