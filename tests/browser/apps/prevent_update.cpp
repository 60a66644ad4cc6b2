// SPDX-License-Identifier: MIT
// Outputs that stay as they are.
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>
#include <tuple>

#include "cases.hpp"

using namespace ekiden;

namespace {

void no_answer_and_what_follows_it(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input").value("initial input"),
      html::Div("initial output").id("output1"),
      html::Div("initial output").id("output2"),
  }));
  app.callback(Output{"output1", "children"}, Input{"input", "value"},
               [](std::string value) -> Update<std::string> {
                 if (value.size() > std::string("initial inputx").size()) return no_update;
                 throw PreventUpdate();
               });
  app.callback(Output{"output2", "children"}, Input{"output1", "children"},
               CallbackOptions{.prevent_initial_call = true},
               [](std::string value) { return value; });
}

void some_of_three_outputs(App& app) {
  app.layout(html::Div({
      html::Button("B").id("btn"),
      html::P("initial1").id("n1"),
      html::P("initial2").id("n2"),
      html::P("initial3").id("n3"),
  }));
  app.callback({Output{"n1", "children"}, Output{"n2", "children"}, Output{"n3", "children"}},
               Input{"btn", "n_clicks"}, [](std::optional<int> n) {
                 const auto up_to = [n](int last) -> Update<> {
                   if (n > last) return no_update;
                   return n;
                 };
                 const Update<> never = no_update;
                 return std::tuple(up_to(4), up_to(2), never);
               });
}

void chain_behind_one_of_two_outputs(App& app) {
  app.layout(html::Div({
      dcc::Input().id("a_in").value("a"),
      dcc::Input().id("b_in").value("b"),
      html::P("").id("a_out"),
      html::P("").id("a_out_short"),
      html::P("").id("b_out"),
      html::P("").id("ab_out"),
  }));
  app.callback({Output{"a_out", "children"}, Output{"a_out_short", "children"}},
               Input{"a_in", "value"}, [](std::string a) {
                 const Update<std::string> all = a, none = no_update;
                 return std::tuple(all, a.size() < 3 ? all : none);
               });
  app.callback(Output{"b_out", "children"}, Input{"b_in", "value"},
               [](std::string b) { return b; });
  app.callback(Output{"ab_out", "children"}, Input{"a_out_short", "children"},
               State{"b_out", "children"},
               [](std::string a, std::string b) { return a + " " + b; });
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbpu001", no_answer_and_what_follows_it},
                       {"cbpu002", some_of_three_outputs},
                       {"cbpu003", chain_behind_one_of_two_outputs},
                   });
}
