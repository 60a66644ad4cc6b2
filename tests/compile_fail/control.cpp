// compiles
#include <ekiden/app.hpp>
#include <tuple>
using namespace ekiden;

void clearable(Flag);
void direction(OneOf<"row", "column">);

void set_up(App& app) {
  clearable(true);
  direction("column");
  app.layout([] { return Children("text"); });
  app.callback(Output{"out", "children"}, Input{"in", "value"}, State{"other", "value"},
               CallbackOptions{.prevent_initial_call = true},
               [calls = 0](const std::string& value, int) { return calls > 0 ? value : "none"; });
  app.callback({Output{"a", "children"}, Output{"b", "children"}}, Input{"in", "value"},
               [](std::string value) {
                 return std::tuple{value, 1};
               });
}
