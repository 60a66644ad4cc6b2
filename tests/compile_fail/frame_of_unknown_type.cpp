// expects: a column holds numbers or strings
#include <ekiden/frame.hpp>
#include <vector>
using namespace ekiden;

const Frame df({{"flags", std::vector<bool>{true, false}}});
