// expects: write its parameter types instead of 'auto'
#include <ekiden/memoize.hpp>
using namespace ekiden;

void set_up(App& app) {
  const auto function = app.cache().memoize("name", [](auto n) { return n; });
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [function](int n) { return n; });
}
