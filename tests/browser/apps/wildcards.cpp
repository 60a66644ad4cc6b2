// SPDX-License-Identifier: MIT
// Callbacks whose ids are patterns.
#include <ekiden/dcc.hpp>
#include <ekiden/grouping.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cases.hpp"

using namespace ekiden;

namespace {

using Clicks = std::optional<int>;

void fibonacci_layout(App& app) {
  app.layout(html::Div({
      dcc::Input().id("n").type("number").min(0).max(10).value(4),
      html::Div().id("series"),
      html::Div().id("sum"),
  }));
  app.callback(Output{"series", "children"}, Input{"n", "value"}, [](int n) {
    Json::Array cells;
    for (int i = 0; i < n; ++i) cells.push_back(html::Div().id({{"i", i}}));
    return Json(std::move(cells));
  });
}

void fibonacci(App& app) {
  fibonacci_layout(app);
  app.callback(Output{{{"i", MATCH}}, "children"}, Input{{{"i", ALLSMALLER}}, "children"},
               [](std::vector<std::optional<int>> before) {
                 const std::size_t n = before.size();
                 if (n < 2) return static_cast<int>(n);
                 return before[n - 1].value_or(0) + before[n - 2].value_or(0);
               });
  app.callback(Output{"sum", "children"}, Input{{{"i", ALL}}, "children"},
               [](std::vector<std::optional<int>> cells) {
                 int sum = 0;
                 for (std::optional<int> cell : cells) sum += cell.value_or(0);
                 return std::to_string(cells.size()) + " numbers, sum " + std::to_string(sum);
               });
}

void fibonacci_in_the_browser(App& app) {
  fibonacci_layout(app);
  app.clientside_callback(
      R"((before) => before.length < 2 ? before.length
           : before.slice(-2).reduce((sum, value) => sum + (value || 0), 0))",
      Output{{{"i", MATCH}}, "children"}, Input{{{"i", ALLSMALLER}}, "children"});
  app.clientside_callback(
      R"((cells) => `${cells.length} numbers, sum ${cells.reduce((a, b) => a + (b || 0), 0)}`)",
      Output{"sum", "children"}, Input{{{"i", ALL}}, "children"});
}

void rows_with_the_same_keys(App& app) {
  app.suppress_callback_exceptions();
  app.layout(html::Div({
      html::Button("Another row").id("add").n_clicks(0),
      html::Div(Children(Json(Json::Array()))).id("rows"),
  }));
  app.callback(Output{"rows", "children"}, Input{"add", "n_clicks"}, State{"rows", "children"},
               [](int clicks, Json::Array rows) {
                 rows.push_back(html::Div({
                     dcc::Dropdown()
                         .id({{"part", "choice"}, {"row", clicks}})
                         .options({"Oslo", "Lima", "Rome"}),
                     html::Div().id({{"part", "report"}, {"row", clicks}}),
                 }));
                 return Json(std::move(rows));
               });
  app.callback(Output{{{"part", "report"}, {"row", MATCH}}, "children"},
               Input{{{"part", "choice"}, {"row", MATCH}}, "value"},
               State{{{"part", "choice"}, {"row", MATCH}}, "id"},
               [](std::optional<std::string> city, Json id) {
                 return html::Div("Row " + id["row"].dump() + " has " + city.value_or("nothing"));
               });
}

std::string triggers() {
  const auto triggered = callback_context().triggered();
  std::string text = triggered ? "triggered by" : "loaded";
  for (const auto& trigger : triggered) text += " " + trigger.prop_id;
  return text;
}

void triggers_of_a_new_part(App& app) {
  app.layout(html::Div({
      dcc::Input().id({{"index", 1}, {"type", "field"}}).value("one"),
      html::Div().id("part"),
      html::Div().id("outer"),
      html::Button("Show more").id("more"),
  }));
  app.validation_layout(html::Div({
      dcc::Input().id({{"index", 1}, {"type", "field"}}),
      html::Div().id("part"),
      html::Div().id("outer"),
      html::Div().id("inner"),
      html::Button().id("more"),
  }));
  app.callback(Output{"part", "children"}, Input{"more", "n_clicks"}, [](Clicks clicks) -> Json {
    if (!clicks) return "Nothing yet";
    return html::Div({
        dcc::Input().id({{"index", 2}, {"type", "field"}}).value("two"),
        html::Div().id("inner"),
    });
  });
  for (const char* output : {"inner", "outer"}) {
    app.callback(Output{output, "children"}, Input{{{"index", ALL}, {"type", "field"}}, "value"},
                 [](Json) { return triggers(); });
  }
}

/// What the callback of `arguments_of_a_call` is given, and what it shows.
struct Entry {
  std::vector<std::string> items;
  std::optional<std::string> item;
};
struct Shown {
  Json list;
  std::string item, total, arguments, outputs;
};

