// SPDX-License-Identifier: MIT
// Answers that are worth to be compressed.
#include <unistd.h>

#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <fstream>
#include <string>

#include "tests/worker/samples.hpp"

using namespace ekiden;

EKIDEN_APP(app) {
  app.compress();
  app.layout([] {
    Json::Array layout;
    for (const char* id : {"in", "rows", "thread", "pipe"}) {
      layout.push_back(Component("dash_html_components", "Div", {{"id", id}}));
    }
    layout.push_back(worker::test::rows(10'000));
    return Json(std::move(layout));
  });
  // So many bytes of a table.
  app.callback(Output{"rows", "children"}, Input{"in", "title"},
               [](std::string bytes) { return worker::test::rows(std::stoul(bytes)); });
  // The thread that it runs on, and what takes a multiple of the time to compress.
  const Json text = worker::test::base64_of_chance(1'500'000);
  app.callback(Output{"thread", "children"}, Input{"in", "title"}, [text](std::string) {
    return Json{{"thread", static_cast<std::int64_t>(::gettid())}, {"text", text}};
  });
  // Waits for somebody to write into the named pipe.
  app.callback(Output{"pipe", "children"}, Input{"in", "title"}, [](std::string path) {
    std::string line;
    std::ifstream pipe(path);
    std::getline(pipe, line);
    return line;
  });
}
