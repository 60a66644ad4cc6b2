// SPDX-License-Identifier: MIT
// What the genuine renderer does with a callback's answers: one small group per feature.
#include <string>
#include <tuple>

#include <ekiden/app.hpp>
#include <ekiden/context.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <ekiden/patch.hpp>

using namespace ekiden;

EKIDEN_APP(app) {
  app.layout(html::Div({
      html::Button("left").id("left"),
      html::Button("right").id("right"),
      html::Div().id("triggered"),

      html::Button("add").id("add"),
      html::Ul(Children{html::Li("first")}).id("list"),

      html::Button("say").id("say"),
      html::Div("nothing").id("said"),
      html::Div("nothing").id("echo"),
      html::Div().id("say-output"),

      dcc::Input().id("name").value("you"),
      html::Div().id("greeting"),
      html::Div().id("length"),
  }));

  app.callback(Output{"triggered", "children"}, Input{"left", "n_clicks"},
               Input{"right", "n_clicks"}, [](Json, Json) -> Json {
                 const auto& ctx = callback_context();
                 return ctx.triggered() ? ctx.triggered_id() : Json("page load");
               });

  app.callback(Output{"list", "children"}, Input{"add", "n_clicks"},
               CallbackOptions{.prevent_initial_call = true}, [](int clicks) {
                 Patch list;
                 list.append(html::Li("item " + std::to_string(clicks)));
                 return list;
               });

  app.callback(Output{"say-output", "children"}, Input{"say", "n_clicks"},
               CallbackOptions{.prevent_initial_call = true}, [](int clicks) {
                 set_props("said", {{"children", "said " + std::to_string(clicks)}});
                 return "done";
               });
  app.callback(Output{"echo", "children"}, Input{"said", "children"},
               [](std::string said) { return "echo of " + said; });

  app.callback({Output{"greeting", "children"}, Output{"length", "children"}},
               Input{"name", "value"}, [](std::string name) {
                 using Texts = std::tuple<Update<std::string>, Update<int>>;
                 if (name.empty()) return Texts{no_update, 0};
                 return Texts{"Hello " + name, static_cast<int>(name.size())};
               });
}
