// expects: returns a pointer, reference or view
#include <ekiden/memoize.hpp>
#include <vector>
using namespace ekiden;

void set_up(App& app) {
  const auto function = app.cache().memoize("name", [table = std::vector<int>{1}](int i) -> const int& { return table[0]; });
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [function](int n) { return n; });
}
