// SPDX-License-Identifier: MIT
// What a page shows while it starts and while callbacks run: its spinners and its title.
#include <cstdlib>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <string>
#include <tuple>

#include "cases.hpp"

using namespace ekiden;

namespace {

void start_in_any_order(App& app) {
  app.layout(html::Div({
      html::Div("not yet").id("output"),
      dcc::Input().id("input").value("initial value"),
  }));
  app.callback(Output{"output", "children"}, Input{"input", "value"},
               [](std::string value) { return value; });
}

void spinners_around_outputs(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input").value("text"),
      dcc::Loading(html::Div().id("plain")).className("around-plain").type("default"),
      html::Div({
          dcc::Loading(html::Div(html::Div().id("nested")))
              .className("around-nested")
              .type("circle"),
          dcc::Loading(dcc::Graph().id("graph")).className("around-graph").type("cube"),
      }),
      html::Div("not an output").id("outside"),
  }));
  app.callback(
      {Output{"graph", "figure"}, Output{"plain", "children"}, Output{"nested", "children"}},
      Input{"input", "value"}, [](std::string value) {
        const Json line{{"y", Json::array({1, 4, 2, 3})}};
        return std::tuple{Json{{"data", Json::array({line})}}, value, value};
      });
}

Component spinning(const std::string& id) {
  return html::Div(dcc::Loading(html::Div().id(id)).className("around-" + id));
}

void chain(App& app) {
  app.layout(html::Div({
      html::Button("Start").id("button").n_clicks(0),
      spinning("first"),
      spinning("second"),
      spinning("third"),
      spinning("fourth"),
  }));
  app.callback(Output{"first", "children"}, Input{"button", "n_clicks"},
               [](int clicks) { return "1 of " + std::to_string(clicks); });
  app.callback(Output{"second", "children"}, Input{"first", "children"},
               [](std::string text) { return "2 after " + text; });
  app.callback({Output{"third", "children"}, Output{"fourth", "children"}},
               Input{"second", "children"}, [](std::string text) {
                 return std::tuple{"3 after " + text, "4 after " + text};
               });
}

/// The update title that the test asks for; the default if it asks for none.
void set_update_title(App& app) {
  if (const char* title = std::getenv("EKIDEN_TEST_UPDATE_TITLE")) app.update_title(title);
}

void titles(App& app) {
  set_update_title(app);
  app.layout(html::Div({
      html::Button("Update").id("button").n_clicks(0),
      html::Div().id("output"),
  }));
  app.callback(Output{"output", "children"}, Input{"button", "n_clicks"},
               [](int clicks) { return clicks; });
}

void titles_of_the_page(App& app) {
  titles(app);
  app.layout(html::Div({
      html::Button("Update").id("button").n_clicks(0),
      html::Div().id("output"),
      html::Button("Name").id("page").n_clicks(0),
      html::Div().id("named"),
  }));
  app.clientside_callback("clicks => (document.title = `Page ${clicks}`)",
                          Output{"named", "children"}, Input{"page", "n_clicks"});
}

void chained_titles(App& app) {
  set_update_title(app);
  app.title("Start title");
  app.layout(html::Div({
      html::Button("Name").id("page").n_clicks(0),
      html::Div().id("named"),
      html::Div().id("output"),
  }));
  app.clientside_callback(
      "clicks => { if (clicks) document.title = `Page ${clicks}`; return clicks; }",
      Output{"named", "children"}, Input{"page", "n_clicks"});
  app.callback(Output{"output", "children"}, Input{"named", "children"},
               [](int clicks) { return clicks; });
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"rdrc001", start_in_any_order},
                       {"rdls001", spinners_around_outputs},
                       {"rdls002", chain},
                       {"rdls003", titles},
                       {"rdls003-page", titles_of_the_page},
                       {"rdls004", chained_titles},
                   });
}
