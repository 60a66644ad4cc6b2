// SPDX-License-Identifier: MIT
// Callbacks that take as long as a test wants.
#include <chrono>
#include <cstdio>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <ekiden/context.hpp>
#include <ekiden/memoize.hpp>
#include <ekiden/update.hpp>
#include <fstream>
#include <string>
#include <thread>

using namespace ekiden;

/// Waits for somebody to write into the named pipe. With a name for backtraces.
[[gnu::noinline]] std::string line_of_pipe(const std::string& path) {
  std::string line;
  std::ifstream pipe(path);
  std::getline(pipe, line);
  return line;
}

EKIDEN_APP(app) {
  const auto shared_line = app.cache().memoize("line", [](std::string path) {
    std::puts("computes a line");
    return line_of_pipe(path);
  });
  const auto length = app.cache().memoize("length", [shared_line](std::string path) {
    std::puts("computes a length");
    return static_cast<std::int64_t>(std::string(shared_line(path)).size());
  });
  Json::Array layout;
  for (const char* id : {"in", "pipe", "echo", "shared", "length", "watch"}) {
    layout.push_back(Component("dash_html_components", "Div", {{"id", id}}));
  }
  app.layout(Json(std::move(layout)));
  app.callback(Output{"pipe", "children"}, Input{"in", "title"},
               [](std::string path) { return line_of_pipe(path); });
  app.callback(Output{"echo", "children"}, Input{"in", "title"}, [](std::string text) {
    std::printf("echoes %s\n", text.c_str());
    return text;
  });
  app.callback(Output{"shared", "children"}, Input{"in", "title"}, [shared_line](std::string path) {
    try {
      return std::string(shared_line(path));
    } catch (const WaitCancelled&) {
      std::puts("stops to wait");
      throw;
    }
  });
  app.callback(Output{"length", "children"}, Input{"in", "title"},
               [length](std::string path) { return length(path); });
  app.callback(Output{"watch", "children"}, Input{"in", "title"}, [](std::string) {
    while (!callback_context().cancelled())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::puts("knows that it is cancelled");
    return "too late";
  });
}
