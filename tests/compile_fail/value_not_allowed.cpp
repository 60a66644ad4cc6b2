// expects: this_property_does_not_allow_that_value
#include <ekiden/app.hpp>
using namespace ekiden;

void direction(OneOf<"row", "column">);

void set_up() { direction("colum"); }
