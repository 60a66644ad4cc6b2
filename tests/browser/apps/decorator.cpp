// SPDX-License-Identifier: MIT
// Callbacks registered by the app's own block and by functions of another file that are given the
// app, which stand for callbacks registered without an app.
#include <charconv>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>
#include <tuple>

#include "cases.hpp"
#include "decorator/elsewhere.hpp"

using namespace ekiden;

namespace {

/// The same as show_elsewhere, in this file.
void show(App& app, const char* output, const char* text) {
  app.callback(Output{output, "children"}, Input{"input", "value"},
               [text = std::string(text)](std::optional<std::string> value) {
                 return text + ": " + value.value_or("none");
               });
}

void here_and_elsewhere(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input").value("initial"),
      html::Div().id("output-here"),
      html::Div().id("output-elsewhere"),
  }));
  show(app, "output-here", "Here");
  show_elsewhere(app, "output-elsewhere", "Elsewhere");
}

void two_inputs(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input1").value("Hello"),
      dcc::Input().id("input2").value("World"),
      html::Div().id("output"),
  }));
  app.callback(Output{"output", "children"}, Input{"input1", "value"}, Input{"input2", "value"},
               [](std::string one, std::string two) { return one + " " + two; });
}

void states(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input1").value("stored"),
      dcc::Input().id("input2").value("trigger"),
      html::Button("Submit").id("button"),
      html::Div().id("output"),
  }));
  app.callback(Output{"output", "children"}, Input{"button", "n_clicks"}, State{"input1", "value"},
               State{"input2", "value"},
               [](std::optional<int> clicks, std::string one, std::string two) -> std::string {
                 if (!clicks) return "Not clicked";
                 return "Click " + std::to_string(*clicks) + ": " + one + " + " + two;
               });
}

void three_outputs(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input").value("test"),
      html::Div().id("output1"),
      html::Div().id("output2"),
      html::Div().id("output3"),
  }));
  app.callback(
      {Output{"output1", "children"}, Output{"output2", "children"}, Output{"output3", "children"}},
      Input{"input", "value"}, [](std::string value) {
        return std::tuple("First: " + value, "Second: " + value, "Third: " + value);
      });
}

void not_when_loaded(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input").value("initial"),
      html::Div("default").id("output"),
  }));
  app.callback(Output{"output", "children"}, Input{"input", "value"},
               CallbackOptions{.prevent_initial_call = true},
               [](std::string value) { return "Updated: " + value; });
}

/// `count` outputs of one input without a value: output1, output2, …
void input_and_outputs(App& app, int count) {
  Json::Array children{dcc::Input().id("input")};
  for (int i = 1; i <= count; ++i) {
    children.push_back(html::Div().id("output" + std::to_string(i)));
  }
  app.layout(html::Div(Json(std::move(children))));
}

void alternately_here_and_elsewhere(App& app) {
  input_and_outputs(app, 4);
  show_elsewhere(app, "output1", "Elsewhere");
  show(app, "output2", "Here");
  show_elsewhere(app, "output3", "Elsewhere again");
  show(app, "output4", "Here again");
}

int number_in(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void one_of_two_outputs(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input").value("0"),
      html::Div().id("output1"),
      html::Div().id("output2"),
  }));
  app.callback({Output{"output1", "children"}, Output{"output2", "children"}},
               Input{"input", "value"}, [](std::string value) {
                 using Texts = std::tuple<Update<std::string>, Update<std::string>>;
                 const int number = number_in(value);
                 if (number % 2 == 0) return Texts{"Even: " + std::to_string(number), no_update};
                 return Texts{no_update, "Odd: " + std::to_string(number)};
               });
}

void server_and_browser_here_and_elsewhere(App& app) {
  input_and_outputs(app, 5);
  show_elsewhere(app, "output1", "Input 1");
  show_elsewhere(app, "output2", "Input 2");
  show(app, "output3", "Input 3");
  app.clientside_callback("function (value) { return 'Input 4: ' + (value ?? 'none'); }",
                          Output{"output4", "children"}, Input{"input", "value"});
  show_in_browser_elsewhere(app, "output5", "Input 5");
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cb001", here_and_elsewhere},
                       {"cb002", two_inputs},
                       {"cb003", states},
                       {"cb004", three_outputs},
                       {"cb005", not_when_loaded},
                       {"cb006", alternately_here_and_elsewhere},
                       {"cb007", one_of_two_outputs},
                       {"dash_callback_001", server_and_browser_here_and_elsewhere},
                   });
}
