// expects: returns a pointer, reference or view, or a struct with one
#include <ekiden/memoize.hpp>
#include <optional>
using namespace ekiden;

struct Inner {
  double number;
  const char* name;
};
struct Row {
  int id[3];
  bool flag;
  Inner inner;
};

void set_up(App& app) {
  const auto function = app.cache().memoize("name", [](int) { return std::optional<Row>(); });
  app.callback(Output{"out", "children"}, Input{"in", "value"},
               [function](int n) { return n; });
}
