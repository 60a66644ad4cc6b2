// expects: returns nothing, so there is nothing to remember
#include <ekiden/memoize.hpp>
using namespace ekiden;

void set_up(App& app) {
  const auto function = app.cache().memoize("name", [](int) {});
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [function](int n) { return n; });
}
