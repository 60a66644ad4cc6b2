// expects: a handler's parameter has a type that is not read from JSON
#include <ekiden/app.hpp>
using namespace ekiden;

struct City {};

void set_up(App& app) {
  app.callback(Output{"graph", "figure"}, Input{"dropdown", "value"}, [](City) { return 1; });
}
