// SPDX-License-Identifier: MIT
#include <fcntl.h>

#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <stdexcept>

EKIDEN_APP(app) {
  app.layout(ekiden::Component("dash_html_components", "Div", {{"id", "served by nobody"}}));
  if (open("/dev/zero", O_RDONLY) < 0) throw std::runtime_error("no /dev/zero");
}
