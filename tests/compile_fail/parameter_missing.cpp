// expects: the handler must take one parameter per Input and State
#include <ekiden/app.hpp>
using namespace ekiden;

void set_up(App& app) {
  app.callback(Output{"out", "children"}, Input{"in", "value"}, State{"other", "value"},
               [](std::string value) { return value; });
}
