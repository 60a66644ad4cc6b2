// SPDX-License-Identifier: MIT
// Remembers results, values and tags, and prints each computation.
#include <cstdio>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <ekiden/memoize.hpp>
#include <string>

using namespace ekiden;

EKIDEN_APP(app) {
  const auto loud = app.cache().memoize("loud", {.tags = {"words"}}, [](std::string text) {
    std::printf("computes %s\n", text.c_str());
    return text + "!";
  });
  app.layout({Component("dash_html_components", "Div", {{"id", "in"}}),
              Component("dash_html_components", "Div", {{"id", "loud"}}),
              Component("dash_html_components", "Div", {{"id", "note"}})});
  app.callback(Output{"loud", "children"}, Input{"in", "title"},
               [loud](std::string text) { return std::string(loud(text)); });
  app.callback(Output{"note", "children"}, Input{"in", "title"},
               [&cache = app.cache()](std::string text) {
                 cache.set("note", text, std::chrono::minutes(5), {"notes"});
                 return text;
               });
}
