// SPDX-License-Identifier: MIT
#include <csignal>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>

EKIDEN_APP(app) {
  app.layout(ekiden::Component("dash_html_components", "Div", {{"id", "served by nobody"}}));
  std::signal(SIGTERM, [](int) {});
}
