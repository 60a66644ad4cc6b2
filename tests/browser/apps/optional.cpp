// SPDX-License-Identifier: MIT
// Inputs and States whose component need not be on the page.
#include <ekiden/html.hpp>
#include <optional>
#include <string>

#include "cases.hpp"

using namespace ekiden;

namespace {

using Clicks = std::optional<int>;

std::string text(Clicks clicks) { return clicks ? std::to_string(*clicks) : "none"; }

/// A button, and another that its first click makes.
void two_buttons(App& app) {
  app.suppress_callback_exceptions();
  app.layout(html::Div({
      html::Button("First").id("first"),
      html::Div().id("place"),
      html::Div().id("output"),
      html::Div().id("second-output"),
  }));
  app.callback(Output{"place", "children"}, Input{"first", "n_clicks"}, State{"place", "children"},
               CallbackOptions{.prevent_initial_call = true}, [](Json, Json made) -> Update<Json> {
                 if (!made.is_null()) return no_update;
                 return Json(html::Button("Second").id("second"));
               });
}

std::string both(Clicks first, Clicks second) { return text(first) + " and " + text(second); }

void optional_input(App& app) {
  two_buttons(app);
  app.callback(Output{"output", "children"}, Input{"first", "n_clicks"},
               Input{"second", "n_clicks"}.optional(), both);
}

void optional_state(App& app) {
  two_buttons(app);
  app.callback(Output{"output", "children"}, Input{"first", "n_clicks"},
               State{"second", "n_clicks"}.optional(), both);
  app.callback(Output{"second-output", "children"}, Input{"second", "n_clicks"}.optional(),
               [](Clicks second) -> Update<int> {
                 if (!second) return no_update;
                 return *second;
               });
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbop001", optional_input},
                       {"cbop002", optional_state},
                   });
}
