// SPDX-License-Identifier: MIT
// Callbacks in their simplest forms.
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <string>

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

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbsc001", one_request_per_key},
                   });
}
