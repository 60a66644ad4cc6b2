// SPDX-License-Identifier: MIT
// Any text is a frame or an error in each orient; a frame written as "split" reads back the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ekiden/frame_io.hpp>
#include <string_view>

#include "shared/frame.hpp"

namespace ekiden {
namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void read(const Json& json, const char* orient) {
  try {
    const Frame frame = read_json(json, orient);
    check(!shared::frame_fault(frame.bytes()));
    if (frame.columns().empty()) return;
    const Frame again = read_json(to_json(frame, "split").dump(), "split");
    check(std::equal(frame.bytes().begin(), frame.bytes().end(), again.bytes().begin(),
                     again.bytes().end()));
    check(read_json(to_json(frame, "columns"), "columns").columns() == frame.columns());
    check(to_records(frame).size() == frame.rows());
  } catch (const Error&) {
  }
}

}  // namespace
}  // namespace ekiden

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ekiden;
  Json json;
  try {
    json = Json::parse({reinterpret_cast<const char*>(data), size});
  } catch (const Error&) {
    return 0;
  }
  for (const char* orient : {"split", "records", "columns"}) read(json, orient);
  return 0;
}
