// SPDX-License-Identifier: MIT
// A memoized function, and callbacks that ask for its result and forget it.
#include <cstdio>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <ekiden/memoize.hpp>
#include <fstream>
#include <string>

using namespace ekiden;

EKIDEN_APP(app) {
  app.layout({Component("dash_html_components", "Div", {{"id", "in"}}),
              Component("dash_html_components", "Div", {{"id", "value"}}),
              Component("dash_html_components", "Div", {{"id", "forgotten"}})});

  // Computes for as long as nobody writes into the named pipe, if there is one of that name.
  const auto answer = app.cache().memoize("answer", [](std::string path) -> std::string {
    std::printf("computing an answer\n");
    std::fflush(stdout);
    std::string line = "at once";
    std::ifstream pipe(path);
    std::getline(pipe, line);
    return line;
  });
  app.callback(Output{"value", "children"}, Input{"in", "title"},
               [answer](std::string path) { return std::string(answer(path)); });
  app.callback(Output{"forgotten", "children"}, Input{"in", "title"},
               [answer, cache = app.cache()](std::string path) {
                 return std::string(cache.delete_memoized(answer, path) ? "yes" : "no");
               });
}
