// expects: clientside_callback: give the function first, then the Output
#include <ekiden/app.hpp>
using namespace ekiden;

void set_up(App& app) {
  app.clientside_callback("x => x", Input{"in", "value"}, Output{"out", "children"});
}
