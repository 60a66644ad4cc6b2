// SPDX-License-Identifier: MIT
// Functions that answer for callbacks that throw.
#include <ekiden/grouping.hpp>
#include <ekiden/html.hpp>
#include <stdexcept>
#include <string>

#include "cases.hpp"

using namespace ekiden;

namespace {

struct Click {
  int count = 0;
};
struct Sides {
  std::string left, right;
};

void error_handlers(App& app) {
  app.on_error([](const std::exception& error) {
    set_props("of-the-app", {{"children", std::string("app: ") + error.what()}});
  });
  app.layout(Children{
      html::Button("Own handler").id("own"),
      html::Button("Handler of the app").id("global"),
      html::Button("Several outputs").id("several"),
      html::Div().id("output"),
      html::Div().id("message"),
      html::Div().id("of-the-app"),
      html::Div("left alone").id("left"),
      html::Div("right alone").id("right"),
  });
  app.callback(Output{"output", "children"}, Input{"own", "n_clicks"},
               CallbackOptions{.prevent_initial_call = true,
                               .on_error =
                                   [](const std::exception& error) {
                                     set_props("message", {{"children", error.what()}});
                                     return std::string("instead of ") + error.what();
                                   }},
               [](int) -> int { throw std::runtime_error("a lost ship"); });
  app.callback(Output{"of-the-app", "children"}, Input{"global", "n_clicks"},
               CallbackOptions{.prevent_initial_call = true},
               [](int) -> int { throw std::runtime_error("a lost anchor"); });
  app.callback(outputs(Member{&Sides::left, Output{"left", "children"}},
                       Member{&Sides::right, Output{"right", "children"}}),
               inputs(Member{&Click::count, Input{"several", "n_clicks"}}),
               CallbackOptions{.prevent_initial_call = true},
               [](Click) -> Sides { throw std::runtime_error("a lost crew"); });
}

}  // namespace

EKIDEN_APP(app) { set_up_case(app, {{"cber001", error_handlers}}); }
