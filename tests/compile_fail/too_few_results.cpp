// expects: the handler must return one value per Output: a std::tuple for several
#include <ekiden/app.hpp>
using namespace ekiden;

void set_up(App& app) {
  app.callback({Output{"a", "children"}, Output{"b", "children"}}, Input{"in", "value"},
               [](std::string value) { return value; });
}
