// SPDX-License-Identifier: MIT
// A list of things to do: callbacks for each item, for the items before it, and for all of them.
#include <algorithm>
#include <cstddef>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cases.hpp"

using namespace ekiden;

namespace {

using Marks = std::vector<std::string>;  // of one checklist: "done", or none

Json style(bool done) {
  if (done) return Json{{"display", "inline"}, {"textDecoration", "line-through"}};
  return Json{{"display", "inline"}};
}

Json item(int number, const std::string& text, const Marks& done) {
  return html::Div({
      dcc::Checklist()
          .id({{"action", "done"}, {"item", number}})
          .options({{"", "done"}})
          .value(Json(done)),
      html::Div(text).id({{"item", number}}).style(style(!done.empty())),
      html::Div().id({{"item", number}, {"preceding", true}}),
  });
}

std::ptrdiff_t count_done(const std::vector<Marks>& items) {
  return std::ranges::count_if(items, [](const Marks& marks) { return !marks.empty(); });
}

Component content() {
  return html::Div({
      dcc::Input().id("new-item"),
      html::Button("Add").id("add"),
      html::Button("Clear").id("clear"),
      html::Div().id("list"),
      html::Div().id("totals"),
  });
}

auto edit_list(Json, Json, Json, std::optional<std::string> text, std::vector<std::string> texts,
               std::vector<Marks> done) {
  const Json by = callback_context().triggered_id();
  const bool clears = by == Json("clear"), adds = !by.is_null() && !clears;
  Json::Array list;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (clears && !done[i].empty()) continue;
    list.push_back(item(static_cast<int>(list.size()), texts[i], done[i]));
  }
  if (adds) list.push_back(item(static_cast<int>(list.size()), text.value_or(""), {}));
  return std::tuple(Json(std::move(list)), adds ? Json("") : Json(text));
}

std::string preceding(std::vector<Marks> before, Marks own) {
  if (!own.empty()) return "";
  const auto done = count_done(before);
  std::string text = std::to_string(done) + " of " + std::to_string(before.size()) + " before it";
  if (static_cast<std::size_t>(done) == before.size()) text += ", so this is next";
  return text;
}

std::string totals(std::vector<Marks> items) {
  return std::to_string(count_done(items)) + " of " + std::to_string(items.size()) + " done";
}

void add_callbacks(App& app) {
  const Pattern every{{"action", "done"}, {"item", ALL}};
  const Pattern own{{"action", "done"}, {"item", MATCH}};
  app.callback({Output{"list", "children"}, Output{"new-item", "value"}}, Input{"add", "n_clicks"},
               Input{"new-item", "n_submit"}, Input{"clear", "n_clicks"},
               State{"new-item", "value"}, State{{{"item", ALL}}, "children"},
               State{every, "value"}, edit_list);
  app.callback(Output{{{"item", MATCH}}, "style"}, Input{own, "value"},
               [](Marks done) { return style(!done.empty()); });
  app.callback(Output{{{"item", MATCH}, {"preceding", true}}, "children"},
               Input{{{"action", "done"}, {"item", ALLSMALLER}}, "value"}, Input{own, "value"},
               preceding);
  app.callback(Output{"totals", "children"}, Input{every, "value"}, totals);
}

void in_the_layout(App& app) {
  app.layout(content());
  add_callbacks(app);
}

void made_by_a_callback(App& app) {
  app.validation_layout(html::Div({html::Div().id("page"), dcc::Location("url"), content()}));
  app.layout(html::Div({html::Div().id("page"), dcc::Location("url")}));
  app.callback(Output{"page", "children"}, Input{"url", "pathname"},
               [](Json) { return content(); });
  add_callbacks(app);
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbwc001", in_the_layout},
                       {"cbwc001-by-callback", made_by_a_callback},
                   });
}
