// expects: the parameter for inputs(…) must have as many elements
#include <ekiden/app.hpp>
#include <ekiden/grouping.hpp>
using namespace ekiden;

void set_up(App& app) {
  app.callback(Output{"out", "children"}, inputs(Input{"a", "value"}, Input{"b", "value"}),
               [](std::tuple<int> all) { return std::get<0>(all); });
}
