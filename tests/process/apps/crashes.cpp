// SPDX-License-Identifier: MIT
#include <csignal>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>

namespace {
// As a bug in a static initialiser would, before set-up runs; by a signal that no sanitizer takes.
const int kCrash = std::raise(SIGTRAP);
}  // namespace

EKIDEN_APP(app) {
  app.layout(
      ekiden::Component("dash_html_components", "Div", {{"id", kCrash == 0 ? "here" : "there"}}));
}
