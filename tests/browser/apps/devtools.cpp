// SPDX-License-Identifier: MIT
// Apps with something wrong in them, and what Dash's dev tools say of it.
#include <atomic>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <stdexcept>
#include <string>
#include <tuple>

#include "cases.hpp"

using namespace ekiden;

namespace {

/// A graph whose `animate` is a number; a truth value is wanted.
void wrong_property(App& app) {
  app.layout(
      Children{html::P("below is a graph").id("text"),
               Component("dash_core_components", "Graph", {{"id", "broken"}, {"animate", 3}})});
}

void wrong_properties(App& app) {
  app.layout(Children{
      html::Div(Component("dash_core_components", "Input", {{"id", "input"}, {"type", "colour"}})),
      html::Div(
          Component("dash_core_components", "Checklist", {{"id", "checklist"}, {"inline", "yes"}})),
      html::Div(
          Component("dash_core_components", "Interval", {{"id", "interval"}, {"interval", "1 s"}})),
      html::Div(Component("dash_core_components", "Store", {{"id", "store"}, {"storage_type", 5}})),
      html::Div("fine").id("fine"),
  });
}

void chain(App& app) {
  app.layout(Children{dcc::Input().id("a").value(""), html::Div().id("b"),
                      html::Img().id("picture").width("10")});
  app.callback(Output{"b", "children"}, Input{"a", "value"},
               [](const std::string& a) { return a; });
  app.callback(Output{"picture", "width"}, Input{"b", "children"},
               [](const std::string& b) { return std::to_string(10 * (b.size() + 1)); });
}

void text_field(App& app) {
  app.layout(Children{dcc::Input().id("a").value(""), html::Div().id("b")});
  app.callback(Output{"b", "children"}, Input{"a", "value"},
               [](const std::string& a) { return a; });
}

void undo_and_redo(App& app) {
  text_field(app);
  app.show_undo_redo();
}

[[gnu::noinline]] int sink_the_ship(int clicks) {
  if (clicks == 1) throw std::domain_error("the ship has sunk");
  return clicks;
}

void exceptions(App& app) {
  app.layout(Children{html::Button("Throw").id("button").n_clicks(0), html::Div().id("output")});
  app.callback(Output{"output", "children"}, Input{"button", "n_clicks"}, [](int clicks) {
    if (clicks == 2) throw std::runtime_error("second exception");
    return sink_the_ship(clicks);
  });
}

void prevented_update(App& app) {
  app.layout(Children{html::Button("Click").id("button").n_clicks(0), html::Div().id("output")});
  app.callback(Output{"output", "children"}, Input{"button", "n_clicks"}, [](int clicks) {
    if (clicks == 1) throw PreventUpdate();
    if (clicks == 2) throw std::runtime_error("a real exception");
    return "clicks: " + std::to_string(clicks);
  });
}

void wrong_update(App& app) {
  app.layout(Children{html::Button("Update").id("button").n_clicks(0),
                      html::Div(dcc::Store("output").data(1))});
  app.callback(Output{"output", "clear_data"}, Input{"button", "n_clicks"},
               [](int clicks) { return clicks == 1 ? Json(clicks) : Json(false); });
}

void wrong_creation(App& app) {
  app.layout(Children{html::Button("Create").id("button").n_clicks(0), html::Div().id("output")});
  app.callback(Output{"output", "children"}, Input{"button", "n_clicks"}, [](int clicks) {
    return clicks == 1
               ? Component("dash_core_components", "Store", {{"id", "created"}, {"clear_data", 0}})
               : Component(html::Span("none yet"));
  });
}

void two_outputs(App& app) {
  app.layout(Children{html::Button("Throw").id("button").n_clicks(0), html::Div().id("left"),
                      html::Div().id("right")});
  app.callback({Output{"left", "children"}, Output{"right", "children"}},
               Input{"button", "n_clicks"}, [](int clicks) {
                 if (clicks > 0) throw std::runtime_error("neither left nor right");
                 return std::tuple(std::string("left: 0"), std::string("right: 0"));
               });
}

/// When the app is loaded, the layout has what the callbacks name; what pages get has not.
void changing_layout(App& app) {
  app.layout([] {
    static std::atomic<int> asked{0};
    if (asked++ == 0) {
      return html::Div({dcc::Input().id("in"), html::Div().id("out"), dcc::Input().id("other")});
    }
    return html::Div({dcc::Input().id("renamed"), html::Div().id("out"), html::P("x").id("other")});
  });
  app.callback(Output{"out", "children"}, Input{"in", "value"}, [](const Json& v) { return v; });
  app.callback(Output{"out", "title"}, Input{"other", "value"}, [](const Json& v) { return v; });
}

void unchecked_layout(App& app) {
  app.suppress_callback_exceptions();
  app.layout(Children{html::Div().id("out")});
  app.callback(Output{"out", "children"}, Input{"in", "value"}, [](const Json& v) { return v; });
}

void with_validation_layout(App& app) {
  changing_layout(app);
  app.validation_layout({dcc::Input().id("in"), html::Div().id("out"), dcc::Input().id("other")});
}

void hot(App& app) {
  app.layout(Children{html::Div("hot").id("text"), dcc::Input().id("input").value("initial")});
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {{"wrong_property", wrong_property},
                    {"wrong_properties", wrong_properties},
                    {"chain", chain},
                    {"text_field", text_field},
                    {"undo_and_redo", undo_and_redo},
                    {"exceptions", exceptions},
                    {"prevented_update", prevented_update},
                    {"wrong_update", wrong_update},
                    {"wrong_creation", wrong_creation},
                    {"two_outputs", two_outputs},
                    {"changing_layout", changing_layout},
                    {"unchecked_layout", unchecked_layout},
                    {"with_validation_layout", with_validation_layout},
                    {"hot", hot}});
}
