// SPDX-License-Identifier: MIT
#include <csignal>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>

EKIDEN_APP(app) {
  app.layout(ekiden::Component("dash_html_components", "Div", {{"id", "never seen"}}));
  std::signal(SIGSEGV, SIG_DFL);  // sanitizers have a handler
  std::raise(SIGSEGV);
}
