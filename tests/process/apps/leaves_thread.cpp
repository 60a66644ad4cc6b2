// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <thread>

EKIDEN_APP(app) {
  app.layout(ekiden::Component("dash_html_components", "Div", {{"id", "served by nobody"}}));
  std::thread([] {
    while (true) pause();
  }).detach();
}
