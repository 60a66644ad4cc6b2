// expects: remove 'mutable' from it: copy what it captures
#include <ekiden/memoize.hpp>
using namespace ekiden;

void set_up(App& app) {
  const auto function = app.cache().memoize("name", [calls = 0](int) mutable { return ++calls; });
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [function](int n) { return n; });
}
