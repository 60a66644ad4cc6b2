// expects: a parameter that cannot be told apart by its value
#include <ekiden/memoize.hpp>
#include <map>
using namespace ekiden;

void set_up(App& app) {
  const auto function = app.cache().memoize("name", [](const std::map<int, int>& map) { return map.size(); });
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [function](int n) { return n; });
}
