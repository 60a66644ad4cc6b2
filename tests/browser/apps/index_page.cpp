// SPDX-License-Identifier: MIT
// The index page, the layout it shows and the scripts it loads.
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>

#include "cases.hpp"

using namespace ekiden;

namespace {

void wildcard_attributes(App& app) {
  app.layout(html::Div(html::Div()
                           .id("inner")
                           .prop("data-string", "several words")
                           .prop("data-number", 512)
                           .prop("data-none", nullptr)
                           .prop("data-date", "2012-01-10")
                           .prop("aria-progress", 5))
                 .id("outer"));
}

void own_meta_tags(App& app) {
  app.meta_tags({{{"name", "description"}, {"content", "my app"}},
                 {{"name", "custom"}, {"content", "customised"}}});
  app.layout(html::Div("content").id("content"));
}

void own_viewport(App& app) {
  app.meta_tags({{{"name", "viewport"}}});
  app.layout(html::Div("content").id("content"));
}

void own_index(App& app) {
  app.index_string(R"(<!DOCTYPE html>
<html>
  <head>{%metas%}<title>{%title%}</title>{%favicon%}{%css%}</head>
  <body>
    <p id="header">Header</p>
    <p id="added"></p>
    {%app_entry%}
    <footer>{%config%}{%scripts%}{%renderer%}</footer>
    <p id="footer">Footer</p>
    <script>
      const braces = {a: {b: {}}};
      document.getElementById('added').textContent = `added ${Object.keys(braces)}`;
    </script>
  </body>
</html>)");
  app.layout(html::Div("the app").id("app"));
}

void refused_index(App& app) {
  std::string refusal = "accepted";
  try {
    app.index_string("<!DOCTYPE html><html><head>{%metas%}</head><body></body></html>");
  } catch (const Error& error) {
    refusal = error.what();
  }
  app.layout(html::Div(refusal).id("refusal"));
}

void layout_function(App& app) {
  app.layout([] { return html::Div("made by a function").id("content"); });
}

void late_component(App& app) {
  app.layout(html::Div({html::Button("insert").id("button"), html::Div().id("output")}));
  app.callback(Output{"output", "children"}, Input{"button", "n_clicks"},
               CallbackOptions{.prevent_initial_call = true},
               [](int) { return dcc::Input().id("inserted"); });
}

void below_a_prefix(App& app, std::string prefix, std::string text) {
  app.url_base_pathname(std::move(prefix));
  app.layout(html::Div().id("output"));
  app.callback(Output{"output", "children"}, Input{"output", "n_clicks"},
               [text](Json) { return text; });
}
void first_prefix(App& app) { below_a_prefix(app, "/app1/", "the first"); }
void second_prefix(App& app) { below_a_prefix(app, "/app2/", "the second"); }

Children graph_with_clicks(const std::string& name, Json x) {
  const Json bars{{"x", std::move(x)}, {"y", Json::array({5, 10, 6})}, {"type", "bar"}};
  return {dcc::Graph().id(name).figure(Json{{"data", Json::array({bars})}}),
          html::Pre().id(name + "-clicked")};
}

void graphs_in_tabs(App& app) {
  app.suppress_callback_exceptions();
  app.layout(html::Div({
      dcc::Tabs({dcc::Tab().label("1").value("1").id("tab1"),
                 dcc::Tab().label("2").value("2").id("tab2")})
          .id("tabs")
          .value("1"),
      html::Div().id("content"),
  }));
  for (const char* name : {"graph1", "graph2"}) {
    app.callback(Output{name + std::string("-clicked"), "children"}, Input{name, "clickData"},
                 [](Json clicked) {
                   if (clicked.is_null()) return std::string("nothing");
                   return "x = " + clicked["points"][0]["label"].dump();
                 });
  }
  app.callback(Output{"content", "children"}, Input{"tabs", "value"}, [](std::string tab) {
    if (tab == "1") return graph_with_clicks("graph1", Json::array({1, 2, 3}));
    return graph_with_clicks("graph2", Json::array({4, 3, 2}));
  });
}

void list_layout(App& app) {
  app.layout({
      "first text",
      "second text",
      html::Div("one").id("one"),
      html::Button("direct").id("direct"),
      html::Div().id("direct-output"),
      html::Div({html::Button("nested").id("nested"), html::Div().id("nested-output")}),
  });
  for (const char* name : {"direct", "nested"}) {
    app.callback(Output{name + std::string("-output"), "children"}, Input{name, "n_clicks"},
                 CallbackOptions{.prevent_initial_call = true},
                 [](int clicks) { return "clicked " + std::to_string(clicks); });
  }
}

void back_to_the_first_value(App& app) {
  app.layout(html::Div({
      dcc::Dropdown()
          .id("dropdown")
          .options({"Toronto", "Montréal", "Vancouver"})
          .value("Toronto")
          .searchable(false),
      html::Div().id("output"),
  }));
  app.callback(Output{"output", "children"}, Input{"dropdown", "value"},
               [](std::string city) { return "You chose " + city; });
}

dcc::GraphBuilder small_graph() {
  return dcc::Graph().id("graph").figure(
      Json{{"data", Json::array({Json{{"y", Json::array({3, 1, 2})}}})}});
}

void graph_at_once(App& app) { app.layout(html::Div(small_graph())); }
void graph_at_once_eager(App& app) {
  app.eager_loading();
  graph_at_once(app);
}

void graph_on_demand(App& app) {
  app.layout(html::Div(html::Button("show").id("button")).id("content"));
  app.callback(Output{"content", "children"}, Input{"button", "n_clicks"},
               CallbackOptions{.prevent_initial_call = true}, [](int) { return small_graph(); });
}

void external_files(App& app) {
  app.external_scripts({"https://cdn.example/plain.js",
                        {"https://cdn.example/module.js", {{"type", "module"}}},
                        {"https://cdn.example/async.js", {{"async", "true"}, {"data-test", "own"}}},
                        {"https://cdn.example/checked.js",
                         {{"integrity", "sha256-pZqJ6+qeiZx27SC2JOwp4LEI+REOVyHnl9kZaTk+coI="},
                          {"crossorigin", "anonymous"}}}});
  app.external_stylesheets(
      {"https://cdn.example/plain.css", {"https://cdn.example/print.css", {{"media", "print"}}}});
  app.layout(html::Div("content").id("content"));
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"inin003", wildcard_attributes},
                       {"inin006", own_meta_tags},
                       {"inin007", own_viewport},
                       {"inin008", own_index},
                       {"inin009", refused_index},
                       {"inin010", layout_function},
                       {"inin017", late_component},
                       {"inin025-1", first_prefix},
                       {"inin025-2", second_prefix},
                       {"inin026", graphs_in_tabs},
                       {"inin028", list_layout},
                       {"inin031", back_to_the_first_value},
                       {"scri001", graph_at_once},
                       {"scri001-eager", graph_at_once_eager},
                       {"scri002", graph_on_demand},
                       {"dada004", external_files},
                   });
}
