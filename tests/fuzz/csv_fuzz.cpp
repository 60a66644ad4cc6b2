// SPDX-License-Identifier: MIT
// Any text is a frame or an error; a frame written as CSV and read again has the same values.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ekiden/download.hpp>
#include <ekiden/frame_io.hpp>
#include <string>

#include "shared/frame.hpp"

namespace ekiden {
namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_equal(const Column& a, const Column& b) {
  check(a.type() == b.type() && a.size() == b.size());
  for (std::size_t row = 0; row < a.size(); ++row) {
    if (a.type() == ColumnType::text) {
      check(a.text(row) == b.text(row));
    } else if (a.type() == ColumnType::int64) {
      check(a.as<std::int64_t>()[row] == b.as<std::int64_t>()[row]);
    } else if (a.type() == ColumnType::boolean) {
      check(a.is_missing(row) == b.is_missing(row) &&
            (a.is_missing(row) || a.flag(row) == b.flag(row)));
    } else {
      const double x = a.as<double>()[row], y = b.as<double>()[row];
      check(std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y) ||
            (std::isnan(x) && std::isnan(y)));
    }
  }
}

void check_round_trip(const Frame& frame) {
  CsvOptions options;
  options.names = frame.columns();
  for (const std::string& name : frame.columns()) options.dtype[name] = frame[name].type();
  const Frame again = read_csv_text(dcc::to_csv(frame), options);
  for (const std::string& name : frame.columns()) check_equal(frame[name], again[name]);
}

}  // namespace
}  // namespace ekiden

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ekiden;
  try {
    CsvOptions options;
    if (size > 0 && data[0] == ';') options.sep = ';';
    options.header = size == 0 || data[0] != '-';
    const Frame frame =
        read_csv_text(std::string(reinterpret_cast<const char*>(data), size), options);
    check(!shared::frame_fault(frame.bytes()));
    if (!frame.columns().empty()) check_round_trip(frame);
  } catch (const CsvError& error) {
    check(error.line > 0 && error.column > 0);
  }
  return 0;
}
