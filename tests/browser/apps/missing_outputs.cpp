// SPDX-License-Identifier: MIT
// Callbacks whose outputs are as many as the page has at the moment, sometimes none.
#include <cstddef>
#include <ekiden/dcc.hpp>
#include <ekiden/html.hpp>
#include <numeric>
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
using Numbers = std::vector<int>;

int sum(const Numbers& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0); }

/// `count` components with the id {key: number}.
Json::Array cells(const char* key, int count) {
  Json::Array result;
  for (int i = 0; i < count; ++i) result.push_back(html::Div().id({{key, i}}));
  return result;
}

/// The value for each of the outputs, of which there must be some.
Numbers for_each_output(std::size_t count, int value) {
  if (count == 0) throw std::runtime_error("called without outputs");
  return Numbers(count, value);
}

/// n clicks on `items` make n % 4 cells.
void one_list(App& app) {
  app.layout(html::Div({
      html::Button("items").id("items"),
      html::Button("values").id("values"),
      html::Div().id("content"),
      html::Div("no sum").id("sum"),
  }));
  app.callback(Output{"content", "children"}, Input{"items", "n_clicks"},
               [](Clicks clicks) { return cells("i", clicks.value_or(0) % 4); });
}

void all(App& app) {
  one_list(app);
  app.callback(Output{{{"i", ALL}}, "children"}, Input{"values", "n_clicks"}, [](Clicks clicks) {
    return for_each_output(callback_context().outputs_list().size(), clicks.value_or(0));
  });
  app.callback(Output{"sum", "children"}, Input{{{"i", ALL}}, "children"}, sum);
}

void all_and_a_fixed_one(App& app) {
  one_list(app);
  app.callback({Output{{{"i", ALL}}, "children"}, Output{"sum", "children"}},
               Input{"values", "n_clicks"}, Input{{{"i", ALL}}, "id"},
               [](Clicks clicks, std::vector<Json> ids) {
                 const Numbers values(ids.size(), clicks.value_or(0));
                 return std::tuple(values, sum(values));
               });
}

/// n clicks on `items` make (n + j) % 4 cells in row j.
void four_lists(App& app) {
  app.layout(html::Div({
      html::Button("items").id("items"),
      html::Button("values").id("values"),
      html::Div().id("content"),
  }));
  app.callback(Output{"content", "children"}, Input{"items", "n_clicks"}, [](Clicks clicks) {
    Json::Array rows;
    for (int j = 0; j < 4; ++j) {
      Json::Array row;
      for (int i = 0; i < (clicks.value_or(0) + j) % 4; ++i) {
        row.push_back(html::Div().id({{"i", i}, {"j", j}}));
      }
      const std::string number = std::to_string(j);
      rows.push_back(html::Div(Children(Json(std::move(row)))).className("row-" + number));
      rows.push_back(html::Div().id({{"j", j}}).className("sum-" + number));
    }
    return rows;
  });
}

void all_of_match(App& app) {
  four_lists(app);
  app.callback(Output{{{"i", ALL}, {"j", MATCH}}, "children"}, Input{"values", "n_clicks"},
               [](Clicks clicks) {
                 return for_each_output(callback_context().outputs_list().size(),
                                        clicks.value_or(0));
               });
  app.callback(Output{{{"j", MATCH}}, "children"}, Input{{{"i", ALL}, {"j", MATCH}}, "children"},
               sum);
}

void all_of_match_and_match(App& app) {
  four_lists(app);
  app.callback({Output{{{"i", ALL}, {"j", MATCH}}, "children"}, Output{{{"j", MATCH}}, "children"}},
               Input{"values", "n_clicks"}, Input{{{"i", ALL}, {"j", MATCH}}, "id"},
               [](Clicks clicks, std::vector<Json> ids) {
                 const Numbers values(ids.size(), clicks.value_or(0));
                 return std::tuple(values, sum(values));
               });
}

void two_lists(App& app) {
  app.layout(html::Div({
      html::Button("items").id("items"),
      html::Button("values").id("values"),
      html::Div().id("first"),
      html::Div().id("second"),
      html::Div("no sum").id("sum"),
  }));
  app.callback({Output{"first", "children"}, Output{"second", "children"}},
               Input{"items", "n_clicks"}, [](Clicks clicks) {
                 const int n = clicks.value_or(0);
                 return std::tuple(cells("i", (n + 2) % 4), cells("j", n % 3));
               });
  app.callback({Output{{{"i", ALL}}, "children"}, Output{{{"j", ALL}}, "children"}},
               Input{"values", "n_clicks"}, [](Clicks clicks) {
                 const Json outputs = callback_context().outputs_list();
                 const std::size_t first = outputs[0].size(), second = outputs[1].size();
                 if (first + second == 0) throw std::runtime_error("called without outputs");
                 return std::tuple(Numbers(first, clicks.value_or(0)),
                                   Numbers(second, clicks.value_or(0) + 2));
               });
  app.callback(Output{"sum", "children"}, Input{{{"i", ALL}}, "children"},
               Input{{{"j", ALL}}, "children"},
               [](Numbers first, Numbers second) { return sum(first) + sum(second); });
}

void output_that_goes_away(App& app) {
  app.suppress_callback_exceptions();
  app.layout(html::Div({
      dcc::RadioItems().id("chapter").options({"1", "2"}).value("1"),
      html::Div().id("body"),
  }));
  app.callback(Output{"body", "children"}, Input{"chapter", "value"},
               [](std::string chapter) -> Json {
                 if (chapter != "1") return "The second chapter";
                 return Json::Array{html::Div("The first chapter").id("title"),
                                    html::Button("Ask").id("ask"), html::Div().id("answer")};
               });
  app.callback(Output{"answer", "children"}, Input{"ask", "n_clicks"},
               [](Clicks clicks) { return clicks ? "answered" : "not asked"; });
}

void one_no_update_for_two(App& app) {
  app.layout(html::Div({
      dcc::Input().id("text").value(""),
      html::Button("Send").id("button"),
      html::Div("first as it was").id("first"),
      html::Div("second as it was").id("second"),
  }));
  app.callback({Output{"first", "children"}, Output{"second", "children"}},
               Input{"button", "n_clicks"}, Input{"text", "value"},
               [](Clicks clicks, std::string text) -> Update<std::tuple<std::string, int>> {
                 if (!clicks) return no_update;
                 return std::tuple(text, *clicks);
               });
}

}  // namespace

EKIDEN_APP(app) {
  set_up_case(app, {
                       {"cbmo001", all},
                       {"cbmo001-fixed", all_and_a_fixed_one},
                       {"cbmo002", all_of_match},
                       {"cbmo002-match", all_of_match_and_match},
                       {"cbmo003", two_lists},
                       {"cbmo004", output_that_goes_away},
                       {"cbmo005", one_no_update_for_two},
                   });
}
