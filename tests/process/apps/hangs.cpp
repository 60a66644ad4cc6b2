// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <ekiden/app.hpp>
#include <ekiden/component.hpp>

EKIDEN_APP(app) {
  app.layout(ekiden::Component("dash_html_components", "Div", {{"id", "never seen"}}));
  while (true) pause();  // as for a database that does not answer
}
