// SPDX-License-Identifier: MIT
// The forms in which outputs and arguments of a callback can be given.
#include <ekiden/html.hpp>
#include <string>
#include <tuple>

#include "cases.hpp"

using namespace ekiden;

namespace {

using One = std::tuple<std::string>;

void list_of_one_output(App& app) {
  app.layout(html::Div({
      html::Div("Hi").id("in"),
      html::Div().id("out1"),
      html::Div().id("out2"),
      html::Div().id("out3"),
  }));
  app.callback(Output{"out1", "children"}, Input{"in", "children"},
               [](std::string in) { return "1: " + in; });
  app.callback({Output{"out2", "children"}}, Input{"in", "children"},
               [](std::string in) { return One{"2: " + in}; });
  app.callback(outputs(Output{"out3", "children"}), Input{"in", "children"},
               [](std::string in) { return One{"3: " + in}; });
}

/// Arguments have no names and no lists of their own: parameters are in the order of the arguments.
void order_of_arguments(App& app) {
  app.layout(html::Div({
      html::Div("Hi").id("in"),
      html::Div("gh").id("state"),
      html::Div().id("out1"),
      html::Div().id("out2"),
  }));
  app.callback(Output{"out1", "children"}, Input{"in", "children"}, State{"state", "children"},
               [](std::string in, std::string state) { return "1: " + in + state; });
  app.callback({Output{"out2", "children"}}, State{"state", "children"}, Input{"in", "children"},
               [](std::string state, std::string in) { return One{"2: " + in + state}; });
}

void two_inputs_or_input_and_state(App& app) {
  app.layout(html::Div({
      html::Div("Yo").id("in1"),
      html::Div("lo").id("in2"),
      html::Div().id("out1"),
      html::Div().id("out2"),
  }));
  const auto joined = [](std::string one, std::string two) { return one + two; };
  app.callback(Output{"out1", "children"}, Input{"in1", "children"}, Input{"in2", "children"},
               joined);
  app.callback(outputs(Output{"out2", "children"}), Input{"in1", "children"},
               State{"in2", "children"}, joined);
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbva003", list_of_one_output},
                       {"cbva004", order_of_arguments},
                       {"cbva005", two_inputs_or_input_and_state},
                   });
}