void arguments_of_a_call(App& app) {
  app.layout(html::Div({
      dcc::Input().id("new-item"),
      html::Button("Add").id("add"),
      html::Div().id("list"),
      html::Div().id("total"),
      html::Div().id("arguments"),
      html::Div().id("outputs"),
  }));
  app.callback(outputs(Member{&Shown::list, Output{"list", "children"}},
                       Member{&Shown::item, Output{"new-item", "value"}},
                       Member{&Shown::total, Output{"total", "children"}},
                       Member{&Shown::arguments, Output{"arguments", "children"}},
                       Member{&Shown::outputs, Output{"outputs", "children"}}),
               inputs(Input{"add", "n_clicks"}, Input{"new-item", "n_submit"}),
               inputs(Member{&Entry::items, State{{{"id", ALL}}, "children"}},
                      Member{&Entry::item, State{"new-item", "value"}}),
               [](std::tuple<Clicks, Clicks>, Entry entry) {
                 const auto& ctx = callback_context();
                 if (ctx.triggered()) entry.items.push_back(entry.item.value_or(""));
                 Json::Array list;
                 for (const std::string& text : entry.items) {
                   list.push_back(html::Div(text).id({{"id", static_cast<int>(list.size())}}));
                 }
                 return Shown{.list = std::move(list),
                              .item = "",
                              .total = std::to_string(entry.items.size()) + " in total",
                              .arguments = ctx.args_grouping().dump(),
                              .outputs = ctx.outputs_list().dump()};
               });
}

void order_of_a_changed_part(App& app) {
  Json::Array dropdowns;
  for (int i = 0; i < 3; ++i) {
    auto dropdown = dcc::Dropdown().id({{"index", i}, {"type", "choice"}});
    if (i == 2) dropdown.options({"2-0", "2-1", "2-2"});
    dropdowns.push_back(dropdown);
  }
  app.layout(html::Div({
      html::Button("Refresh").id("refresh"),
      html::Div(Children(Json(std::move(dropdowns)))).id("dropdowns"),
      html::Pre().id("chosen"),
  }));
  app.callback({Output{{{"index", 0}, {"type", "choice"}}, "options"},
                Output{{{"index", 1}, {"type", "choice"}}, "options"}},
               Input{"refresh", "n_clicks"}, CallbackOptions{.prevent_initial_call = true},
               [](Json) {
                 using Texts = std::vector<std::string>;
                 return std::tuple(Texts{"0-0", "0-1", "0-2"}, Texts{"1-0", "1-1", "1-2"});
               });
  app.callback(Output{"chosen", "children"}, Input{{{"index", ALL}, {"type", "choice"}}, "value"},
               [](Json values) { return values.dump(); });
}

void running_of_one_and_of_all(App& app) {
  const auto button = [](const char* index) {
    return html::Button("Start").id({{"index", index}, {"type", "button"}});
  };
  const auto report = [](const char* index) {
    return html::Div().id({{"index", index}, {"type", "report"}});
  };
  app.layout(Children{button("1"), button("2"), report("1"), report("2")});
  app.callback(
      Output{{{"index", MATCH}, {"type", "report"}}, "children"},
      Input{{{"index", MATCH}, {"type", "button"}}, "n_clicks"},
      CallbackOptions{
          .prevent_initial_call = true,
          .running = {{Output{{{"index", MATCH}, {"type", "button"}}, "children"}, "Busy", "Again"},
                      {Output{{{"index", ALL}, {"type", "button"}}, "disabled"}, true, false}}},
      [](int) { return "done"; });
}

Component two_buttons() {
  return html::Div({
      html::Button("North").id({{"index", "north"}, {"type", "button"}}),
      html::Button("South").id({{"index", "south"}, {"type", "button"}}),
      html::Div("nobody").id("who"),
  });
}

const Input kAnyButton{{{"index", MATCH}, {"type", "button"}}, "n_clicks"};
const State kItsId{{{"index", MATCH}, {"type", "button"}}, "id"};

void match_with_a_fixed_output(App& app) {
  app.layout(two_buttons());
  app.callback(Output{"who", "children"}, kAnyButton, kItsId,
               CallbackOptions{.prevent_initial_call = true},
               [](Json, Json id) { return *id["index"].as_string(); });
}

void match_without_output(App& app) {
  app.layout(two_buttons());
  app.callback(kAnyButton, kItsId, CallbackOptions{.prevent_initial_call = true},
               [](Json, Json id) {
                 set_props("who", {{"children", id["index"]}});
               });
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbwc002", fibonacci},
                       {"cbwc002-browser", fibonacci_in_the_browser},
                       {"cbwc003", rows_with_the_same_keys},
                       {"cbwc004", triggers_of_a_new_part},
                       {"cbwc005", fibonacci},
                       {"cbwc006", arguments_of_a_call},
                       {"cbwc007", order_of_a_changed_part},
                       {"cbwc008", running_of_one_and_of_all},
                       {"cbwc009", match_with_a_fixed_output},
                       {"cbwc010", match_without_output},
                   });
}
