// expects: the handler must have exactly one signature, so write its parameter types
#include <ekiden/app.hpp>
using namespace ekiden;

void set_up(App& app) {
  app.callback(Output{"graph", "figure"}, Input{"dropdown", "value"},
               [](auto city) { return city; });
}
