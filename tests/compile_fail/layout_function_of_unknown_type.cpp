// expects: layout: the function must return a component, or a list of components
#include <ekiden/app.hpp>
using namespace ekiden;

struct City {};

void set_up(App& app) {
  app.layout([] { return City(); });
}
