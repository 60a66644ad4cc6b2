// expects: cannot be shared between processes
#include <ekiden/memoize.hpp>
#include <map>
using namespace ekiden;

void set_up(App& app) {
  const auto function = app.cache().memoize("name", [](int) { return std::map<int, int>(); });
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [function](int n) { return n; });
}
