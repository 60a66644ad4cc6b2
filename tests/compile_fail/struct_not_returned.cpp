// expects: the handler must return the struct whose members they are, or an Update of it
#include <ekiden/app.hpp>
#include <ekiden/grouping.hpp>
using namespace ekiden;

struct Card {
  int size;
};

void set_up(App& app) {
  app.callback(outputs(Member{&Card::size, Output{"out", "children"}}), Input{"in", "value"},
               [](int size) { return size; });
}
