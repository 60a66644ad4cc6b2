// expects: give the Output (or several in braces) first, then Inputs and States
#include <ekiden/app.hpp>
using namespace ekiden;

void set_up(App& app) { app.callback(Output{"graph", "figure"}, Input{"dropdown", "value"}); }
