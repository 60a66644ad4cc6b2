// SPDX-License-Identifier: MIT
// Callbacks without outputs, without inputs, and without either.
#include <cstdio>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <string>

#include "cases.hpp"

using namespace ekiden;

namespace {

/// What a callback without output leaves for the test to read: a line of the server's output.
void note(const std::string& text) {
  std::puts(text.c_str());
  std::fflush(stdout);
}

void no_output(App& app) {
  app.layout(html::Div({html::Button("Click").id("btn").n_clicks(0), html::Div().id("output")}));
  app.callback(Input{"btn", "n_clicks"},
               [](int clicks) { note("noted " + std::to_string(clicks)); });
  app.callback(Output{"output", "children"}, Input{"btn", "n_clicks"},
               [](int clicks) { return "Clicks: " + std::to_string(clicks); });
}

void no_input(App& app) {
  app.layout(html::Div({dcc::Store("store").data("initial"), html::Div().id("output")}));
  app.callback(Output{"output", "children"}, State{"store", "data"},
               [](std::string data) { return "Data: " + data; });
}

void neither(App& app) {
  app.layout(html::Div(html::Div("Waiting...").id("output")));
  app.callback([] { note("called"); });
}

void several_with_neither(App& app) {
  app.layout(html::Div(html::Div("Waiting...").id("output")));
  app.callback([] { note("called first"); });
  app.callback([] { note("called second"); });
  app.callback([] { set_props("output", {{"children", "set by the third"}}); });
}

void two_for_one_output(App& app) {
  app.layout(html::Div({
      dcc::Store("store").data("initial"),
      html::Div("Waiting...").id("output"),
  }));
  app.callback(Output{"output", "children"}, State{"store", "data"},
               [](std::string data) { return "First: " + data; });
  app.callback(Output{"output", "children"}.allow_duplicate(), State{"store", "data"},
               CallbackOptions{.prevent_initial_call = initial_duplicate},
               [](std::string data) { return "Second: " + data; });
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbsc022", no_output},
                       {"cbsc023", no_input},
                       {"cbsc024", neither},
                       {"cbsc025", several_with_neither},
                       {"cbsc026", two_for_one_output},
                   });
}
