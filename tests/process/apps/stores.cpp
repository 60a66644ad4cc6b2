// SPDX-License-Identifier: MIT
// A global store as in caching_signaling: tables and long texts that are computed once, and printed
// when they are.
#include <cstdio>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/memoize.hpp>
#include <string>
#include <vector>

using namespace ekiden;

EKIDEN_APP(app) {
  app.layout({Component("dash_html_components", "Div", {{"id", "in"}}),
              Component("dash_html_components", "Div", {{"id", "table"}}),
              Component("dash_html_components", "Div", {{"id", "text"}}),
              Component("dash_html_components", "Div", {{"id", "forget"}})});

  const auto global_store = app.cache().memoize("global_store", [](std::string name) -> Frame {
    std::printf("computing the table of %s\n", name.c_str());
    return Frame(
        {{"name", std::vector<std::string>(3, name)}, {"x", std::vector<double>{1, 2, 3.5}}});
  });
  const auto long_text = app.cache().memoize("long_text", [](std::string name) -> std::string {
    std::printf("computing the text of %s\n", name.c_str());
    return std::string(3'000'000, '-') + name;
  });
  app.callback(Output{"table", "children"}, Input{"in", "title"},
               [global_store](std::string name) -> Json {
                 const Frame table = global_store(name);
                 return table["x"].unique();
               });
  app.callback(Output{"text", "children"}, Input{"in", "title"}, [long_text](std::string name) {
    const std::string text(long_text(name));
    return text.substr(text.find_last_of('-')) + std::to_string(text.size());
  });
  app.callback(Output{"forget", "children"}, Input{"in", "title"},
               [global_store, cache = app.cache()](std::string name) {
                 cache.delete_memoized(global_store);
                 return name;
               });
}
