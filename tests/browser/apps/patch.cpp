// SPDX-License-Identifier: MIT
// Patches: from results, from set_props, and from clientside functions.
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <ekiden/patch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cases.hpp"

using namespace ekiden;

namespace {

using Clicks = std::optional<int>;

const CallbackOptions later{.prevent_initial_call = true};

/// A button, and what it does to the store: on the server, and as steps of the browser's builder.
struct Operation {
  const char* button;
  void (*patch)(Patch& data, const Json& value, int index);
  const char* steps;
};

const std::vector<Operation> operations{
    {"assign",
     [](Patch& data, const Json& value, int) {
       data["text"] = value;
       data["count"] += 1;
     },
     ".assign(['text'], value).add(['count'], 1)"},
    {"append",
     [](Patch& data, const Json& value, int) {
       data["list"].append(value);
       data["count"] += 1;
     },
     ".append(['list'], value).add(['count'], 1)"},
    {"prepend", [](Patch& data, const Json& value, int) { data["list"].prepend(value); },
     ".prepend(['list'], value)"},
    {"extend",
     [](Patch& data, const Json& value, int) { data["list"].extend(Json::array({value})); },
     ".extend(['list'], [value])"},
    {"merge",
     [](Patch& data, const Json& value, int) {
       data.update({{"merged", value}});
     },
     ".merge([], {merged: value})"},
    {"delete", [](Patch& data, const Json&, int) { data["unwanted"].erase(); },
     ".delete(['unwanted'])"},
    {"insert", [](Patch& data, const Json& value, int index) { data["list"].insert(index, value); },
     ".insert(['list'], index, value)"},
    {"delete-two",
     [](Patch& data, const Json&, int) {
       data["list"][1].erase();
       data["list"][-2].erase();
     },
     ".delete(['list', 1]).delete(['list', -2])"},
    {"reverse", [](Patch& data, const Json&, int) { data["list"].reverse(); },
     ".reverse(['list'])"},
    {"remove", [](Patch& data, const Json& value, int) { data["list"].remove(value); },
     ".remove(['list'], value)"},
    {"clear", [](Patch& data, const Json&, int) { data["list"].clear(); }, ".clear(['list'])"},
};

/// A store whose value is shown, and a button for each operation.
void operations_layout(App& app) {
  Json::Array buttons;
  for (const Operation& one : operations) {
    buttons.push_back(html::Button(one.button).id(one.button));
  }
  app.layout(html::Div({
      dcc::Input().id("value"),
      dcc::Input().id("index").type("number").value(1),
      html::Div(Json(buttons)),
      dcc::Store("store").data(Json{{"text", "unset"},
                                    {"count", 0},
                                    {"list", Json::array({"initial"})},
                                    {"unwanted", "take me out"}}),
      html::Pre().id("content"),
  }));
  app.clientside_callback("(data) => JSON.stringify(data)", Output{"content", "children"},
                          Input{"store", "data"});
}

Output store_data() { return Output{"store", "data"}.allow_duplicate(); }

void patched_by_results(App& app) {
  operations_layout(app);
  for (const Operation& one : operations) {
    app.callback(store_data(), Input{one.button, "n_clicks"}, State{"value", "value"},
                 State{"index", "value"}, later, [patch = one.patch](Json, Json value, int index) {
                   Patch data;
                   patch(data, value, index);
                   return data;
                 });
  }
}

void patched_by_set_props(App& app) {
  operations_layout(app);
  for (const Operation& one : operations) {
    app.callback(Input{one.button, "n_clicks"}, State{"value", "value"}, State{"index", "value"},
                 later, [patch = one.patch](Json, Json value, int index) {
                   Patch data;
                   patch(data, value, index);
                   set_props("store", {{"data", data}});
                 });
  }
}

std::string built(const Operation& one) {
  return std::string("new window.dash_clientside.Patch()") + one.steps + ".build()";
}

void patched_by_clientside_results(App& app) {
  operations_layout(app);
  for (const Operation& one : operations) {
    app.clientside_callback("(clicks, value, index) => " + built(one), store_data(),
                            Input{one.button, "n_clicks"}, State{"value", "value"},
                            State{"index", "value"}, later);
  }
}

void patched_by_clientside_set_props(App& app) {
  operations_layout(app);
  for (const Operation& one : operations) {
    app.clientside_callback(
        "(clicks, value, index) => { window.dash_clientside.set_props("
        "'store', {data: " +
            built(one) + "}); }",
        Input{one.button, "n_clicks"}, State{"value", "value"}, State{"index", "value"}, later);
  }
}

void patches_in_a_wildcard_output(App& app) {
  app.layout(html::Div({
      html::Button("click").id("click"),
      html::Div().id({{"type", "output"}, {"index", 0}}).className("first"),
      html::Div().id({{"type", "output"}, {"index", 1}}).className("second"),
  }));
  app.callback(Output{{{"type", "output"}, {"index", ALL}}, "children"}, Input{"click", "n_clicks"},
               [](Clicks clicks) -> std::vector<Json> {
                 if (!clicks) return {Json::array({"Foo"}), Json::array({"Bar"})};
                 Patch first, second;
                 first.append("Bar");
                 second.prepend("Foo");
                 return {first, second};
               });
}

void patched_children(App& app) {
  app.layout(html::Div({
      dcc::Input().id("name").value(""),
      html::Button("add").id("add"),
      html::Div(Children{html::Div("here first").id("initial")}).id("output"),
  }));
  app.callback(Output{"output", "children"}, Input{"add", "n_clicks"}, State{"name", "value"},
               later, [](Clicks, std::string name) {
                 Patch children;
                 children.append(html::Div(name).id(name));
                 return children;
               });
}

void two_buttons(App& app) {
  app.layout(html::Div({
      html::Button("first").id("first"),
      html::Button("second").id("second"),
      html::Div("initial").id("output"),
  }));
}

void duplicate_outputs(App& app) {
  two_buttons(app);
  for (const char* button : {"first", "second"}) {
    app.callback(Output{"output", "children"}.allow_duplicate(), Input{button, "n_clicks"}, later,
                 [button](int clicks) { return button + (" " + std::to_string(clicks)); });
  }
}

void clientside_duplicates(App& app) {
  two_buttons(app);
  for (const std::string button : {"first", "second"}) {
    app.clientside_callback("(clicks) => `" + button + " ${clicks}`",
                            Output{"output", "children"}.allow_duplicate(),
                            Input{button, "n_clicks"}, later);
  }
}

void operators_of_the_whole_value(App& app) {
  app.layout({
      dcc::Store("number").data(2),
      dcc::Store("object").data(Json{{"initial", "initial"}}),
      html::Button("add").id("add"),
      html::Button("subtract").id("subtract"),
      html::Button("multiply").id("multiply"),
      html::Button("divide").id("divide"),
      html::Button("merge").id("merge"),
      html::Div().id("shown-number"),
      html::Div().id("shown-object"),
  });
  const auto on = [&](const char* button, const char* store, void (*change)(Patch&)) {
    app.callback(Output{store, "data"}.allow_duplicate(), Input{button, "n_clicks"}, later,
                 [change](int) {
                   Patch value;
                   change(value);
                   return value;
                 });
  };
  on("add", "number", [](Patch& value) { value += 1; });
  on("subtract", "number", [](Patch& value) { value -= 1; });
  on("multiply", "number", [](Patch& value) { value *= 2; });
  on("divide", "number", [](Patch& value) { value /= 2; });
  on("merge", "object", [](Patch& value) { value |= Json{{"merged", "merged"}}; });
  app.clientside_callback("(data) => data", Output{"shown-number", "children"},
                          Input{"number", "data"});
  app.clientside_callback("(data) => JSON.stringify(data)", Output{"shown-object", "children"},
                          Input{"object", "data"});
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"pch001", patched_by_results},
                       {"pch002", patches_in_a_wildcard_output},
                       {"pch003", patched_children},
                       {"pch004", duplicate_outputs},
                       {"pch005", clientside_duplicates},
                       {"pch006", operators_of_the_whole_value},
                       {"pch007", patched_by_set_props},
                       {"pch_cs001", patched_by_clientside_results},
                       {"pch_cs002", patched_by_clientside_set_props},
                   });
}
