// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

using namespace ekiden;

/// Loads once: then the file is there that a variable names. If there is another one, "….hangs", it
/// hangs from then on, instead of failing.
EKIDEN_APP(app) {
  const char* variable = std::getenv("EKIDEN_TEST_MARK");
  const std::string mark = variable == nullptr ? "" : variable;
  if (!mark.empty() && std::filesystem::exists(mark)) {
    if (!std::filesystem::exists(mark + ".hangs")) throw std::runtime_error("once is enough");
    std::puts("hangs");
    while (true) ::pause();
  }
  if (!mark.empty()) std::ofstream(mark) << "loaded";
  app.layout(Component("dash_html_components", "Div", {{"id", "fickle"}}));
}
