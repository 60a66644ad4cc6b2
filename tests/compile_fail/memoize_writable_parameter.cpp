// expects: by value or by const reference
#include <ekiden/memoize.hpp>
#include <string>
using namespace ekiden;

void set_up(App& app) {
  const auto function = app.cache().memoize("name", [](std::string& text) { return text.size(); });
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [function](int n) { return n; });
}
