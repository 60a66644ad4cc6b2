// expects: a handler's parameter must be taken by value or by const reference
#include <ekiden/app.hpp>
using namespace ekiden;

void set_up(App& app) {
  app.callback(Output{"graph", "figure"}, Input{"dropdown", "value"},
               [](std::string& city) { return city; });
}
