// SPDX-License-Identifier: MIT
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <stdexcept>

EKIDEN_APP(app) {
  app.layout(ekiden::Component("dash_html_components", "Div", {{"id", "never seen"}}));
  throw std::runtime_error("cities.csv: line 7 has five fields");
}
