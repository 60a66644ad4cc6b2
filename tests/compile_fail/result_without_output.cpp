// expects: the handler returns a value, but the callback has no Output for it
#include <ekiden/app.hpp>
using namespace ekiden;

void set_up(App& app) {
  app.callback(Input{"dropdown", "value"}, [](std::string city) { return city; });
}
