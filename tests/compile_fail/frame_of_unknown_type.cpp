// expects: a column holds numbers, strings, booleans or times
#include <ekiden/frame.hpp>
#include <vector>
using namespace ekiden;

struct Point {
  double x, y;
};
const Frame df({{"points", std::vector<Point>{{1, 2}}}});
