// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <cstdlib>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <filesystem>
#include <stdexcept>

using namespace ekiden;

/// Has a layout in set-up, and in workers as long as the file that a variable names is not there.
EKIDEN_APP(app) {
  app.layout([mold = ::getpid()] {
    const char* ill = std::getenv("EKIDEN_TEST_ILL");
    const bool in_worker = ::getpid() != mold;
    if (in_worker && ill != nullptr && std::filesystem::exists(ill)) {
      throw std::runtime_error("no mood for a layout");
    }
    return Component("dash_html_components", "Div", {{"id", "fine"}});
  });
}
