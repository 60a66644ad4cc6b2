// expects: layout: the function must not modify anything outside its scope
#include <ekiden/app.hpp>
using namespace ekiden;

void set_up(App& app) {
  app.layout([calls = 0]() mutable { return Children(++calls); });
}
