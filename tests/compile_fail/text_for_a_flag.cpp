// expects: ekiden::Flag
#include <ekiden/app.hpp>
using namespace ekiden;

void clearable(ekiden::Flag);

void set_up() { clearable("no"); }
