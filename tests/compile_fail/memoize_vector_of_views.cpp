// expects: returns a pointer, reference or view
#include <ekiden/memoize.hpp>
#include <string_view>
#include <vector>
using namespace ekiden;

void set_up(App& app) {
  const auto function = app.cache().memoize("name", [](int) { return std::vector<std::string_view>{"a"}; });
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [function](int n) { return n; });
}
