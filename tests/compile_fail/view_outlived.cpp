// expects: delete
#include <ekiden/memoize.hpp>
using namespace ekiden;

std::string_view outlived(const Memoized<std::string(int)>& text) { return text(1); }
