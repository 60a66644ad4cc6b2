// SPDX-License-Identifier: MIT
// Callbacks that the browser runs by itself. The named functions are in assets/clientside.
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cases.hpp"

using namespace ekiden;

namespace {

using Text = std::optional<std::string>;

ClientsideFunction function(const char* name) { return {"clientside", name}; }

/// An input, what the server makes of it, and what `named` makes of it.
void say_on_both_sides(App& app, ClientsideFunction named) {
  app.layout(html::Div({
      dcc::Input().id("input"),
      html::Div().id("client"),
      html::Div().id("server"),
  }));
  app.callback(Output{"server", "children"}, Input{"input", "value"},
               [](Text value) { return "Server says \"" + value.value_or("None") + "\""; });
  app.clientside_callback(std::move(named), Output{"client", "children"}, Input{"input", "value"});
}

void named_function(App& app) { say_on_both_sides(app, function("say")); }
void function_of_a_module(App& app) { say_on_both_sides(app, {"module", "say"}); }
void source_in_the_app(App& app) {
  say_on_both_sides(app, "function (value) { return 'Client says \"' + value + '\"'; }");
}

void chain(App& app) {
  app.layout(html::Div({
      dcc::Input().id("x").value("3"),
      dcc::Input().id("y").value("6"),
      dcc::Input().id("sum"),
      dcc::Input().id("half"),
      dcc::Textarea().id("all"),
      dcc::Input().id("mean"),
  }));
  app.clientside_callback(function("add"), Output{"sum", "value"}, Input{"x", "value"},
                          Input{"y", "value"});
  app.callback(Output{"half", "value"}, Input{"sum", "value"}, [](double sum) { return sum / 2; });
  app.callback(Output{"all", "value"}, Input{"x", "value"}, Input{"y", "value"},
               Input{"sum", "value"}, Input{"half", "value"},
               [](std::string x, std::string y, Json sum, Json half) {
                 return x + "\n" + y + "\n" + sum.dump() + "\n" + half.dump();
               });
  app.clientside_callback(function("mean"), Output{"mean", "value"}, Input{"x", "value"},
                          Input{"y", "value"}, Input{"sum", "value"}, Input{"half", "value"});
}

void exception_in_a_chain(App& app) {
  app.layout(html::Div({
      dcc::Input().id("first").value("1"),
      dcc::Input().id("second"),
      dcc::Input().id("third"),
  }));
  app.clientside_callback(function("nextOrThrow"), Output{"second", "value"},
                          Input{"first", "value"});
  app.clientside_callback(function("nextOrThrow"), Output{"third", "value"},
                          Input{"second", "value"});
}

void four_outputs(App& app) {
  app.layout(html::Div({
      dcc::Input().id("input").value("1"),
      dcc::Input().id("output-1"),
      dcc::Input().id("output-2"),
      dcc::Input().id("output-3"),
      dcc::Input().id("output-4"),
  }));
  app.clientside_callback(function("nextFour"),
                          {Output{"output-1", "value"}, Output{"output-2", "value"},
                           Output{"output-3", "value"}, Output{"output-4", "value"}},
                          Input{"input", "value"});
}

void three_inputs(App& app) {
  app.layout(html::Div({
      dcc::Input().id("first").value("1"),
      dcc::Input().id("second").value("1"),
      dcc::Input().id("third").value("1"),
  }));
}

void prevent_update(App& app) {
  three_inputs(app);
  app.clientside_callback(function("countUnlessEleven"), Output{"second", "value"},
                          Input{"first", "value"}, State{"second", "value"});
  app.clientside_callback(function("countUnlessEleven"), Output{"third", "value"},
                          Input{"second", "value"}, State{"third", "value"});
}

void no_update_for_one(App& app) {
  three_inputs(app);
  app.clientside_callback(
      function("countTwice"), {Output{"second", "value"}, Output{"third", "value"}},
      Input{"first", "value"}, State{"second", "value"}, State{"third", "value"});
}

void no_update_for_all(App& app) {
  app.layout(html::Div({
      html::Button("trigger").id("trigger"),
      html::Div("first").id("first"),
      html::Div("second").id("second"),
      html::Div("0").id("third"),
  }));
  app.clientside_callback("(clicks) => window.dash_clientside.no_update",
                          {Output{"first", "children"}, Output{"second", "children"}},
                          Input{"trigger", "n_clicks"},
                          CallbackOptions{.prevent_initial_call = true});
  app.clientside_callback("(clicks) => `${clicks}`", Output{"third", "children"},
                          Input{"trigger", "n_clicks"},
                          CallbackOptions{.prevent_initial_call = true});
}

void input_and_output_at_once(App& app) {
  app.layout(html::Div({
      html::Div().id("text"),
      dcc::Input().id("input").type("number").value(0),
  }));
  app.clientside_callback(function("raise"), Output{"input", "value"}, Input{"input", "value"});
  app.clientside_callback(function("follow"), Output{"text", "children"}, Input{"input", "value"});
}

void text_and_two_outputs(App& app) {
  app.layout(html::Div({
      html::Div("initial").id("input"),
      html::Div().id("client"),
      html::Div().id("server"),
  }));
}

void promise_before_the_server(App& app) {
  text_and_two_outputs(app);
  app.clientside_callback(function("promise"), Output{"client", "children"},
                          Input{"input", "children"});
  app.callback(Output{"server", "children"}, Input{"client", "children"},
               [](std::string value) { return "server: " + value; });
}

void beside_the_server(App& app, const char* name) {
  text_and_two_outputs(app);
  app.clientside_callback(function(name), Output{"client", "children"}, Input{"input", "children"});
  app.callback(Output{"server", "children"}, Input{"input", "children"},
               [](std::string value) { return "server: " + value; });
}

void late_promise(App& app) { beside_the_server(app, "promise"); }
void early_promise(App& app) { beside_the_server(app, "keptPromise"); }

void source_with_a_promise(App& app, const char* source) {
  app.layout(html::Div({html::Div("initial").id("input"), html::Div().id("client")}));
  app.clientside_callback(source, Output{"client", "children"}, Input{"input", "children"});
}

void async_source(App& app) {
  source_with_a_promise(app, "async function (text) { return await `${text}, inline`; }");
}

void promise_source(App& app) {
  source_with_a_promise(app, R"(
      function (text) {
        return new Promise(function (resolve) { resolve(text + ', inline'); });
      })");
}

void ids_with_dots(App& app) {
  app.layout(html::Div({
      html::Button("click").id({{"type", "input"}, {"index", 3.1}}),
      html::Div().id({{"type", "output"}, {"index", 3.1}}).className("output"),
  }));
  app.clientside_callback("(clicks) => `clicked ${clicks}`",
                          Output{{{"type", "output"}, {"index", MATCH}}, "children"},
                          Input{{{"type", "input"}, {"index", MATCH}}, "n_clicks"},
                          CallbackOptions{.prevent_initial_call = true});
}

/// Counts, in the browser, how many server callbacks saw what set_props wrote.
void set_props_in_the_browser(App& app) {
  app.layout(html::Div({
      html::Div().id({{"index", "1"}, {"type", "test"}}),
      html::Div().id("two"),
      html::Div().id("three"),
      html::Div("0").id("count"),
      html::Button("set").id("set"),
  }));
  app.clientside_callback(R"(
      () => {
        const set = window.dash_clientside.set_props;
        set({index: '1', type: 'test'}, {children: ['by pattern']});
        set('two', {children: 'by id'});
        set('three', {children: 'and another'});
        return window.dash_clientside.no_update;
      })",
                          Output{"set", "id"}, Input{"set", "n_clicks"},
                          CallbackOptions{.prevent_initial_call = true});
  const auto heard = [](Json) {
    Patch count;
    count += "|heard";
    return count;
  };
  const CallbackOptions later{.prevent_initial_call = true};
  const Output count = Output{"count", "children"}.allow_duplicate();
  app.callback(count, Input{{{"index", "1"}, {"type", "test"}}, "children"}, later, heard);
  app.callback(count, Input{"two", "children"}, later, heard);
  app.callback(count, Input{"three", "children"}, later, heard);
}

