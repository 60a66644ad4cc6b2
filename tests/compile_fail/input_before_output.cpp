// expects: give the Output (or several in braces) first, then Inputs and States
#include <ekiden/app.hpp>
using namespace ekiden;

void set_up(App& app) {
  app.callback(Input{"dropdown", "value"}, Output{"graph", "figure"},
               [](std::string city) { return city; });
}
