// SPDX-License-Identifier: MIT
// Counts in a global, which no callback may.
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <fstream>
#include <future>
#include <string>
#include <thread>

using namespace ekiden;

int calls = 0;

EKIDEN_APP(app) {
  Json::Array layout;
  for (const char* id : {"in", "count", "async", "thread", "read", "pipe"}) {
    layout.push_back(Component("dash_html_components", "Div", {{"id", id}}));
  }
  app.layout(Json(std::move(layout)));
  app.callback(Output{"count", "children"}, Input{"in", "title"},
               [](std::string) { return ++calls; });
  app.callback(Output{"async", "children"}, Input{"in", "title"}, [](std::string) {
    return std::async(std::launch::async, [] { return ++calls; }).get();
  });
  app.callback(Output{"thread", "children"}, Input{"in", "title"}, [](std::string) {
    std::thread([] { ++calls; }).join();
    return calls;
  });
  app.callback(Output{"read", "children"}, Input{"in", "title"}, [](std::string) { return calls; });
  // Waits for somebody to write into the named pipe.
  app.callback(Output{"pipe", "children"}, Input{"in", "title"}, [](std::string path) {
    std::string line;
    std::ifstream pipe(path);
    std::getline(pipe, line);
    return line;
  });
}
