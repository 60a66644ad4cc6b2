// SPDX-License-Identifier: MIT
#include <cstdlib>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>

EKIDEN_APP(app) {
  app.layout(ekiden::Component("dash_html_components", "Div", {{"id", "never seen"}}));
  std::exit(3);  // as a library does that finds no licence
}
