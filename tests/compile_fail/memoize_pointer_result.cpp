// expects: returns a pointer, reference or view
#include <ekiden/memoize.hpp>
using namespace ekiden;

void set_up(App& app) {
  const auto function = app.cache().memoize("name", [](int) -> const char* { return "text"; });
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [function](int n) { return n; });
}
