// SPDX-License-Identifier: MIT
// Callbacks some of whose components are not on the page until a button is clicked.
#include <ekiden/html.hpp>
#include <initializer_list>
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
using Texts = std::vector<std::string>;

/// A button, a place for what it makes, and the components that are there from the start.
void layout(App& app, Json::Array rest) {
  app.suppress_callback_exceptions();
  rest.insert(rest.begin(), {html::Button("Make").id("button"), html::Div().id("content")});
  app.layout(Children(Json(std::move(rest))));
}

/// The content is made by the first click.
void make_content(App& app, Json::Array parts) {
  app.callback(Output{"content", "children"}, Input{"button", "n_clicks"},
               [parts = Json(std::move(parts))](Clicks clicks) -> Json {
                 return clicks ? parts : Json("empty");
               });
}

/// The content has an item for each click, followed by the parts.
void make_items(App& app, Json::Array parts = {}) {
  app.callback(Output{"content", "children"}, Input{"button", "n_clicks"},
               [parts = std::move(parts)](Clicks clicks) -> Json {
                 if (!clicks) return "empty";
                 Json::Array items;
                 for (int i = 0; i < *clicks; ++i) {
                   items.push_back(html::Div("item " + std::to_string(i)).id({{"i", i}}));
                 }
                 items.insert(items.end(), parts.begin(), parts.end());
                 return items;
               });
}

std::string joined(const Texts& texts) {
  std::string result;
  for (const std::string& text : texts) result += (result.empty() ? "" : ", ") + text;
  return result.empty() ? "no items" : result;
}

Json part(const char* id, const char* text) { return html::Div(text).id(id); }

/// `second` follows `first`.
void add_follower(App& app) {
  app.callback(Output{"second", "children"}, Input{"first", "children"},
               [](std::string first) { return first + " again"; });
}

std::string in_order(std::string a, std::string b, std::string c, std::string title) {
  if (c != "C" || title != "Title") throw std::runtime_error("called without its States");
  return a + b;
}

std::string with_title(std::string first, std::string title) { return first + ", " + title; }

void all_inputs(App& app) {
  layout(app,
         {part("title", "Title"), part("first", "1"), part("second", "2"), part("third", "3")});
  make_content(app, {part("a", "A"), part("b", "B"), part("c", "C")});
  app.callback(Output{"first", "children"}, Input{"a", "children"}, Input{"b", "children"},
               State{"c", "children"}, State{"title", "children"}, in_order);
  app.callback(Output{"second", "children"}, Input{"first", "children"}, State{"title", "children"},
               with_title);
  app.callback(Output{"third", "children"}, Input{"first", "children"}, Input{"title", "children"},
               with_title);
}

void inputs_of_two_callbacks(App& app) {
  layout(app, {part("first", "1"), part("second", "2"), part("third", "3")});
  make_content(app, {part("a", "A"), part("b", "B")});
  const auto same = [](std::string text) { return text; };
  app.callback(Output{"first", "children"}, Input{"a", "children"}, same);
  app.callback(Output{"second", "children"}, Input{"b", "children"}, same);
  app.callback(Output{"third", "children"}, Input{"first", "children"}, Input{"second", "children"},
               with_title);
}

void some_inputs(App& app) {
  layout(app, {part("title", "Title"), part("first", "1"), part("second", "2")});
  make_content(app, {part("a", "A")});
  app.callback(Output{"first", "children"}, Input{"a", "children"}, Input{"title", "children"},
               with_title);
  add_follower(app);
}

void some_outputs(App& app) {
  layout(app, {part("first", "1")});
  make_content(app, {part("a", "A"), part("b", "B")});
  app.callback({Output{"first", "children"}, Output{"b", "children"}}, Input{"a", "children"},
               [](std::string a) { return std::tuple(a, a); });
}

void no_items(App& app) {
  layout(app, {part("first", "1"), part("second", "2")});
  make_items(app);
  app.callback(Output{"first", "children"}, Input{{{"i", ALL}}, "children"}, joined);
  add_follower(app);
}

void no_items_and_no_output(App& app) {
  layout(app, {part("second", "2")});
  make_items(app, {part("first", "1")});
  app.callback(Output{"first", "children"}, Input{{{"i", ALL}}, "children"}, joined);
  add_follower(app);
}

void no_items_and_some_outputs(App& app) {
  layout(app, {part("second", "2"), part("third", "3")});
  make_items(app, {part("first", "1")});
  app.callback(
      {Output{"first", "children"}, Output{"third", "children"}}, Input{{{"i", ALL}}, "children"},
      [](Texts texts) { return std::tuple(joined(texts), static_cast<int>(texts.size())); });
  add_follower(app);
}

void no_items_and_no_input(App& app) {
  layout(app, {part("first", "1"), part("second", "2")});
  make_items(app, {part("a", "A")});
  app.callback(Output{"first", "children"}, Input{{{"i", ALL}}, "children"}, Input{"a", "children"},
               [](Texts texts, std::string a) { return joined(texts) + " and " + a; });
  add_follower(app);
}

Pattern matching(const char* id) { return Pattern{{"i", MATCH}, {"id", id}}; }

Json part_0(const char* id, const char* text) { return html::Div(text).id({{"i", 0}, {"id", id}}); }

void all_inputs_by_match(App& app) {
  layout(app, {part_0("title", "Title"), part_0("first", "1"), part_0("second", "2"),
               part_0("third", "3")});
  make_content(app, {part_0("a", "A"), part_0("b", "B"), part_0("c", "C")});
  app.callback(Output{matching("first"), "children"}, Input{matching("a"), "children"},
               Input{matching("b"), "children"}, State{matching("c"), "children"},
               State{matching("title"), "children"}, in_order);
  app.callback(Output{matching("second"), "children"}, Input{matching("first"), "children"},
               State{matching("title"), "children"}, with_title);
  app.callback(Output{matching("third"), "children"}, Input{matching("first"), "children"},
               Input{matching("title"), "children"}, with_title);
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbmi001", all_inputs},
                       {"cbmi002", inputs_of_two_callbacks},
                       {"cbmi003", some_inputs},
                       {"cbmi004", some_outputs},
                       {"cbmi005", no_items},
                       {"cbmi006", no_items_and_no_output},
                       {"cbmi007", no_items_and_some_outputs},
                       {"cbmi008", no_items_and_no_input},
                       {"cbmi009", all_inputs_by_match},
                   });
}
