// expects: the handler returns a type that is not written as JSON
#include <ekiden/app.hpp>
using namespace ekiden;

struct City {};

void set_up(App& app) {
  app.callback(Output{"graph", "figure"}, Input{"dropdown", "value"},
               [](std::string) { return City(); });
}
