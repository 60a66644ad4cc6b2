// expects: the handler returns nothing, but must return a value for each Output
#include <ekiden/app.hpp>
using namespace ekiden;

void set_up(App& app) {
  app.callback(Output{"graph", "figure"}, Input{"dropdown", "value"}, [](std::string) {});
}
