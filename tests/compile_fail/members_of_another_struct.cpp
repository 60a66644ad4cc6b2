// expects: the parameter for inputs(Member{…}, …) must be the struct whose members they are
#include <ekiden/app.hpp>
#include <ekiden/grouping.hpp>
using namespace ekiden;

struct Form {
  int age;
};

void set_up(App& app) {
  app.callback(Output{"out", "children"}, inputs(Member{&Form::age, Input{"in", "value"}}),
               [](int age) { return age; });
}
