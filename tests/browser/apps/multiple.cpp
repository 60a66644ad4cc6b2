// SPDX-License-Identifier: MIT
// Several callbacks at once: calls that overtake each other, chains, branches.
#include <ekiden/dash_table.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cases.hpp"

using namespace ekiden;

namespace {

using Clicks = std::optional<int>;

std::string text(Clicks clicks) { return clicks ? std::to_string(*clicks) : "none"; }

void calls_that_overtake(App& app) {
  app.layout(html::Div({html::Button("Click").id("button").n_clicks(0), html::Div().id("output")}));
  app.callback(Output{"output", "children"}, Input{"button", "n_clicks"},
               [](int clicks) { return clicks; });
}

void stopped_branch(App& app) {
  app.layout(html::Div({
      dcc::Input().id("a").value("x"),
      html::Div("b").id("b"),
      html::Div("c").id("c"),
      html::Div().id("output"),
  }));
  app.callback(Output{"output", "children"}, Input{"a", "value"}, Input{"b", "children"},
               Input{"c", "children"},
               [](std::string a, std::string b, std::string c) { return a + "/" + b + "/" + c; });
  app.callback(Output{"b", "children"}, Input{"a", "value"},
               [](std::string) -> std::string { throw PreventUpdate(); });
  app.callback(Output{"c", "children"}, Input{"a", "value"}, [](std::string a) { return a; });
}

void chain_with_table(App& app) {
  app.layout(html::Div({
      html::Div().id("a1"),
      html::Div().id("a2"),
      html::Div().id("b1"),
      html::Div().id("b2"),
      html::Button("Next").id("button"),
      dash_table::DataTable().id("table"),
  }));
  app.callback(
      {Output{"a2", "children"}, Output{"a1", "children"}}, Input{"button", "n_clicks"},
      [](Clicks clicks) { return std::tuple("second " + text(clicks), "first " + text(clicks)); });
  app.callback(Output{"b1", "children"}, Input{"a1", "children"},
               [](std::string a1) { return "after " + a1; });
  app.callback(Output{"b2", "children"}, Input{"a2", "children"}, Input{"table", "selected_cells"},
               [](std::string a2, Json cells) { return "after " + a2 + ", " + cells.dump(); });
}

int only_clicks(Clicks clicks) {
  if (!clicks) throw PreventUpdate();
  return *clicks;
}

void sliders_with_labels(App& app) {
  app.layout(html::Div({
      html::Button("Next").id("button"),
      html::Label().id("label-1"),
      dcc::Slider().id("slider-1").min(0).max(10).value(0),
      html::Label().id("label-2"),
      dcc::Slider().id("slider-2").min(0).max(10).value(0),
  }));
  for (const std::string number : {"1", "2"}) {
    app.callback(Output{"label-" + number, "children"}, Input{"slider-" + number, "value"},
                 [](Json value) { return "at " + value.dump(); });
  }
}

void sliders_by_two_callbacks(App& app) {
  sliders_with_labels(app);
  for (const char* slider : {"slider-1", "slider-2"}) {
    app.callback(Output{slider, "value"}, Input{"button", "n_clicks"}, only_clicks);
  }
}

void sliders_by_one_callback(App& app) {
  sliders_with_labels(app);
  app.callback({Output{"slider-1", "value"}, Output{"slider-2", "value"}},
               Input{"button", "n_clicks"}, [](Clicks clicks) {
                 const int n = only_clicks(clicks);
                 return std::tuple(n, n);
               });
}

void converging_chain(App& app) {
  app.layout(html::Div({
      html::Button("Down").id("down"),
      html::Button("Up").id("up"),
      dcc::Slider().id("x").min(-5).max(5),
      dcc::Slider().id("y").min(-5).max(5),
      html::Div().id("output"),
  }));
  app.callback({Output{"x", "value"}, Output{"y", "value"}}, Input{"down", "n_clicks"},
               Input{"up", "n_clicks"}, [](Json, Json) {
                 const auto& ctx = callback_context();
                 if (!ctx.triggered()) throw PreventUpdate();
                 const int value = ctx.triggered_id() == Json("down") ? -1 : 1;
                 return std::tuple(value, value);
               });
  app.callback(Output{"output", "children"}, Input{"x", "value"}, Input{"y", "value"},
               [](Json x, Json y) { return x.dump() + ", " + y.dump(); });
}

void property_that_follows_another(App& app) {
  app.layout(html::Div(
      {html::Div().id("output"), html::Button("Click").id("button"), dcc::Store("store")}));
  app.callback(Output{"output", "children"}, Input{"store", "modified_timestamp"},
               State{"store", "data"}, [](Json, Json data) { return data; });
  app.callback(Output{"store", "data"}, Input{"button", "n_clicks"},
               [](Clicks clicks) { return clicks.value_or(0); });
}

void stopped_above_and_below(App& app) {
  app.suppress_callback_exceptions();
  app.layout(html::Div().id("content"));
  app.callback(Output{"content", "children"}, Input{"content", "style"}, [](Json) {
    return html::Div({
        html::Div(42).id("above-in"),
        html::Div().id("above-stopped"),
        html::Div(0).id("above-out"),
        html::Div(0).id("below-out"),
        html::Div().id("below-stopped"),
        html::Div(44).id("below-in"),
    });
  });
  for (const std::string place : {"above", "below"}) {
    app.callback(Output{place + "-stopped", "children"}, Input{place + "-stopped", "style"},
                 [](Json) -> Json { throw PreventUpdate(); });
    app.callback(Output{place + "-out", "children"}, Input{place + "-in", "children"},
                 [](int value) { return value; });
  }
}

void chain_of_a_child(App& app) {
  app.layout(html::Div({
      dcc::Input().id("one").value("input"),
      dcc::Input().id("two"),
      html::Div("nothing").id("output"),
  }));
  app.callback(Output{"two", "value"}, Input{"one", "value"},
               [](std::string one) { return "<" + one + ">"; });
  app.callback(Output{"output", "children"}, Input{"one", "value"}, Input{"two", "value"},
               [](std::string one, std::string two) { return one + " and " + two; });
}

void branches(App& app) {
  app.layout(html::Div({
      dcc::Input().id("grandparent").value("x"),
      dcc::Input().id("parent-a"),
      dcc::Input().id("parent-b"),
      html::Div().id("child-a"),
      html::Div().id("child-b"),
  }));
  for (const std::string name : {"a", "b"}) {
    app.callback(Output{"parent-" + name, "value"}, Input{"grandparent", "value"},
                 [name](std::string value) { return name + value; });
  }
  app.callback(Output{"child-a", "children"}, Input{"parent-a", "value"},
               Input{"parent-b", "value"},
               [](std::string a, std::string b) { return a + " " + b; });
  app.callback(Output{"child-b", "children"}, Input{"parent-a", "value"},
               Input{"parent-b", "value"}, Input{"grandparent", "value"},
               [](std::string a, std::string b, std::string x) { return a + " " + b + " " + x; });
}

void shared_grandparent(App& app) {
  app.layout(html::Div({
      html::Div("session").id("session"),
      dcc::Dropdown().id("first"),
      dcc::Dropdown().id("second"),
      html::Div().id("output"),
  }));
  for (const char* dropdown : {"first", "second"}) {
    app.callback(Output{dropdown, "options"}, Input{dropdown, "value"},
                 Input{"session", "children"}, [](Json, Json) {
                   return std::vector<std::string>{"red", "blue"};
                 });
  }
  app.callback(Output{"output", "children"}, Input{"first", "value"}, Input{"second", "value"},
               [](std::optional<std::string> first, std::optional<std::string> second) {
                 return first.value_or("no") + " and " + second.value_or("no");
               });
}

void generated_outputs(App& app) {
  app.suppress_callback_exceptions();
  app.layout(html::Div({
      dcc::Dropdown().id("choice").options({"a", "b"}).value("a"),
      dcc::RadioItems().id("tabs").options({{"Tab 1", 1}, {"Tab 2", 2}}).value(1),
      html::Div().id("tab"),
  }));
  app.callback(Output{"tab", "children"}, Input{"tabs", "value"},
               [](int tab) { return html::Div({html::Div().id("tab-" + std::to_string(tab))}); });
  for (const std::string tab : {"tab-1", "tab-2"}) {
    app.callback(Output{tab, "children"}, Input{"choice", "value"},
                 [tab](std::string choice) { return choice + " in " + tab; });
  }
}

/// Callback n has the inputs n and n + 1, so that each shares one with the next.
Component block_with_overlaps(App& app) {
  Json::Array parts;
  for (int i = 1; i <= 5; ++i) {
    const std::string input = "input-" + std::to_string(i);
    parts.push_back(html::Div(input).id(input));
  }
  for (int i = 1; i <= 4; ++i) {
    const std::string number = std::to_string(i);
    parts.push_back(html::Div().id("output-" + number));
    app.callback(Output{"output-" + number, "children"}, Input{"input-" + number, "children"},
                 Input{"input-" + std::to_string(i + 1), "children"},
                 [](std::string a, std::string b) { return a + " " + b; });
  }
  return html::Div(Children(Json(std::move(parts))));
}

void overlaps_in_the_layout(App& app) { app.layout(block_with_overlaps(app)); }

void overlaps_made_by_a_callback(App& app) {
  app.suppress_callback_exceptions();
  app.layout(html::Div({html::Div().id("input"), html::Div().id("content")}));
  app.callback(Output{"content", "children"}, Input{"input", "children"},
               [block = block_with_overlaps(app)](Json) { return block; });
}

void blocked_chain(App& app) {
  const std::map<std::string, std::vector<std::string>> cities{{"Norway", {"Oslo", "Bergen"}},
                                                               {"Peru", {"Lima", "Cusco"}}};
  app.layout(html::Div({
      dcc::RadioItems().id("country").options({"Norway", "Peru"}).value("Norway"),
      dcc::RadioItems().id("city"),
      html::Div().id("output"),
  }));
  app.callback(Output{"city", "options"}, Input{"country", "value"},
               [cities](std::string country) { return cities.at(country); });
  app.callback(Output{"city", "value"}, Input{"city", "options"},
               [](std::vector<std::string> options) { return options.at(0); });
  app.callback(Output{"output", "children"}, Input{"country", "value"}, Input{"city", "value"},
               [cities](std::string country, std::string city) {
                 for (const std::string& one : cities.at(country)) {
                   if (one == city) return city + " in " + country;
                 }
                 throw std::runtime_error(city + " is not in " + country);
               });
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbmt001", calls_that_overtake},
                       {"cbmt002", stopped_branch},
                       {"cbmt003", chain_with_table},
                       {"cbmt004", sliders_by_two_callbacks},
                       {"cbmt004-one", sliders_by_one_callback},
                       {"cbmt005", converging_chain},
                       {"cbmt006", property_that_follows_another},
                       {"cbmt007", stopped_above_and_below},
                       {"cbmt008", chain_of_a_child},
                       {"cbmt009", branches},
                       {"cbmt010", shared_grandparent},
                       {"cbmt011", generated_outputs},
                       {"cbmt012", overlaps_in_the_layout},
                       {"cbmt012-generated", overlaps_made_by_a_callback},
                       {"cbmt013", blocked_chain},
                   });
}