/// EKIDEN_TEST_START tells one start of the server from another.
void source_after_a_restart(App& app) {
  const char* start = std::getenv("EKIDEN_TEST_START");
  app.layout(html::Div({
      html::Button("click").id("click"),
      html::Div().id("client"),
      html::Div(start ? start : "first").id("start"),
  }));
  app.clientside_callback("(clicks) => `clicked ${clicks}`", Output{"client", "children"},
                          Input{"click", "n_clicks"},
                          CallbackOptions{.prevent_initial_call = true});
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"clsd001", named_function},
                       {"clsd002", chain},
                       {"clsd003", exception_in_a_chain},
                       {"clsd004", four_outputs},
                       {"clsd006", prevent_update},
                       {"clsd007", no_update_for_one},
                       {"clsd008", source_in_the_app},
                       {"clsd014", input_and_output_at_once},
                       {"clsd015", promise_before_the_server},
                       {"clsd016", late_promise},
                       {"clsd017", early_promise},
                       {"clsd018", async_source},
                       {"clsd019", promise_source},
                       {"clsd021", function_of_a_module},
                       {"clsd022", ids_with_dots},
                       {"cmorsnu001", no_update_for_all},
                       {"sp001", set_props_in_the_browser},
                       {"clrs001", source_after_a_restart},
                   });
}
