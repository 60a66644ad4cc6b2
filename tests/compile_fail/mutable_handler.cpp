// expects: a callback must not modify anything outside its scope, so remove 'mutable'
#include <ekiden/app.hpp>
using namespace ekiden;

void set_up(App& app) {
  app.callback(Output{"out", "children"}, Input{"button", "n_clicks"},
               [calls = 0](int) mutable { return ++calls; });
}
