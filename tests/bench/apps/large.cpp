// SPDX-License-Identifier: MIT
// Large values in and out of callbacks: text, base64 and lists of numbers of about 10 MB each, and
// a figure of a million points out of a cached frame.
#include <cmath>
#include <cstddef>
#include <ekiden/app.hpp>
#include <ekiden/dcc.hpp>
#include <ekiden/figure.hpp>
#include <ekiden/frame.hpp>
#include <ekiden/frame_io.hpp>
#include <ekiden/html.hpp>
#include <ekiden/memoize.hpp>
#include <numeric>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace ekiden;

namespace {

constexpr std::size_t kBytes = 10'000'000;

/// English sentences: no byte needs an escape but one line break in each.
std::string sentences() {
  std::ostringstream text;
  for (std::size_t i = 0; i < kBytes / 52; ++i) {
    text << "The quick brown fox jumps over the lazy dog, again.\n";
  }
  return text.str();
}

/// With as many digits as measured values have: 17 to 20 bytes each as JSON.
std::vector<double> measured(std::size_t count) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = std::sin(static_cast<double>(i) * 0.7);
  return values;
}

/// A frame whose base64 has that many bytes.
Frame frame_of(std::size_t bytes) { return Frame({{"value", measured(bytes / 4 * 3 / 8)}}); }

}  // namespace

EKIDEN_APP(app) {
  app.layout(html::Div({dcc::Store("in"), dcc::Store("size"), dcc::Store("text"),
                        dcc::Store("rows"), dcc::Store("base64"), dcc::Store("sum"),
                        dcc::Store("numbers"), dcc::Graph().id("graph")}));

  app.callback(Output{"size", "data"}, Input{"in", "data"},
               [](std::string_view text) { return text.size(); });
  app.callback(Output{"rows", "data"}, Input{"in", "data"},
               [](std::string_view text) { return from_base64(text).rows(); });
  app.callback(Output{"sum", "data"}, Input{"in", "data"}, [](std::vector<double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
  });

  const Json text = sentences();
  app.callback(Output{"text", "data"}, Input{"in", "modified_timestamp"},
               [text](Json) { return text; });
  const Frame frame = frame_of(kBytes);
  app.callback(Output{"base64", "data"}, Input{"in", "modified_timestamp"},
               [frame](Json) { return to_base64(frame); });
  const Json numbers = measured(kBytes / 19);
  app.callback(Output{"numbers", "data"}, Input{"in", "modified_timestamp"},
               [numbers](Json) { return numbers; });

  const auto points = app.cache().memoize("points", [](int count) -> Frame {
    const auto size = static_cast<std::size_t>(count);
    std::vector<double> x(size);
    std::iota(x.begin(), x.end(), 0.0);
    return Frame({{"x", x}, {"y", measured(size)}});
  });
  app.callback(Output{"graph", "figure"}, Input{"in", "modified_timestamp"}, [points](Json) {
    const Frame df = points(1'000'000);
    return Figure(Scattergl().mode("markers").x(df["x"]).y(df["y"]));
  });
}
