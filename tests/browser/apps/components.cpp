// SPDX-License-Identifier: MIT
// Components of a package of the app's own: what the renderer offers their authors.
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <string>
#include <utility>

#include "cases.hpp"

using namespace ekiden;

namespace {

Component make(const char* type, Json::Object properties) {
  return Component("test_components", type, std::move(properties));
}

const CallbackOptions kLater{.prevent_initial_call = true};

void redrawn(App& app) {
  app.layout(html::Div({html::Div(make("DrawCounter", {{"id", "counter"}})).id("container"),
                        html::Button("redraw").id("redraw")}));
  app.callback(Output{"container", "children"}, Input{"redraw", "n_clicks"}, kLater,
               [](int clicks) {
                 return make("DrawCounter", {{"id", "counter"}, {"data-clicks", clicks}});
               });
}

void render_types(App& app) {
  app.layout(html::Div({
      html::Div(make("RenderType", {{"id", "typed"}})).id("container"),
      html::Button("redraw").id("redraw"),
      html::Button("callback").id("call"),
      html::Button("clientside").id("clientside"),
      html::Div().id("output"),
  }));
  app.clientside_callback("() => { dash_clientside.set_props('typed', {n_clicks: 20}); }",
                          Input{"clientside", "n_clicks"}, kLater);
  app.callback(Output{"container", "children"}, Input{"redraw", "n_clicks"}, kLater, [](int) {
    return make("RenderType", {{"id", "typed"}});
  });
  app.callback(Output{"typed", "n_clicks"}, Input{"call", "n_clicks"}, kLater,
               [](int) { return 0; });
  app.callback(Output{"output", "children"}, Input{"typed", "n_clicks"},
               [](Json clicks) { return clicks.dump(); });
}

void persisted_parts(App& app) {
  app.layout(
      html::Div({html::Button("again").id("button").n_clicks(0), html::Div().id("container")}));
  app.callback(Output{"container", "children"}, Input{"button", "n_clicks"}, [](int) {
    const auto kept = [](const char* type, const char* id, const char* part) {
      return make(type, {{"id", id},
                         {"persistence", true},
                         {"persisted_props", Json::array({part})},
                         {"persistence_type", "local"}});
    };
    return Children{kept("Kept", "whole", "value"), kept("KeptMember", "member", "value.text")};
  });
}

void given_properties(App& app) {
  app.layout(html::Div({
      make("Giver", {{"id", "giver"},
                     {"children", make("Receiver", {{"id", "inside"}, {"text", "own text"}})}}),
      make("Receiver", {{"id", "outside"}, {"text", "own text"}}),
      html::Button("load").id("load"),
      html::Div().id("loaded"),
  }));
  app.callback(Output{"loaded", "children"}, Input{"load", "n_clicks"}, kLater, [](int) {
    return Children{
        make("Giver", {{"id", "later"}, {"children", make("Receiver", {{"id", "late-inside"}})}}),
        make("Receiver", {{"id", "late-outside"}, {"text", "own text"}})};
  });
}

void lists_and_none(App& app) {
  app.hooks({.layout_pre = "() => window.declareComponentsAsProperties()"});
  app.layout(html::Div({
      make("Lengths", {{"id", "three"},
                       {"list", Json::array({Json{{"label", "a"}}, Json{{"label", "b"}},
                                             Json{{"label", "c"}}})}}),
      make("Lengths", {{"id", "none"}, {"list", nullptr}}),
  }));
}

Json extra_component() {
  const Component inner = html::Div("inner").id({{"type", "extra"}, {"n", 1}});
  return Json{{"type", "Div"},
              {"namespace", "dash_html_components"},
              {"props", Json{{"id", "extra"}, {"children", Json::array({inner})}}}};
}

void external_components(App& app) {
  app.layout(html::Div({
      dcc::Input().id("text").value("synced"),
      html::Button("sync").id("sync"),
      make("External", {{"id", "external"},
                        {"input_id", "drawn"},
                        {"text", "first"},
                        {"extra", extra_component()}}),
      html::Div(html::Div().id({{"type", "output"}, {"n", 1}})).id("out"),
  }));
  app.callback(Output{"external", "text"}, Input{"sync", "n_clicks"}, State{"text", "value"},
               kLater, [](int, std::string text) { return text; });
  app.callback(Output{{{"type", "output"}, {"n", MATCH}}, "children"},
               Input{{{"type", "extra"}, {"n", MATCH}}, "n_clicks"}, kLater,
               [](int) { return "clicked"; });
}

void temporary_external_components(App& app) {
  app.layout(dcc::Tabs({
      dcc::Tab().label("1").children(make(
          "External", {{"id", "external"}, {"extra", extra_component()}, {"is_temporary", true}})),
      dcc::Tab().label("2").children(make("External", {{"id", "other"}, {"text", "typed"}})),
  }));
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"rdraw001", redrawn},
                       {"rtype001", render_types},
                       {"rdps013", persisted_parts},
                       {"rdarp001", given_properties},
                       {"aoeoswnpsn001", lists_and_none},
                       {"rext001", external_components},
                       {"rext002", temporary_external_components},
                   });
}
