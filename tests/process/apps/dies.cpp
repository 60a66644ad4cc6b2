// SPDX-License-Identifier: MIT
// Callbacks that end their worker.
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ekiden/app.hpp>
#include <ekiden/component.hpp>
#include <string>

using namespace ekiden;

/// With names for backtraces.
[[gnu::noinline]] void write_nowhere(volatile int* nowhere) { *nowhere = 1; }

[[gnu::noinline]] void give_up() { std::abort(); }

[[gnu::noinline]] int sink_deeper(int depth) {
  volatile char room[1024];
  room[depth % 1024] = 1;
  return depth < 1 << 30 ? sink_deeper(depth + 1) + room[depth % 1024] : 0;
}

void die(const std::string& how) {
  if (how == "segv") write_nowhere(reinterpret_cast<volatile int*>(std::strlen(how.c_str())));
  if (how == "abort") give_up();
  if (how == "deep") sink_deeper(0);
  if (how == "exit") std::_Exit(7);
  if (how == "bus") std::raise(SIGBUS);
}

EKIDEN_APP(app) {
  app.layout({Component("dash_html_components", "Div", {{"id", "in"}}),
              Component("dash_html_components", "Div", {{"id", "die"}})});
  app.callback(Output{"die", "children"}, Input{"in", "title"}, [](std::string how) {
    die(how);
    return how;
  });
}
