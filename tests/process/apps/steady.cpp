// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <ekiden/context.hpp>
#include <fstream>
#include <string>

using namespace ekiden;

#ifndef STEADY_TITLE
#define STEADY_TITLE "first"
#endif

EKIDEN_APP(app) {
  app.title(STEADY_TITLE);
  app.layout({Component("dash_html_components", "Div", {{"id", "in"}}),
              Component("dash_html_components", "Div", {{"id", "echo"}}),
              Component("dash_html_components", "Div", {{"id", "scheme"}}),
              Component("dash_html_components", "Div", {{"id", "remote"}}),
              Component("dash_html_components", "Div", {{"id", "variable"}}),
              Component("dash_html_components", "Div", {{"id", "pipe"}})});
  app.callback(Output{"echo", "children"}, Input{"in", "title"},
               [](std::string text) { return text; });
  app.callback(Output{"variable", "children"}, Input{"in", "title"}, [](std::string name) {
    const char* value = std::getenv(name.c_str());
    return std::string(value == nullptr ? "none" : value);
  });
  app.callback(Output{"scheme", "children"}, Input{"in", "title"},
               [](std::string) { return callback_context().scheme(); });
  app.callback(Output{"remote", "children"}, Input{"in", "title"},
               [](std::string) { return callback_context().remote(); });
  // Waits for somebody to write into the named pipe.
  app.callback(Output{"pipe", "children"}, Input{"in", "title"}, [](std::string path) {
    std::string line;
    std::ifstream pipe(path);
    std::getline(pipe, line);
    return line;
  });
}
